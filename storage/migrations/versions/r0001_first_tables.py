"""The first tables: who votes, what was asked and answered, votes and their log, and answers to commands."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
# Whatever the server's defaults: any character, compared exactly; foreign keys and transactions.
_OPTIONS: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in (("charset", "utf8mb4"), ("collate", "utf8mb4_bin"), ("engine", "InnoDB"))
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "annotators",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("language", sa.String(16), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_annotators"),
        sa.UniqueConstraint("pseudonym", name="uq_annotators_pseudonym"),
        **_OPTIONS,
    )
    op.create_table(
        "inputs",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("text_a", sa.UnicodeText(), nullable=False),
        sa.Column("text_b", sa.UnicodeText(), nullable=True),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inputs"),
        sa.UniqueConstraint("task", "content_hash", name="uq_inputs_task_content_hash"),
        **_OPTIONS,
    )
    op.create_table(
        "model_versions",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("name", sa.Unicode(255), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_model_versions"),
        sa.UniqueConstraint("task", "name", "version", name="uq_model_versions_task_name_version"),
        **_OPTIONS,
    )
    op.create_table(
        "predictions",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("input_id", sa.Integer(), nullable=False),
        sa.Column("model_version_id", sa.Integer(), nullable=False),
        sa.Column("chat_pseudonym", sa.String(64), nullable=False),
        sa.Column("label", sa.UnicodeText(), nullable=False),
        sa.Column("probabilities", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_predictions"),
        sa.ForeignKeyConstraint(["input_id"], ["inputs.id"], name="fk_predictions_input_id_inputs"),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name="fk_predictions_model_version_id_model_versions"
        ),
        sqlite_autoincrement=True,
        **_OPTIONS,
    )
    op.create_index("ix_predictions_input_id", "predictions", ["input_id"])
    op.create_table(
        "votes",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("annotator_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.Column("label", sa.UnicodeText(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_votes"),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name="fk_votes_prediction_id_predictions"
        ),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotators.id"], name="fk_votes_annotator_id_annotators"),
        sa.UniqueConstraint(
            "prediction_id", "annotator_id", "slot", name="uq_votes_prediction_id_annotator_id_slot"
        ),
        sa.CheckConstraint("kind IN ('confirm', 'correct')", name=op.f("ck_votes_kind")),
        **_OPTIONS,
    )
    op.create_index("ix_votes_annotator_id", "votes", ["annotator_id"])
    op.create_table(
        "vote_events",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("annotator_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("old_label", sa.UnicodeText(), nullable=True),
        sa.Column("new_label", sa.UnicodeText(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vote_events"),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name="fk_vote_events_prediction_id_predictions"
        ),
        sa.ForeignKeyConstraint(
            ["annotator_id"], ["annotators.id"], name="fk_vote_events_annotator_id_annotators"
        ),
        sa.CheckConstraint("action IN ('counted', 'changed', 'undone')", name=op.f("ck_vote_events_action")),
        **_OPTIONS,
    )
    op.create_index("ix_vote_events_prediction_id", "vote_events", ["prediction_id"])
    op.create_index("ix_vote_events_annotator_id", "vote_events", ["annotator_id"])
    op.create_table(
        "answers",
        sa.Column("chat_pseudonym", sa.String(64), nullable=False),
        sa.Column("command_message_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("answer_message_id", sa.BigInteger(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("chat_pseudonym", "command_message_id", name="pk_answers"),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name="fk_answers_prediction_id_predictions"
        ),
        **_OPTIONS,
    )
    op.create_index("ix_answers_prediction_id", "answers", ["prediction_id"])
    op.create_index(
        "ix_answers_chat_pseudonym_answer_message_id", "answers", ["chat_pseudonym", "answer_message_id"]
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("answers", "vote_events", "votes", "predictions", "model_versions", "inputs", "annotators"):
        op.drop_table(table)
