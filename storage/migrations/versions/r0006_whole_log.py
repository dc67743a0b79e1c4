"""What a vote was, in the log of votes: its button, its kind, and whether it was blind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_SAID = ("choice", "kind", "blind")


def upgrade() -> None:
    """Add the columns, and fill them where the vote that came of a change still stands.

    What an older change said besides its label nobody knows any more: there they stay ``NULL``.
    """
    with op.batch_alter_table("vote_events") as log:
        log.add_column(sa.Column("choice", sa.Integer(), nullable=True))
        log.add_column(sa.Column("kind", sa.String(16), nullable=True))
        log.add_column(sa.Column("blind", sa.Boolean(), nullable=True))
    place = ("prediction_id", "annotator_id", "slot")
    events, votes = (
        sa.table(name, *map(sa.column, ("id", *place, *_SAID))) for name in ("vote_events", "votes")
    )
    of_it = [votes.c[name] == events.c[name] for name in place]
    said = {name: sa.select(votes.c[name]).where(*of_it).scalar_subquery() for name in _SAID}
    # The last change of each; MySQL reads the table that it changes only by way of another.
    newest = sa.select(sa.func.max(events.c.id).label("id")).group_by(*(events.c[name] for name in place))
    last = sa.select(newest.subquery("newest").c.id)
    op.execute(sa.update(events).where(events.c.id.in_(last)).values(said))


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("vote_events") as log:
        for name in _SAID:
            log.drop_column(name)
