"""The front that peers which are libraries run behind: a queue, and worker threads with dynamic batches.

Standard library only. It is kind to them: no wait timer, while a batch is worked on the next one gathers; and
of what waits, a batch takes the oldest and those nearest to it in length, so that little is padded.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Probabilities = list[float]
Answerer = Callable[[list[str]], Sequence[Probabilities]]


@dataclass(slots=True, eq=False)
class _Waiting:
    text: str
    future: asyncio.Future[Probabilities]
    order: int


class Front:
    """Serves one library's model.

    Args:
        load: Called once in each worker thread; gives back what answers a list of texts.
        workers: Threads.
        batch: Most texts worked on together.
    """

    def __init__(self, load: Callable[[], Answerer], *, workers: int, batch: int) -> None:
        self._load = load
        self._batch = batch
        self._waiting: list[_Waiting] = []
        self._count = 0
        self._changed = threading.Condition()
        self._closing = False
        self._loaded: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(workers)]

    async def start(self) -> None:
        """Load in one thread after the other; raises what loading raised."""
        for thread in self._threads:
            thread.start()
            error = await asyncio.to_thread(self._loaded.get)
            if error is not None:
                raise error

    async def ask(self, text: str) -> Probabilities:
        """Queue a text and wait for its answer."""
        future: asyncio.Future[Probabilities] = asyncio.get_running_loop().create_future()
        with self._changed:
            self._count += 1
            self._waiting.append(_Waiting(text, future, self._count))
            self._changed.notify()
        return await future

    async def close(self) -> None:
        """Let the threads end."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def _run(self) -> None:
        try:
            answer = self._load()
        except Exception as error:  # noqa: BLE001  # start() raises it
            self._loaded.put(error)
            return
        self._loaded.put(None)
        while batch := self._take():
            outcomes: Sequence[Probabilities | Exception]
            try:
                outcomes = answer([each.text for each in batch])
            except Exception as error:  # noqa: BLE001  # goes to the clients, which count it
                outcomes = [error] * len(batch)
            batch[0].future.get_loop().call_soon_threadsafe(_deliver, batch, outcomes)

    def _take(self) -> list[_Waiting]:
        with self._changed:
            while not self._waiting:
                if self._closing:
                    return []
                self._changed.wait()
            oldest = min(self._waiting, key=lambda each: each.order)
            # Characters stand for tokens: every text is of the same kind.
            self._waiting.sort(key=lambda each: abs(len(each.text) - len(oldest.text)))
            self._waiting.remove(oldest)
            batch = [oldest, *self._waiting[: self._batch - 1]]
            del self._waiting[: self._batch - 1]
            return batch


def _deliver(batch: Sequence[_Waiting], outcomes: Sequence[Probabilities | Exception]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.future.done():
            continue
        if isinstance(outcome, Exception):
            waiting.future.set_exception(outcome)
        else:
            waiting.future.set_result(outcome)
