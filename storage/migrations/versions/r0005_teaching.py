"""What is put up for labelling, agreed on, learnt from and promoted; votes that skip, and blind ones."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"

_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
# Whatever the server's defaults: any character, compared exactly; foreign keys and transactions.
_OPTIONS: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in (("charset", "utf8mb4"), ("collate", "utf8mb4_bin"), ("engine", "InnoDB"))
}


def upgrade() -> None:
    """Make the tables, and let votes be skipped or blind."""
    op.create_table(
        "dataset_snapshots",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("manifest_hash", sa.String(64), nullable=False),
        sa.Column("path", sa.UnicodeText(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("state IN ('drawing', 'whole', 'stale')", name=op.f("ck_dataset_snapshots_state")),
        sa.PrimaryKeyConstraint("id", name="pk_dataset_snapshots"),
        sa.UniqueConstraint("name", name="uq_dataset_snapshots_name"),
        **_OPTIONS,
    )
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("path", sa.UnicodeText(), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("base", sa.Unicode(255), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tainted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("state IN ('ready', 'refused', 'retired')", name=op.f("ck_checkpoints_state")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["checkpoints.id"], name="fk_checkpoints_parent_id_checkpoints"
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["dataset_snapshots.id"], name="fk_checkpoints_snapshot_id_dataset_snapshots"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_checkpoints"),
        sa.UniqueConstraint("name", name="uq_checkpoints_name"),
        **_OPTIONS,
    )
    op.create_index("ix_checkpoints_snapshot_id", "checkpoints", ["snapshot_id"])

    op.create_table(
        "gold_items",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("input_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("label", sa.UnicodeText(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("source IN ('maintainer', 'voters')", name=op.f("ck_gold_items_source")),
        sa.ForeignKeyConstraint(["input_id"], ["inputs.id"], name="fk_gold_items_input_id_inputs"),
        sa.PrimaryKeyConstraint("id", name="pk_gold_items"),
        sa.UniqueConstraint("input_id", "slot", name="uq_gold_items_input_id_slot"),
        **_OPTIONS,
    )
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("input_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("label", sa.UnicodeText(), nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["input_id"], ["inputs.id"], name="fk_labels_input_id_inputs"),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sa.UniqueConstraint("input_id", "slot", name="uq_labels_input_id_slot"),
        **_OPTIONS,
    )
    op.create_table(
        "snapshot_members",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("input_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("split", sa.String(16), nullable=False),
        sa.Column("label", sa.UnicodeText(), nullable=False),
        sa.ForeignKeyConstraint(["input_id"], ["inputs.id"], name="fk_snapshot_members_input_id_inputs"),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["dataset_snapshots.id"],
            name="fk_snapshot_members_snapshot_id_dataset_snapshots",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot_members"),
        sa.UniqueConstraint(
            "snapshot_id", "input_id", "slot", name="uq_snapshot_members_snapshot_id_input_id_slot"
        ),
        **_OPTIONS,
    )
    op.create_index("ix_snapshot_members_input_id", "snapshot_members", ["input_id"])

    op.create_table(
        "trusts",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("annotator_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("trust", sa.Double(), nullable=True),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("reason", sa.UnicodeText(), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["annotator_id"], ["annotators.id"], name="fk_trusts_annotator_id_annotators"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_trusts"),
        sa.UniqueConstraint("annotator_id", "task", name="uq_trusts_annotator_id_task"),
        **_OPTIONS,
    )
    op.create_table(
        "aliases",
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("alias", sa.String(16), nullable=False),
        sa.Column("checkpoint_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.CheckConstraint("alias IN ('champion', 'previous', 'candidate')", name=op.f("ck_aliases_alias")),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoints.id"], name="fk_aliases_checkpoint_id_checkpoints"
        ),
        sa.PrimaryKeyConstraint("task", "alias", name="pk_aliases"),
        **_OPTIONS,
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("annotator_id", sa.Integer(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("given_at", _TIME, nullable=False),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["annotator_id"], ["annotators.id"], name="fk_assignments_annotator_id_annotators"
        ),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name="fk_assignments_prediction_id_predictions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.UniqueConstraint(
            "annotator_id", "prediction_id", name="uq_assignments_annotator_id_prediction_id"
        ),
        **_OPTIONS,
    )
    op.create_index("ix_assignments_prediction_id", "assignments", ["prediction_id"])

    op.create_table(
        "evaluations",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.Column("against_id", sa.Integer(), nullable=True),
        sa.Column("dataset", sa.String(32), nullable=False),
        sa.Column("correct", sa.JSON(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["against_id"], ["checkpoints.id"], name="fk_evaluations_against_id_checkpoints"
        ),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoints.id"], name="fk_evaluations_checkpoint_id_checkpoints"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluations"),
        **_OPTIONS,
    )
    op.create_index("ix_evaluations_checkpoint_id", "evaluations", ["checkpoint_id"])

    op.create_table(
        "promotions",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("reason", sa.UnicodeText(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["checkpoints.id"], name="fk_promotions_from_id_checkpoints"),
        sa.ForeignKeyConstraint(["to_id"], ["checkpoints.id"], name="fk_promotions_to_id_checkpoints"),
        sa.PrimaryKeyConstraint("id", name="pk_promotions"),
        **_OPTIONS,
    )
    op.create_table(
        "training_runs",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("lane", sa.String(64), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("cancelling", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("chat_pseudonym", sa.String(64), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("error", sa.UnicodeText(), nullable=True),
        sa.Column("checkpoint_id", sa.Integer(), nullable=True),
        sa.Column("worker", sa.String(255), nullable=True),
        sa.Column("beat_at", _TIME, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("started_at", _TIME, nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_training_runs_state"),
        ),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoints.id"], name="fk_training_runs_checkpoint_id_checkpoints"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_training_runs"),
        sa.UniqueConstraint("lane", name="uq_training_runs_lane"),
        **_OPTIONS,
    )
    op.create_index("ix_training_runs_state", "training_runs", ["state"])

    with op.batch_alter_table("votes") as votes:
        votes.add_column(sa.Column("blind", sa.Boolean(), server_default=sa.false(), nullable=False))
        votes.drop_constraint(op.f("ck_votes_kind"), type_="check")
        votes.create_check_constraint(op.f("ck_votes_kind"), "kind IN ('confirm', 'correct', 'skip')")


def downgrade() -> None:
    """Drop them again; a skipped vote says nothing that the old tables have room for."""
    op.execute("DELETE FROM votes WHERE kind = 'skip'")
    with op.batch_alter_table("votes") as votes:
        votes.drop_constraint(op.f("ck_votes_kind"), type_="check")
        votes.create_check_constraint(op.f("ck_votes_kind"), "kind IN ('confirm', 'correct')")
        votes.drop_column("blind")
    for table in (
        "training_runs",
        "promotions",
        "evaluations",
        "assignments",
        "aliases",
        "trusts",
        "snapshot_members",
        "labels",
        "gold_items",
        "checkpoints",
        "dataset_snapshots",
    ):
        op.drop_table(table)
