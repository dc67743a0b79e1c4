"""Which voters have proved right: so many of them must stand behind a model before it may serve."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_COUNTS, _LEAST = ("trusted", "weighed", "capped"), 10


def upgrade() -> None:
    """Add the column, and fill it with what the rows tell, until the voters are judged the next time.

    Whether known labels stand behind a person, or others who merely agree, they do not tell.
    """
    with op.batch_alter_table("trusts") as trusts:
        trusts.add_column(sa.Column("proved", sa.Boolean(), server_default=sa.false(), nullable=False))
    table = sa.table("trusts", *map(sa.column, ("judged", "verdict")), sa.column("proved", sa.Boolean()))
    right = sa.and_(table.c.judged >= _LEAST, table.c.verdict.in_(_COUNTS))
    op.execute(sa.update(table).where(right).values(proved=sa.true()))


def downgrade() -> None:
    """Drop it again."""
    with op.batch_alter_table("trusts") as trusts:
        trusts.drop_column("proved")
