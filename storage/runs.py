"""Trainings that were asked for: the frozen values that cross the seam between storage and its callers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from storage.errors import StorageError

LEASE = timedelta(seconds=30)
"""A worker that has not said for so long that it is alive has lost its run; it says so every second."""


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
        options: What it was asked with, JSON.
        progress: What its worker last told, JSON.
        error: Why it failed, one line.
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
