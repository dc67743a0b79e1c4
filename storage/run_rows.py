"""Access to the rows of ``training_runs``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.runs import Run, RunState, UnknownRun
from storage.teaching_tables import TrainingRun

_LARGEST_ID = 2**31 - 1  # of an INTEGER but in SQLite; a forged button may hold any number


@dataclass(frozen=True, slots=True)
class RunRows:
    """Reads and writes trainings in one transaction."""

    connection: AsyncConnection

    async def get(self, run_id: int, *, lock: bool = False) -> Run:
        """Return a training, and with ``lock`` hold its row until the transaction ends.

        Raises:
            UnknownRun: There is none of this number.
        """
        query = select(TrainingRun.__table__).where(TrainingRun.id == min(run_id, _LARGEST_ID))
        row = (await self.connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None or row.id != run_id:
            raise UnknownRun(run_id)
        return _run(row)

    async def current(self, task: str) -> Run | None:
        """Return the training of a task that waits or runs."""
        query = select(TrainingRun.__table__).where(TrainingRun.lane == task)
        row = (await self.connection.execute(query)).one_or_none()
        return None if row is None else _run(row)

    async def all(self, query: Select[Any]) -> tuple[Run, ...]:
        """Return the trainings whose rows a query selects."""
        return tuple(map(_run, (await self.connection.execute(query)).all()))

    async def change(self, run_id: int, **values: object) -> None:
        """Write into a training's row."""
        await self.connection.execute(update(TrainingRun).where(TrainingRun.id == run_id).values(values))


def _run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        task=row.task,
        state=RunState(row.state),
        cancelling=row.cancelling,
        actor=row.actor,
        chat=row.chat_pseudonym,
        message_id=row.message_id,
        options=row.options,
        progress=row.progress,
        error=row.error,
        checkpoint_id=row.checkpoint_id,
        worker=row.worker,
        beat_at=row.beat_at,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
