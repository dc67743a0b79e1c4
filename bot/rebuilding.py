"""What becomes of a champion that learnt from a text that was deleted since: another is trained, or it goes.

One training is asked for in its place. It answers until that has ended, for a day at most. If then no other
champion has taken its place, it is retired, and who served last of those that still may answers again, or the
preset's own. A bot whose teaching folder is not the database's does none of it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from enum import StrEnum, auto

from bot.troubles import Kind, Trouble
from models.results import Task
from storage.base import utc_now
from storage.checkpoint_values import ChampionChange, ChampionChanged, TrainedCheckpoint
from storage.runs import Run, RunState
from storage.store import StorageError, Store

_log = logging.getLogger(__name__)

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


async def see_to(
    store: Store, task: Task, champion: TrainedCheckpoint
) -> tuple[TrainedCheckpoint | None, Trouble | None]:
    """Have another trained than a champion that learnt from a deleted text, or retire it.

    Returns:
        Who is champion from now on, None for the catalogue's own, and what the operator is to be told.
    """
    try:
        await store.teaching.require()
    except StorageError:  # told at the start; a training would fail here
        return champion, None
    asked = await store.runs.rebuild(task, champion.name)
    if asked is None:  # after the one that runs
        return champion, None
    if asked.new:
        _log.warning("%s learnt from a text that was deleted since: another is to be trained", champion.name)
        return champion, Trouble(Kind.LEARNT_DELETED, task, champion.name, champion.name)
    why = _given_up(asked.run)
    if why is None:
        return champion, None
    change = await _retire(store, task, champion.name, why)
    now = (await store.checkpoints.standing(task)).champion
    if change is None:  # somebody else has seen to it
        return now, None
    _log.warning("%s is retired (%s): it learnt from a text that was deleted", champion.name, why)
    return now, Trouble(Kind.GIVEN_UP, task, champion.name, change.after, why)


def _given_up(run: Run) -> GivenUp | None:
    """Say why the training that was asked for brings no other champion; None while it may."""
    if run.state.ended:
        return _ENDS[run.state]
    return GivenUp.LATE if utc_now() - run.created_at > WITHIN else None


async def _retire(store: Store, task: Task, name: str, why: GivenUp) -> ChampionChange | None:
    """Let who served last of those that still may take a champion's place.

    Its folder goes with the next look, when it no longer answers.

    Returns:
        What has changed; None if another one is champion by now.
    """
    refuge = next(iter(await store.checkpoints.refuges(task)), None)
    serves = None if refuge is None else refuge.name
    reason = f"it learnt from a text that was deleted since, and training another in its place: {why}"
    try:
        return await store.checkpoints.withdraw(task, name, serves=serves, actor="bot", reason=reason)
    except ChampionChanged:
        return None
