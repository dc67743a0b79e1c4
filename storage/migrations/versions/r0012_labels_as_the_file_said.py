"""How a label that came with a file had been decided where that was written: so it can be written again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column; of labels that came before, nobody knows."""
    with op.batch_alter_table("labels") as labels:
        labels.add_column(sa.Column("given_method", sa.String(32), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    with op.batch_alter_table("labels") as labels:
        labels.drop_column("given_method")
