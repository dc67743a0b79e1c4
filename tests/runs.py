"""A training that has ended, for tests to change."""

from __future__ import annotations

from datetime import UTC, datetime

from storage.runs import Run, RunState

RUN = Run(
    id=1,
    task="sentiment",
    state=RunState.DONE,
    cancelling=False,
    actor="",
    chat=None,
    message_id=None,
    options={},
    progress={},
    error=None,
    checkpoint_id=1,
    worker=None,
    beat_at=None,
    created_at=datetime(2026, 1, 2, tzinfo=UTC),
    started_at=None,
    ended_at=None,
)
