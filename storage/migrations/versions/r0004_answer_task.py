"""What a message was asked, so that an edit of a text without a command is asked the same."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("answers") as answers:
        answers.add_column(sa.Column("task", sa.String(16), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    with op.batch_alter_table("answers") as answers:
        answers.drop_column("task")
