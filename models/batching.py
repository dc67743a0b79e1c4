"""A bounded queue between the event loop and worker threads that take what is waiting in batches.

Knows nothing of models: it moves items to runners, and outcomes back. There is no wait timer: while a batch
is worked on, the next one gathers. The seam for smarter batching is ``_take``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from models.errors import Busy, ModelServiceError

Item = TypeVar("Item")
Item_contra = TypeVar("Item_contra", contravariant=True)
Outcome = TypeVar("Outcome")
Outcome_co = TypeVar("Outcome_co", covariant=True)

_LOG = logging.getLogger(__name__)

_FIRST_GUESS = 1_000.0  # tokens per second of a worker before any were measured
_LONGEST_RETRY = 60.0  # seconds


class Runner(Hashable, Protocol[Item_contra, Outcome_co]):
    """Works on a batch. Only items of equal runners share one."""

    def run(self, items: Sequence[Item_contra]) -> Sequence[Outcome_co | Exception]:
        """Called in a worker thread: an outcome or an exception per item, in order.

        If it raises, each item is tried alone, so that an exception reaches only who caused it.
        """


@dataclass(slots=True, eq=False)
class _Waiting:
    runner: Runner[Any, Any]
    item: Any
    cost: int
    future: asyncio.Future[Any]


@dataclass(slots=True)
class _Throughput:
    """Cost worked off per second and worker, an exponential average."""

    per_second: float = _FIRST_GUESS
    measured: bool = field(default=False)

    def add(self, cost: int, seconds: float) -> None:
        sample = cost / max(seconds, 1e-4)
        self.per_second = 0.8 * self.per_second + 0.2 * sample if self.measured else sample
        self.measured = True


class Batcher:
    """Gathers items for the same runner into batches and has them worked on in threads.

    Args:
        queue_size: How many items may wait; more are refused.
        batch_cost: Summed cost (tokens, by estimate) after which a batch is full.
    """

    def __init__(self, *, queue_size: int = 256, batch_cost: int = 512) -> None:
        self._queue_size = queue_size
        self._batch_cost = batch_cost
        self._queue: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._throughput = _Throughput()
        self._threads: list[threading.Thread] = []

    def start(self, workers: int = 1, prepare: Callable[[], None] = lambda: None) -> None:
        """Start the worker threads; a second call changes nothing.

        Args:
            workers: How many.
            prepare: Called once in each before its first batch. If it raises, the worker works unprepared.
        """
        if self._threads:
            return
        self._threads = [
            threading.Thread(target=self._run, args=(prepare,), name=f"model-worker-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    async def submit(self, runner: Runner[Item, Outcome], item: Item, cost: int) -> Outcome:
        """Queue an item and wait for its outcome.

        If the waiting task is cancelled, an item that no worker has taken yet is never worked on.

        Args:
            runner: Who works on it.
            item: Handed to ``runner.run``.
            cost: Estimated work, in tokens.

        Raises:
            Busy: If the queue is full; with an estimate of when it won't be.
            ModelServiceError: If the batcher is closed.
            Exception: Whatever the runner answered for this item.
        """
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        with self._changed:
            if self._closing:
                raise ModelServiceError("the model service is closed")
            if len(self._queue) >= self._queue_size:
                self._drop_cancelled()
            if len(self._queue) >= self._queue_size:
                raise Busy(self.retry_after())
            self._queue.append(_Waiting(runner, item, cost, future))
            self._changed.notify()
        return await future

    def retry_after(self) -> float:
        """Seconds until what waits now will be worked off, by the throughput measured so far; 1 to 60."""
        waiting = sum(each.cost for each in self._queue)
        seconds = waiting / (self._throughput.per_second * max(len(self._threads), 1))
        return min(max(seconds, 1.0), _LONGEST_RETRY)

    async def close(self) -> None:
        """Refuse new items, answer all that wait, and end the threads."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def _drop_cancelled(self) -> None:
        kept = [each for each in self._queue if not each.future.cancelled()]
        self._queue.clear()
        self._queue.extend(kept)

    def _run(self, prepare: Callable[[], None]) -> None:
        try:
            prepare()
        except Exception:  # noqa: BLE001  # a slower worker is better than questions that nobody answers
            _LOG.exception("a model worker could not be prepared")
        while batch := self._take():
            begin = time.monotonic()
            outcomes = self._answer(batch)
            self._throughput.add(sum(each.cost for each in batch), time.monotonic() - begin)
            # All of a batch were queued by callers of one loop: one wake-up delivers them all.
            with contextlib.suppress(RuntimeError):  # the loop is gone, and with it who waited
                batch[0].future.get_loop().call_soon_threadsafe(_deliver, batch, outcomes)

    def _take(self) -> list[_Waiting]:
        """The oldest item and others for its runner, until the batch is full; nothing at the end."""
        with self._changed:
            while True:
                self._drop_cancelled()
                if self._queue:
                    break
                if self._closing:
                    return []
                self._changed.wait()
            oldest = self._queue.popleft()
            batch, cost = [oldest], oldest.cost
            left: deque[_Waiting] = deque()
            for each in self._queue:
                if each.runner == oldest.runner and cost + each.cost <= self._batch_cost:
                    batch.append(each)
                    cost += each.cost
                else:
                    left.append(each)
            self._queue = left
            return batch

    def _answer(self, batch: Sequence[_Waiting]) -> Sequence[Any]:
        try:
            return _outcomes(batch[0].runner, [each.item for each in batch])
        except Exception as error:  # noqa: BLE001  # goes to the callers
            if len(batch) == 1:
                return [error]
            return [outcome for each in batch for outcome in self._answer([each])]


def _outcomes(runner: Runner[Any, Any], items: Sequence[Any]) -> Sequence[Any]:
    outcomes = runner.run(items)
    if len(outcomes) != len(items):  # who gets which is anybody's guess
        raise RuntimeError(f"{len(outcomes)} outcomes for {len(items)} items")
    return outcomes


def _deliver(batch: Sequence[_Waiting], outcomes: Sequence[Any]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.future.done():
            continue  # the caller went away meanwhile
        if isinstance(outcome, Exception):
            waiting.future.set_exception(outcome)
        else:
            waiting.future.set_result(outcome)
