"""How trainings end, and what becomes of the checkpoint that came of one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.base import utc_now
from storage.checkpoint_rows import CheckpointRows
from storage.promotions import Promotions
from storage.run_rows import RunRows
from storage.runs import CancelledRun, Run, RunState
from storage.teaching_tables import Checkpoint, TrainingRun


async def end(
    connection: AsyncConnection,
    run: Run,
    state: RunState,
    *,
    error: str | None = None,
    checkpoint_id: int | None = None,
) -> None:
    """Write how a training ended, and make way for the next one of its task.

    What came of one that is cancelled is retired at the same moment, so that nobody can promote it any more.
    """
    came: int | None = checkpoint_id or run.checkpoint_id
    ended = {"state": state.value, "lane": f"#{run.id}", "error": error, "ended_at": utc_now()}
    await RunRows(connection).change(run.id, checkpoint_id=came, **ended)
    name = await CheckpointRows(connection).name_of(came)
    if state is RunState.CANCELLED and name is not None:
        await Promotions(connection, run.task).discard(name)


async def hold_uncancelled(connection: AsyncConnection, run_id: int) -> Run:
    """Let nobody cancel a training until the transaction ends, nor who asked for it be forgotten.

    Whoever also locks aliases or checkpoints does it after this.

    Raises:
        CancelledRun: Somebody has.
        UnknownRun: There is none of this number.
    """
    run = await RunRows(connection).get(run_id, lock=True)
    if run.cancelling or run.state is RunState.CANCELLED:
        raise CancelledRun(run_id)
    return run


async def came_of(connection: AsyncConnection, run_id: int, checkpoint_id: int) -> None:
    """Keep what came of a training, which is held, before it has ended."""
    await RunRows(connection).change(run_id, checkpoint_id=checkpoint_id)


async def has_served(connection: AsyncConnection, task: str, checkpoint_id: int | None) -> bool:
    """Whether what came of a training, if anything, was ever the champion."""
    name = await CheckpointRows(connection).name_of(checkpoint_id)
    return name is not None and await Promotions(connection, task).has_served(name)


async def is_unwanted(connection: AsyncConnection, name: str | None) -> bool:
    """Whether a checkpoint came of a training that has been told to stop, and has not yet ended."""
    query = select(Checkpoint.id).where(Checkpoint.name == name, Checkpoint.id.in_(unwanted()))
    return (await connection.execute(query)).first() is not None


def unwanted() -> Select[Any]:
    """Select what came of trainings that have been told to stop, and have not yet ended."""
    return select(TrainingRun.checkpoint_id).where(
        TrainingRun.checkpoint_id.is_not(None), TrainingRun.cancelling, TrainingRun.ended_at.is_(None)
    )
