"""The mark that a database and its teaching folder share; made when something is next put there."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0011"
down_revision = "0010"

# Whatever the server's defaults: any character, compared exactly; foreign keys and transactions.
_OPTIONS: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in (("charset", "utf8mb4"), ("collate", "utf8mb4_bin"), ("engine", "InnoDB"))
}


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "folder_marks",
        sa.Column("folder", sa.String(16), nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("placed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("folder", name="pk_folder_marks"),
        **_OPTIONS,
    )


def downgrade() -> None:
    """Drop it again, and the folder's mark, which would be another database's after the next upgrade."""
    teaching = context.config.attributes["places"].teaching
    if teaching is not None:
        (teaching / "mark.txt").unlink(missing_ok=True)
    op.drop_table("folder_marks")
