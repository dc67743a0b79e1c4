"""Trainings that were asked for: the frozen values that cross the seam between storage and its callers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any

from storage.errors import StorageError

FEWEST = 5
"""Of so many rows one can be set aside to choose weights by."""
LEASE = timedelta(seconds=30)
"""A worker that has not said for so long that it is alive has lost its run; it says so every second."""


READER = "reader"
"""In what a worker tells of a training: who will tell its end on a terminal, if that worker is the last."""


class RunState(StrEnum):
    """Where a training is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self not in (RunState.QUEUED, RunState.RUNNING)


class Failure(StrEnum):
    """Why a training failed, for whoever asked for it in a chat; ``Run.error`` has the details."""

    NO_VOTES = auto()
    NOTHING_TO_LEARN = auto()
    """People have voted, and no text that may be learnt from has a label."""
    TOO_FEW = auto()
    """Of the texts that may be learnt from none can be set aside to choose weights by."""
    MISSING_LABEL = auto()
    """One of the labels is on no such text."""
    NOTHING_TO_MEASURE = auto()
    """There is neither gold nor a held-out row."""
    TEXTS_DELETED = auto()
    """Texts that it learnt from were deleted again and again."""
    FILE = auto()
    """A file to be tested on or replayed is gone, or cannot be used."""
    MODEL = auto()
    """A model that it begins with, or is compared with, cannot be used."""
    SEVERAL_MODELS = auto()
    """Another model answers in each language."""
    FOLDER = auto()
    """``TEACHING_FOLDER`` is not that of the database."""
    DATABASE = auto()
    DISK = auto()
    """Something of its own could not be read or written."""
    KILLED = auto()
    """Its process was, again and again."""
    ENDED = auto()
    """Its process has ended by itself, again and again."""
    UNFORESEEN = auto()


def lacks(rows: Mapping[str, int]) -> Failure | None:
    """Say what a training would fail of for want of labelled texts.

    Args:
        rows: How many there are of each part of its data set: train, dev, heldout and gold.
    """
    if not rows["train"]:
        return Failure.NOTHING_TO_LEARN
    if not rows["dev"] and rows["train"] < FEWEST:
        return Failure.TOO_FEW
    if not rows["gold"] and not rows["heldout"]:
        return Failure.NOTHING_TO_MEASURE
    return None


class UnknownRun(StorageError):
    """No training has this number."""

    def __init__(self, run_id: int) -> None:
        super().__init__(f"there is no training {run_id}")


class LostRun(StorageError):
    """Another process has taken the training over, or it has ended: whoever is told so lets go of it."""

    def __init__(self, run_id: int) -> None:
        super().__init__(f"training {run_id} is no longer this process's")


class CancelledRun(StorageError):
    """Somebody wants the training stopped; nothing was changed."""

    def __init__(self, run_id: int) -> None:
        super().__init__(f"training {run_id} was cancelled")


@dataclass(frozen=True, slots=True)
class Run:
    """A training that was asked for.

    Attributes:
        id: Its number.
        task: What is taught.
        state: Where it is.
        cancelling: Whether somebody wants it stopped.
        actor: Pseudonym of who asked, or in words what did; empty once they are forgotten.
        chat: Pseudonym of the chat with the message that shows it; None for none.
        message_id: That message; None for none, or once it has told the end.
        options: What it was asked with, JSON; ``language`` is that of the message that shows it, or did.
        progress: What its worker last told, JSON; of one that failed, ``failure`` is in it.
        error: Why it failed, one line of English.
        checkpoint_id: What came of it.
        worker: The process that runs it, or did.
        beat_at: When that last said that it is alive.
        created_at: When it was asked for.
        started_at: When it first began.
        ended_at: When it ended.
    """

    id: int
    task: str
    state: RunState
    cancelling: bool
    actor: str
    chat: str | None
    message_id: int | None
    options: Mapping[str, Any]
    progress: Mapping[str, Any]
    error: str | None
    checkpoint_id: int | None
    worker: str | None
    beat_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def failure(self) -> Failure:
        """Why it failed."""
        try:
            return Failure(str(self.progress.get("failure")))
        except ValueError:  # another version wrote it
            return Failure.UNFORESEEN

    @property
    def unheard(self) -> bool:
        """Whether it has ended in another process than the one that was to tell its end on a terminal.

        Whoever cancelled it knows.
        """
        ended = self.state in (RunState.DONE, RunState.FAILED)
        return ended and self.progress.get(READER) not in (None, self.worker)

    def is_free(self, now: datetime) -> bool:
        """Whether it waits for a worker: none has it, or the one that had it is not heard of any more."""
        if self.state is RunState.RUNNING:
            return self.beat_at is None or self.beat_at < now - LEASE
        return self.state is RunState.QUEUED


@dataclass(frozen=True, slots=True)
class Asked:
    """A training that was asked for, and whether it is a new one or the one that there was already."""

    run: Run
    new: bool
