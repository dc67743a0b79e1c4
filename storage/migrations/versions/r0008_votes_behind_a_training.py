"""How many of a voter's votes are behind what a training would learn from: without any, they do not count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column, and fill it with all of their votes, until the voters are judged the next time."""
    with op.batch_alter_table("trusts") as trusts:
        trusts.add_column(sa.Column("taught", sa.Integer(), server_default="0", nullable=False))
    table = sa.table("trusts", sa.column("votes", sa.Integer()), sa.column("taught", sa.Integer()))
    op.execute(sa.update(table).values(taught=table.c.votes))


def downgrade() -> None:
    """Drop it again."""
    with op.batch_alter_table("trusts") as trusts:
        trusts.drop_column("taught")
