"""The row of a training in the database, kept by a thread beside the one that computes.

Every second it says that the run is alive and how far it is. When somebody wants the run stopped, or another
process has taken it over, the main thread gets a SIGINT: a training finishes its step and saves, everything
else is interrupted.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, TypeVar, cast

from storage.engine import exists
from storage.errors import DatabaseFailed, StorageError
from storage.runs import LEASE, READER, LostRun, Run, RunState
from storage.store import Store
from storage.workers import is_gone, own_worker
from training.retraining.place import TeachingPlace
from training.textfiles import DataError

BEAT = 1.0  # seconds
WHERE_TO_LOOK = (
    "/train in the chat shows how far it is, `kobert-bot models list` what came of it, and --cancel ends it"
)
"""For whoever does not run a training that somebody else does."""
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before a database that failed is asked again: hours of learning are not lost to a locked file."""
_WATCH = 0.5  # seconds between two looks at a worker that may be dead
_Found = TypeVar("_Found")


class Taken(DataError):
    """A living process runs the training already."""


class Ledger:
    """Speaks with the database for a program that is not asynchronous.

    Args:
        place: Where the database is.

    Raises:
        DataError: There is no database.
        StorageError: It cannot be opened.
    """

    def __init__(self, place: TeachingPlace) -> None:
        if not exists(place.database_url):
            raise DataError(f"there is no database {place.database_url} here; DATABASE_URL says where")
        self.cancelled = False
        self.lost = False
        self._place = place
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ledger")
        self._store: Store | None = None
        self._run: Run | None = None
        self._worker = own_worker()
        self._progress: dict[str, Any] = {}
        self._written = self._progress
        self._beating = asyncio.Lock()
        self._beats: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            opened = Store.open(
                self._place.database_url, pepper=self._place.pepper, teaching=self._place.folder
            )
            self._store = self._wait(opened)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._store is not None:
                self._wait(self._close())
        finally:
            self._stop()

    @property
    def store(self) -> Store:
        """The database; its methods are for :meth:`call`."""
        assert self._store is not None  # noqa: S101  # inside the block
        return self._store

    @property
    def run(self) -> Run:
        """The training as it was claimed."""
        assert self._run is not None  # noqa: S101  # claimed
        return self._run

    @property
    def has_claimed(self) -> bool:
        """Whether a training is this process's, and has not been ended or left."""
        return self._beats is not None

    @property
    def progress(self) -> Mapping[str, Any]:
        """What was told last, by this process or the one before it."""
        return self._progress

    def call(self, do: Callable[[Store], Awaitable[_Found]]) -> _Found:
        """Do something with the store and wait for it; a database that fails is asked again for a while.

        Raises:
            StorageError: It cannot be done, or the database goes on failing.
        """

        async def done() -> _Found:
            return await do(self.store)

        for seconds in WAITS:
            try:
                found: _Found = self._wait(done())
            except DatabaseFailed:
                time.sleep(seconds)
            else:
                return found
        return cast("_Found", self._wait(done()))

    @property
    def worker(self) -> str:
        """The name of this process."""
        return self._worker

    def claim(self, run_id: int, *, read: bool = False) -> Run:
        """Take a training, waiting for one whose worker may be dead, and say from now on that it is alive.

        Args:
            run_id: Which.
            read: Whether somebody is told its end here.

        Raises:
            DataError: It has ended.
            Taken: Somebody who is alive runs it.
        """
        first: Run | None = None
        until = time.monotonic() + LEASE.total_seconds() + 5
        while True:
            run = self.call(lambda store: store.runs.get(run_id))
            if run.state.ended:
                raise DataError(f"training {run_id} has ended: {run.state}")
            dead = run.worker if run.worker is not None and is_gone(run.worker) else None
            claimed = self._claim(run_id, dead)
            if claimed is not None:
                self._run, self._progress = claimed, dict(claimed.progress)
                self._written = self._progress
                self._beats = self._wait(self._begin())
                if read:  # at once: stopped before the next beat, the same command would begin another
                    self.keep(**{READER: self._worker})
                return claimed
            first = first or run
            alive = (run.worker, run.beat_at) != (first.worker, first.beat_at)
            if alive or time.monotonic() > until:
                raise Taken(
                    f"training {run_id} of {run.task} runs already (in {run.worker}): {WHERE_TO_LOOK}"
                )
            time.sleep(_WATCH)

    def tell(self, **news: object) -> None:
        """Show how far the training is, at the next beat; what is not named stays."""
        self._progress = {**self._progress, **news}

    def keep(self, **news: object) -> None:
        """Have what the next process must know in the database when this returns."""
        self.tell(**news)
        self.call(self._beat)

    def finish(self, state: RunState, *, error: str | None = None, checkpoint_id: int | None = None) -> None:
        """End the training."""
        self._quiet()
        its = (self.run.id, self._worker, state)

        async def finish(store: Store) -> None:
            try:
                await store.runs.finish(
                    *its, progress=self._progress, error=error, checkpoint_id=checkpoint_id
                )
            except LostRun:  # or it was ended here already, and the database failed before it could say so
                found = await store.runs.get(self.run.id)
                if (found.id, found.worker, found.state) != its:
                    raise

        self.call(finish)

    def let_go(self) -> None:
        """Leave the training to whoever takes it up next."""
        self._quiet()
        self.call(lambda store: store.runs.let_go(self.run.id, self._worker))

    def _claim(self, run_id: int, dead: str | None) -> Run | None:
        return self.call(lambda store: store.runs.claim(run_id, self._worker, instead_of=dead))

    def _quiet(self) -> None:
        """Beat no more."""
        beats, self._beats = self._beats, None
        if beats is not None:
            self._wait(_ended(beats))

    async def _begin(self) -> asyncio.Task[None]:
        return asyncio.create_task(self._keep_beating())  # noqa: TID251  # awaited by _quiet and _close

    async def _close(self) -> None:
        self._beats = None
        left = asyncio.all_tasks() - {asyncio.current_task()}  # the beats, and what was interrupted
        await _ended(*left)
        await self.store.close()

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            try:
                await self._beat(self.store)
            except LostRun:
                self.lost = True
                os.kill(os.getpid(), signal.SIGINT)
                return
            except StorageError:  # the next beat may come through; until the lease is over nobody else begins
                continue

    async def _beat(self, store: Store) -> None:
        async with self._beating:  # one that began before must not write what was told before after this
            told = self._progress
            news = None if told is self._written else told
            wanted = await store.runs.beat(self.run.id, self._worker, news)
            self._written = told
        if wanted and not self.cancelled:
            self.cancelled = True
            os.kill(os.getpid(), signal.SIGINT)

    def _wait(self, coroutine: Any) -> Any:  # noqa: ANN401  # what it gives back is typed by `call`
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _ended(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
