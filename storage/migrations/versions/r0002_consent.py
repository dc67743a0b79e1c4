"""Who has agreed to what is kept about them, and who asked.

Rows from before have neither: their people are asked at their next question, and what is there stays. Whose
it is can only be told by its private chat or its votes, and ``/forgetme`` deletes that much of it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"

_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
# SQLite builds a changed table anew; without this it would give out the ids of deleted predictions again.
_PREDICTIONS: dict[str, Any] = {"table_kwargs": {"sqlite_autoincrement": True}}


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("annotators") as annotators:
        annotators.add_column(sa.Column("consent", sa.String(16), nullable=True))
        annotators.add_column(sa.Column("consent_version", sa.Integer(), nullable=True))
        annotators.add_column(sa.Column("consent_at", _TIME, nullable=True))
        annotators.create_check_constraint(
            op.f("ck_annotators_consent"), "consent IN ('asked', 'agreed', 'declined')"
        )
    with op.batch_alter_table("predictions", **_PREDICTIONS) as predictions:
        predictions.add_column(sa.Column("asker_id", sa.Integer(), nullable=True))
        # Before the foreign key: MySQL would make an index of its own for it.
        predictions.create_index("ix_predictions_asker_id", ["asker_id"])
        predictions.create_foreign_key(
            "fk_predictions_asker_id_annotators", "annotators", ["asker_id"], ["id"]
        )


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("predictions", **_PREDICTIONS) as predictions:
        predictions.drop_constraint("fk_predictions_asker_id_annotators", type_="foreignkey")
        predictions.drop_index("ix_predictions_asker_id")
        predictions.drop_column("asker_id")
    with op.batch_alter_table("annotators") as annotators:
        annotators.drop_constraint(op.f("ck_annotators_consent"), type_="check")
        for column in ("consent_at", "consent_version", "consent"):
            annotators.drop_column(column)
