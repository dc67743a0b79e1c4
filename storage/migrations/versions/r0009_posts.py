"""That a text was put up for a group to label, on the answer itself, and not on the message alone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# SQLite builds a changed table anew; without this it would give out the ids of deleted predictions again.
_PREDICTIONS: dict[str, Any] = {"table_kwargs": {"sqlite_autoincrement": True}}
_predictions = sa.table("predictions", sa.column("id", sa.Integer()), sa.column("post", sa.String(16)))
_answers = sa.table("answers", sa.column("prediction_id", sa.Integer()), sa.column("task", sa.String(16)))


def upgrade() -> None:
    """Add the column, and fill it from the messages that show what was put up.

    A message that was never known, as after a kill, tells nothing: what it shows stays an answer.
    """
    with op.batch_alter_table("predictions", **_PREDICTIONS) as predictions:
        predictions.add_column(sa.Column("post", sa.String(16), nullable=True))
        predictions.create_check_constraint(op.f("ck_predictions_post"), "post IN ('open', 'closed')")
    for kind, status in (("post", "open"), ("closed", "closed")):  # closed by one message is closed
        shown = sa.select(_answers.c.prediction_id).where(_answers.c.task == kind)
        op.execute(sa.update(_predictions).where(_predictions.c.id.in_(shown)).values(post=status))
    op.execute(sa.update(_answers).where(_answers.c.task == "closed").values(task="post"))


def downgrade() -> None:
    """Say on the messages again what is closed, and drop the column."""
    closed = sa.select(_predictions.c.id).where(_predictions.c.post == "closed")
    of_it = (_answers.c.task == "post", _answers.c.prediction_id.in_(closed))
    op.execute(sa.update(_answers).where(*of_it).values(task="closed"))
    with op.batch_alter_table("predictions", **_PREDICTIONS) as predictions:
        predictions.drop_constraint(op.f("ck_predictions_post"), type_="check")
        predictions.drop_column("post")
