"""Promoting and rolling back: what may serve is tried first, and only then do the aliases move."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from models.catalog import Source
from models.errors import ModelServiceError
from models.own import OwnModel
from models.results import Task
from models.trial import source_of
from storage.checkpoint_values import (
    ChampionChange,
    CheckpointState,
    NotPromotable,
    Obstacle,
    TrainedCheckpoint,
)
from storage.checkpoints import Checkpoints

Trial = Callable[[Task, Source, str | None], Awaitable[None]]
"""Tries a checkpoint for a task, of a version if it was trained here, as ``models.trial`` does."""


async def promote(
    checkpoints: Checkpoints,
    trial: Trial,
    task: Task,
    name: str | None,
    *,
    actor: int | str,
    reason: str,
    seen: str | None,
    own: OwnModel,
) -> ChampionChange:
    """See that a checkpoint may serve, try it, then let it.

    Args:
        checkpoints: Where they are kept.
        trial: Tries it.
        task: What it is to serve.
        name: The checkpoint; None for the catalogue's own.
        actor: Who wants it.
        reason: Why.
        seen: Who the champion was when that was decided.
        own: What answers where there is no champion.

    Raises:
        ModelServiceError: It cannot serve; nothing was changed.
        StorageError: It may not (see ``Checkpoints.promote``), or was compared with an own model of the
            preset that has other weights by now, or cannot be found; nothing was changed.
    """
    await checkpoints.require_promotable(task, name, seen=seen, preset=own.preset)
    if name is None:
        await _try_own(trial, task, own)
    else:
        checkpoint = await checkpoints.get(name)
        compared = None if checkpoint.verdict is None else checkpoint.verdict.weights
        if compared is not None and compared != await _version(own, task, name):
            raise NotPromotable(Obstacle.OTHER_RIVAL, name)
        await _try(trial, task, checkpoint)
    return await checkpoints.promote(task, name, actor=actor, reason=reason, seen=seen, preset=own.preset)


async def overrule(
    checkpoints: Checkpoints,
    trial: Trial,
    task: Task,
    name: str,
    *,
    actor: int | str,
    reason: str,
    seen: str | None,
    own: OwnModel,
) -> ChampionChange:
    """Do the same whatever a verdict says, or though there is none; the arguments are those of ``promote``.

    Raises:
        ModelServiceError: It cannot serve; nothing was changed.
        StorageError: It may not, which no force overrules; nothing was changed.
    """
    await checkpoints.require_promotable(task, name, seen=seen, preset=own.preset, force=True)
    await _try(trial, task, await checkpoints.get(name))
    return await checkpoints.promote(
        task, name, actor=actor, reason=reason, seen=seen, preset=own.preset, force=True
    )


async def roll_back(
    checkpoints: Checkpoints,
    trial: Trial,
    task: Task,
    *,
    actor: int | str,
    reason: str,
    seen: str | None,
    own: OwnModel,
    force: bool = False,
) -> ChampionChange:
    """Try the champion from before, then let it serve again; the arguments are those of ``promote``.

    With ``force`` also one that was refused.

    Raises:
        ModelServiceError: It cannot serve; nothing was changed.
        StorageError: It may not (see ``Checkpoints.rollback``); nothing was changed.
    """
    standing = await checkpoints.standing(task)
    previous = standing.previous
    fit = (CheckpointState.READY, CheckpointState.REFUSED) if force else (CheckpointState.READY,)
    if previous is not None and previous.state in fit and not previous.tainted:
        await _try(trial, task, previous)
    elif previous is None and standing.has_previous:
        await _try_own(trial, task, own)
    return await checkpoints.rollback(task, actor=actor, reason=reason, seen=seen, force=force)


async def _version(own: OwnModel, task: Task, name: str) -> str:
    try:
        return await own.version_now(task)
    except ModelServiceError as error:  # of the preset, not of the checkpoint
        raise NotPromotable(Obstacle.NO_RIVAL, name, f"PRESET {own.preset}: {error}") from error


async def _try(trial: Trial, task: Task, checkpoint: TrainedCheckpoint) -> None:
    await trial(task, source_of(checkpoint.name, checkpoint.path), checkpoint.version)


async def _try_own(trial: Trial, task: Task, own: OwnModel) -> None:
    for source in dict.fromkeys(own.catalog.lines(own.preset, task).values()):  # one, or one a language
        await trial(task, source, None)
