"""Things that take long to load: each is loaded once, in a thread, however many ask for it at a time."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from models.errors import StillLoading

Result = TypeVar("Result")

_RETRY = 10.0  # seconds; a folder takes one, a download minutes
_PATIENCE = 5.0  # seconds for loads that nobody waits for when all is closed


class Loads:
    """Loads by key, on one event loop.

    Args:
        most_waiting: How many may wait for loads at a time; more are refused.
        patience: Seconds that each waits; the load goes on after that. None to wait for as long as it takes.
    """

    def __init__(self, *, most_waiting: int, patience: float | None = None) -> None:
        self._futures: dict[Hashable, asyncio.Future[Any]] = {}
        self._most_waiting = most_waiting
        self._patience = patience
        self._waiting = 0

    def begin(self, key: Hashable, load: Callable[[], Result]) -> asyncio.Future[Result]:
        """Begin to load, if it isn't loaded or being loaded; what failed is tried again."""
        future = self._futures.get(key)
        if future is None or (future.done() and future.exception() is not None):
            future = self._futures[key] = in_thread(load)
        return future

    async def get(self, key: Hashable, load: Callable[[], Result]) -> Result:
        """Load, or wait for who began.

        Args:
            key: What is loaded.
            load: Called in a thread.

        Raises:
            StillLoading: If too many wait already, or it takes longer than the patience.
            Exception: Whatever ``load`` raised.
        """
        future = self.begin(key, load)
        if future.done():
            return future.result()
        if self._waiting >= self._most_waiting:
            raise StillLoading(_RETRY)
        self._waiting += 1
        try:
            await asyncio.wait([future], timeout=self._patience)  # leaves it running: others wait for it too
        finally:
            self._waiting -= 1
        if not future.done():
            raise StillLoading(_RETRY)
        return future.result()

    def forget(self, unwanted: Callable[[Hashable], bool]) -> None:
        """Drop what was loaded under these keys; who still waits for one gets it."""
        self._futures = {key: future for key, future in self._futures.items() if not unwanted(key)}

    async def close(self) -> None:
        """Give unfinished loads a moment. Their threads are daemons: a download doesn't hold up the exit."""
        if pending := [future for future in self._futures.values() if not future.done()]:
            await asyncio.wait(pending, timeout=_PATIENCE)


def in_thread(function: Callable[[], Result]) -> asyncio.Future[Result]:
    """Call something in a daemon thread: pools are joined at exit, however long a download takes."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()
    future.add_done_callback(lambda done: done.cancelled() or done.exception())  # seen, also if nobody waits

    def deliver(result: Result | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # without an error there is a result

    def call() -> None:
        result, failure = None, None
        try:
            result = function()
        except Exception as error:  # noqa: BLE001  # goes to who waits
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is gone, and with it who waited
            loop.call_soon_threadsafe(deliver, result, failure)

    threading.Thread(target=call, name="model-loader", daemon=True).start()
    return future
