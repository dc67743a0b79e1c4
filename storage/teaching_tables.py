"""The tables of the teaching loop: what is put up for labelling, agreed on, learnt from, and promoted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    String,
    Unicode,
    UnicodeText,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class Assignment(Base):
    """An answer whose text one person was given to label, without the answer, in batches."""

    __tablename__ = "assignments"
    __table_args__ = (UniqueConstraint("annotator_id", "prediction_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"))
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), index=True)
    batch: Mapped[int]
    position: Mapped[int]
    given_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class GoldItem(Base):
    """What is right for one slot of a text, known from the maintainer, or from voters who saw no answer.

    Nothing is trained on it: it measures models. The maintainer's alone measures voters too: what voters made
    known must not prove those who made it.
    """

    __tablename__ = "gold_items"
    __table_args__ = (
        UniqueConstraint("input_id", "slot"),
        CheckConstraint("source IN ('maintainer', 'voters')", name="source"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    input_id: Mapped[int] = mapped_column(ForeignKey("inputs.id"))
    slot: Mapped[int]
    label: Mapped[str] = mapped_column(UnicodeText)
    source: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class Label(Base):
    """What the voters hold to be right in one slot of a text, all weighed together; or came with it.

    What came with its text stays, whatever voters say. Where its file tells how voters elsewhere had decided
    it, ``given_method`` does too, and ``voters`` how many they were: nobody here is meant.
    """

    __tablename__ = "labels"
    __table_args__ = (UniqueConstraint("input_id", "slot"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    input_id: Mapped[int] = mapped_column(ForeignKey("inputs.id"))
    slot: Mapped[int]
    label: Mapped[str] = mapped_column(UnicodeText)
    method: Mapped[str] = mapped_column(String(32))
    confidence: Mapped[float]
    voters: Mapped[int]
    given_method: Mapped[str | None] = mapped_column(String(32))
    updated_at: Mapped[datetime]


class Trust(Base):
    """How far a person's votes on a task turned out right; ``trust`` is None before enough are judged.

    ``proved`` says that enough of them were right for the person to count among those who must stand behind a
    model, ``taught`` how many of them are behind what one would learn from.
    """

    __tablename__ = "trusts"
    __table_args__ = (UniqueConstraint("annotator_id", "task"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"))
    task: Mapped[str] = mapped_column(String(32))
    votes: Mapped[int]
    judged: Mapped[int]
    correct: Mapped[int]
    trust: Mapped[float | None]
    verdict: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(UnicodeText)
    updated_at: Mapped[datetime]
    proved: Mapped[bool] = mapped_column(Boolean(), server_default=false())
    taught: Mapped[int] = mapped_column(server_default="0")


class Snapshot(Base):
    """A data set drawn from the votes, in a folder; ``stale`` once a text in it was deleted.

    The row is there before the first text is written: any text that is deleted while the state is ``drawing``
    makes it stale, and no kill leaves a folder that no row tells of.
    """

    __tablename__ = "dataset_snapshots"
    __table_args__ = (CheckConstraint("state IN ('drawing', 'whole', 'stale')", name="state"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    task: Mapped[str] = mapped_column(String(32))
    manifest_hash: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(UnicodeText)
    state: Mapped[str] = mapped_column(String(16))
    manifest: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]


class SnapshotMember(Base):
    """A text in a snapshot, and in which part of it; gone with the text."""

    __tablename__ = "snapshot_members"
    __table_args__ = (UniqueConstraint("snapshot_id", "input_id", "slot"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("dataset_snapshots.id"))
    input_id: Mapped[int] = mapped_column(ForeignKey("inputs.id"), index=True)
    slot: Mapped[int]
    split: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(UnicodeText)


class FolderMark(Base):
    """What a file in the teaching folder says too, once it is ``placed``: so no other is taken for it."""

    __tablename__ = "folder_marks"

    folder: Mapped[str] = mapped_column(String(16), primary_key=True)
    mark: Mapped[str] = mapped_column(String(32))
    placed: Mapped[bool]


class Checkpoint(Base):
    """Weights that were trained here, in a folder.

    ``parent_id`` is the checkpoint it was trained from; without one that was ``base``, a preset or a folder.
    ``tainted`` says that a text it learnt from was deleted since, so that it is to be made anew.
    """

    __tablename__ = "checkpoints"
    __table_args__ = (CheckConstraint("state IN ('ready', 'refused', 'retired')", name="state"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    task: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64), unique=True)
    path: Mapped[str] = mapped_column(UnicodeText)
    version: Mapped[str] = mapped_column(String(64))
    base: Mapped[str] = mapped_column(Unicode(255))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoints.id"))
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("dataset_snapshots.id"), index=True)
    seed: Mapped[int]
    code: Mapped[str] = mapped_column(String(64))
    metrics: Mapped[dict[str, Any]] = mapped_column(JSON)
    verdict: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    tainted: Mapped[bool] = mapped_column(Boolean(), server_default=false())
    created_at: Mapped[datetime]


class Alias(Base):
    """Which checkpoint is the champion of a task, or the one before it.

    No checkpoint means the one that the catalogue names for the preset. Candidates are told by
    ``storage.waiting``; those that a database from before names here are not looked at.
    """

    __tablename__ = "aliases"
    __table_args__ = (CheckConstraint("alias IN ('champion', 'previous', 'candidate')", name="alias"),)

    task: Mapped[str] = mapped_column(String(32), primary_key=True)
    alias: Mapped[str] = mapped_column(String(16), primary_key=True)
    checkpoint_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoints.id"))
    updated_at: Mapped[datetime]


class Promotion(Base):
    """A change of champion; rows are only ever added."""

    __tablename__ = "promotions"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    task: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(UnicodeText)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoints.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoints.id"))
    at: Mapped[datetime]


class Evaluation(Base):
    """Which rows of a data set a checkpoint and the champion of the day got right, paired."""

    __tablename__ = "evaluations"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoints.id"), index=True)
    against_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoints.id"))
    dataset: Mapped[str] = mapped_column(String(32))
    correct: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]


class TrainingRun(Base):
    """A training that somebody asked for: waiting, running, or ended.

    ``chat_pseudonym`` and ``message_id`` are of the message that shows how far it is, until that has told the
    end. ``lane`` is the task while it waits or runs, so that there is one of each task, and then its own.
    ``worker`` is the process that runs it, and ``beat_at`` when it last said so.
    """

    __tablename__ = "training_runs"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
        Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    task: Mapped[str] = mapped_column(String(32))
    lane: Mapped[str | None] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(16))
    cancelling: Mapped[bool] = mapped_column(Boolean(), server_default=false())
    actor: Mapped[str] = mapped_column(String(64))
    chat_pseudonym: Mapped[str | None] = mapped_column(String(64))
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(UnicodeText)
    checkpoint_id: Mapped[int | None] = mapped_column(ForeignKey("checkpoints.id"))
    worker: Mapped[str | None] = mapped_column(String(255))
    beat_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
