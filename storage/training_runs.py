"""Access to ``training_runs``: the trainings that were asked for, each run by one process at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.base import utc_now
from storage.conflicts import again_after_conflict
from storage.engine import Database
from storage.errors import StorageError
from storage.privacy.pseudonym import Pseudonymizer
from storage.run_rows import RunRows
from storage.runs import READER, Asked, CancelledRun, LostRun, Run, RunState
from storage.teaching_tables import TrainingRun
from storage.training_endings import end, has_served
from storage.upsert import upsert

_BOT = "bot"  # who asks, where no person does
_INSTEAD_OF = "instead_of"  # in the options of what it asks for
_LANGUAGE = "language"


class TrainingRuns:
    """The queue of trainings: one of each task waits or runs at a time.

    Every method may raise :class:`StorageError`, and those that write have committed when they return.

    Args:
        database: Where.
        pseudonymizer: Of people and chats.
    """

    def __init__(self, database: Database, pseudonymizer: Pseudonymizer) -> None:
        self._database = database
        self._pseudonymizer = pseudonymizer

    @again_after_conflict
    async def ask(
        self,
        task: str,
        *,
        actor: int | str,
        options: Mapping[str, Any] | None = None,
        worker: str | None = None,
    ) -> Asked:
        """Ask for a training; while one of the task waits or runs, that one is given back as it is.

        Args:
            task: What to teach.
            actor: The person who asks, kept as a pseudonym, or in words what does.
            options: How, JSON.
            worker: Who runs a new one, from this moment on; None for whoever claims it.
        """
        who = self._pseudonymizer.actor(actor)
        async with self._database.write() as connection:
            values: dict[str, Any] = {
                "task": task,
                "lane": task,
                "state": RunState.QUEUED.value,
                "actor": who,
                "options": dict(options or {}),
                "progress": {},
                "created_at": utc_now(),
            }
            if worker is not None:
                now, running = values["created_at"], RunState.RUNNING.value
                values |= {"state": running, "worker": worker, "beat_at": now, "started_at": now}
            before = await RunRows(connection).current(task)
            if before is not None:
                return Asked(before, new=False)
            await upsert(connection, TrainingRun, values, key=["lane"])
            run = await RunRows(connection).current(task)
            if run is None:  # the one that came first ended this very moment
                raise StorageError("the training could not be asked for; please try again")
            return Asked(run, new=run.created_at == values["created_at"])

    async def rebuild(self, task: str, champion: str) -> Asked | None:
        """Ask for a training in place of a champion that may not stay, once for each champion.

        Args:
            task: The champion's.
            champion: Its name.

        Returns:
            The training, and whether this asked for it; None while another of the task waits or runs.
        """
        asked = select(TrainingRun.__table__).where(TrainingRun.task == task, TrainingRun.actor == _BOT)
        for run in await self._all(asked.order_by(TrainingRun.id.desc())):
            if run.options.get(_INSTEAD_OF) == champion:
                return Asked(run, new=False)
        found = await self.ask(task, actor=_BOT, options={_INSTEAD_OF: champion})
        return found if found.run.options.get(_INSTEAD_OF) == champion else None

    async def get(self, run_id: int) -> Run:
        """Return a training.

        Raises:
            UnknownRun: There is none of this number.
        """
        async with self._database.read() as connection:
            return await RunRows(connection).get(run_id)

    async def current(self, task: str) -> Run | None:
        """Return the training of a task that waits or runs."""
        async with self._database.read() as connection:
            return await RunRows(connection).current(task)

    async def last(self, task: str) -> Run | None:
        """Return the training of a task that was asked for last."""
        query = select(TrainingRun.__table__).where(TrainingRun.task == task)
        return next(iter(await self._all(query.order_by(TrainingRun.id.desc()).limit(1))), None)

    @again_after_conflict
    async def hear(self, run_id: int) -> None:
        """Keep that a training's end was told on a terminal.

        Raises:
            UnknownRun: There is none of this number.
        """
        async with self._database.write() as connection:
            run = await RunRows(connection).get(run_id, lock=True)
            await RunRows(connection).change(run_id, progress={**run.progress, READER: None})

    async def unfinished(self) -> tuple[Run, ...]:
        """Return all trainings that wait or run, the first that was asked for first."""
        states = (RunState.QUEUED.value, RunState.RUNNING.value)
        query = select(TrainingRun.__table__).where(TrainingRun.state.in_(states))
        return await self._all(query.order_by(TrainingRun.id))

    async def shown(self) -> tuple[Run, ...]:
        """Return all trainings whose message has not told their end yet."""
        query = select(TrainingRun.__table__).where(TrainingRun.message_id.is_not(None))
        return await self._all(query.order_by(TrainingRun.id))

    @again_after_conflict
    async def show(self, run_id: int, chat_id: int, message_id: int, *, language: str) -> Run:
        """Keep which message shows a training; an earlier one shows it no longer.

        Args:
            run_id: Which.
            chat_id: Where the message is.
            message_id: The message.
            language: Its reader's, a code; it is kept among the options.

        Returns:
            The training as it was before, with that earlier message.

        Raises:
            UnknownRun: There is none of this number.
        """
        chat = self._pseudonymizer.chat(chat_id)
        async with self._database.write() as connection:
            before = await RunRows(connection).get(run_id, lock=True)
            options = {**before.options, _LANGUAGE: language}
            await RunRows(connection).change(
                run_id, chat_pseudonym=chat, message_id=message_id, options=options
            )
        return before

    @again_after_conflict
    async def shows_no_longer(self, run_id: int, message_id: int) -> None:
        """Keep that a message has told a training's end, or is gone; a newer message stays."""
        async with self._database.write() as connection:
            await connection.execute(
                update(TrainingRun)
                .where(TrainingRun.id == run_id, TrainingRun.message_id == message_id)
                .values(chat_pseudonym=None, message_id=None)
            )

    def chat_of(self, run: Run, people: Iterable[int]) -> int | None:
        """Return the person in whose private chat a training is shown, if it is one of these."""
        return next((one for one in people if self._pseudonymizer.chat(one) == run.chat), None)

    @again_after_conflict
    async def claim(self, run_id: int, worker: str, *, instead_of: str | None = None) -> Run | None:
        """Take a training to run it: of several who try, one does.

        Args:
            run_id: Which.
            worker: Who, as ``storage.workers`` names processes.
            instead_of: A worker that is known to have ended.

        Returns:
            The training, now the worker's; None if it has ended, or somebody who is alive runs it.

        Raises:
            UnknownRun: There is none of this number.
        """
        now = utc_now()
        async with self._database.write() as connection:
            run = await RunRows(connection).get(run_id, lock=True)
            its_own = run.state is RunState.RUNNING and run.worker in (worker, instead_of)
            if not (run.is_free(now) or its_own):
                return None
            await RunRows(connection).change(
                run_id,
                state=RunState.RUNNING.value,
                worker=worker,
                beat_at=now,
                started_at=run.started_at or now,
            )
            return await RunRows(connection).get(run_id)

    @again_after_conflict
    async def beat(self, run_id: int, worker: str, progress: Mapping[str, Any] | None = None) -> bool:
        """Say that its worker is alive, and how far it is.

        Args:
            run_id: Which.
            worker: Who runs it.
            progress: What to show, JSON; None for no news.

        Returns:
            Whether somebody wants it stopped.

        Raises:
            LostRun: It is no longer the worker's.
        """
        news: dict[str, Any] = {} if progress is None else {"progress": dict(progress)}
        async with self._database.write() as connection:
            await self._change_own(connection, run_id, worker, beat_at=utc_now(), **news)
            return (await RunRows(connection).get(run_id)).cancelling

    @again_after_conflict
    async def let_go(self, run_id: int, worker: str) -> None:
        """Leave a training that has not ended to the next who claims it.

        Raises:
            LostRun: It is no longer the worker's.
        """
        async with self._database.write() as connection:
            await self._change_own(connection, run_id, worker, state=RunState.QUEUED.value)

    @again_after_conflict
    async def cancel(self, run_id: int) -> Run:
        """Stop a training: at once if nobody runs it, else its worker is told at its next beat.

        Once it has ended as cancelled, what came of it and never served is retired.

        Returns:
            The training as it is now; one that has ended stays as it is.

        Raises:
            UnknownRun: There is none of this number.
        """
        now = utc_now()
        async with self._database.write() as connection:
            run = await RunRows(connection).get(run_id, lock=True)
            if run.is_free(now):
                await end(connection, run, RunState.CANCELLED)
            elif not run.state.ended:
                await RunRows(connection).change(run_id, cancelling=True)
            return await RunRows(connection).get(run_id)

    @again_after_conflict
    async def finish(
        self,
        run_id: int,
        worker: str,
        state: RunState,
        *,
        progress: Mapping[str, Any] | None = None,
        error: str | None = None,
        checkpoint_id: int | None = None,
    ) -> None:
        """End a training; of one that was cancelled, what came of it and never served is retired.

        Args:
            run_id: Which.
            worker: Who ran it.
            state: How it ended.
            progress: What to show of it, JSON; None for what was shown last.
            error: Why it failed, one line.
            checkpoint_id: What came of it; None for what was added as such, if anything.

        Raises:
            CancelledRun: It is done, but somebody wants it cancelled, and what came of it never served.
            LostRun: It is no longer the worker's.
        """
        news: dict[str, Any] = {} if progress is None else {"progress": dict(progress)}
        async with self._database.write() as connection:
            run = await self._change_own(connection, run_id, worker, beat_at=utc_now(), **news)
            if (
                run.cancelling
                and state is RunState.DONE
                and not await has_served(connection, run.task, checkpoint_id or run.checkpoint_id)
            ):
                raise CancelledRun(run_id)
            await end(connection, run, state, error=error, checkpoint_id=checkpoint_id)

    async def _all(self, query: Select[Any]) -> tuple[Run, ...]:
        async with self._database.read() as connection:
            return await RunRows(connection).all(query)

    @staticmethod
    async def _change_own(connection: AsyncConnection, run_id: int, worker: str, **values: object) -> Run:
        run = await RunRows(connection).get(run_id, lock=True)
        if run.state is not RunState.RUNNING or run.worker != worker:
            raise LostRun(run_id)
        await RunRows(connection).change(run_id, **values)
        return run
