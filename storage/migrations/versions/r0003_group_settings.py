"""What a group's administrators have set, and where a group went that became a supergroup."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# Whatever the server's defaults: any character, compared exactly; transactions.
_OPTIONS: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in (("charset", "utf8mb4"), ("collate", "utf8mb4_bin"), ("engine", "InnoDB"))
}


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "group_settings",
        sa.Column("chat_pseudonym", sa.String(64), nullable=False),
        sa.Column("language", sa.String(16), nullable=True),
        sa.Column("preset", sa.Unicode(255), nullable=True),
        sa.Column("voters", sa.String(16), nullable=False),
        sa.Column("cooldown", sa.Integer(), nullable=True),
        sa.Column("moved_to", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("chat_pseudonym", name="pk_group_settings"),
        sa.CheckConstraint("voters IN ('everybody', 'admins')", name=op.f("ck_group_settings_voters")),
        **_OPTIONS,
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("group_settings")
