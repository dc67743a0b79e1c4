"""What becomes of a champion that learnt from a text that was deleted since: another is trained, or it goes.

One training is asked for in its place. It answers until that has ended, for a day at most. If then no other
champion has taken its place, it is retired, and who served last of those that still may answers again, or the
preset's own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum, auto

from models.results import Task
from storage.checkpoint_values import ChampionChange, ChampionChanged
from storage.runs import Run, RunState
from storage.store import Store

WITHIN = timedelta(days=1)
"""So long it may take until another answers; a training takes minutes, but others may be before it."""


class GivenUp(StrEnum):
    """Why no other takes the place of such a champion."""

    REFUSED = auto()
    """The gate refused it, or it was to stay a candidate."""
    FAILED = auto()
    CANCELLED = auto()
    LATE = auto()


_ENDS = {
    RunState.DONE: GivenUp.REFUSED,
    RunState.FAILED: GivenUp.FAILED,
    RunState.CANCELLED: GivenUp.CANCELLED,
}


def given_up(run: Run, now: datetime) -> GivenUp | None:
    """Say why the training that was asked for brings no other champion; None while it may."""
    if run.state.ended:
        return _ENDS[run.state]
    return GivenUp.LATE if now - run.created_at > WITHIN else None


async def retire(store: Store, task: Task, name: str, why: GivenUp) -> ChampionChange | None:
    """Let who served last of those that still may take a champion's place.

    Its folder goes with the next look, when it no longer answers.

    Returns:
        What has changed; None if somebody else has seen to it.
    """
    refuge = await store.checkpoints.refuge(task)
    reason = f"it learnt from a text that was deleted since, and training another in its place: {why}"
    try:
        return await store.checkpoints.withdraw(task, name, serves=refuge, actor="bot", reason=reason)
    except ChampionChanged:
        return None
