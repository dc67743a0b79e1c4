"""A bounded queue between the event loop and worker threads that take what is waiting in batches.

Knows nothing of models: it moves items to runners, and outcomes back. There is no wait timer: while a batch
is worked on, the next one gathers. Whose turn it is, the fair queue tells.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol, TypeVar

from models.errors import Busy, ModelServiceError, TooLate, WorkerStopped
from models.fair_queue import FairQueue, Waiting
from models.traces import without_words

Item = TypeVar("Item")
Item_contra = TypeVar("Item_contra", contravariant=True)
Outcome = TypeVar("Outcome")
Outcome_co = TypeVar("Outcome_co", covariant=True)

SWITCH_INTERVAL = 0.0002
"""Seconds after which a worker hands the interpreter to the event loop that waits for it.

Python's own 5 ms make the loop late, and leave the workers idle that it would feed.
"""

_LOG = logging.getLogger(__name__)

_FIRST_GUESS = 1_000.0  # tokens per second before any were measured
_LONGEST_RETRY = 60.0  # seconds
_KEPT = 0.95  # of what was measured, at each batch: the last twenty or so count


class Runner(Hashable, Protocol[Item_contra, Outcome_co]):
    """Works on a batch. Only items of equal runners share one."""

    def run(self, items: Sequence[Item_contra]) -> Sequence[Outcome_co | Exception]:
        """Called in a worker thread: an outcome or an exception per item, in order.

        If it raises, each half is tried alone, and so on, so that an exception reaches only who caused it.
        """


@dataclass(slots=True, eq=False, kw_only=True)
class _Request(Waiting):
    lane: Runner[Any, Any]
    item: Any
    future: asyncio.Future[Any]
    until: float  # on the monotonic clock


@dataclass(slots=True)
class _Pace:
    """Tokens per second of all workers together, over the last batches; idle time doesn't count."""

    tokens: float = 0.0
    seconds: float = 0.0
    working: int = 0
    since: float = 0.0

    def begin(self) -> None:
        if not self.working:
            self.since = time.monotonic()
        self.working += 1

    def end(self, tokens: int) -> None:
        now = time.monotonic()
        self.tokens = _KEPT * self.tokens + tokens
        self.seconds = _KEPT * self.seconds + (now - self.since)
        self.working -= 1
        self.since = now

    @property
    def per_second(self) -> float:
        return self.tokens / self.seconds if self.seconds else _FIRST_GUESS


class Batcher:
    """Gathers items for the same runner into batches and has them worked on in threads.

    Args:
        queue_size: How many items may wait; more are refused.
        batch_cost: Summed cost (tokens, by estimate) of a batch; only an item that costs more alone exceeds
            it.
    """

    def __init__(self, *, queue_size: int = 256, batch_cost: int = 512) -> None:
        self._queue: FairQueue[_Request] = FairQueue(queue_size, batch_cost)
        self._changed = threading.Condition()
        self._closing = False
        self._pace = _Pace()
        self._threads: list[threading.Thread] = []

    def start(self, workers: int = 1, batch_cost: int | None = None) -> None:
        """Start the worker threads; a second call changes nothing.

        Args:
            workers: How many.
            batch_cost: Of a batch, where the device wants another than was thought.
        """
        if self._threads:
            return
        self._queue.batch_cost = batch_cost or self._queue.batch_cost
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._threads = [
            threading.Thread(target=self._run, name=f"model-worker-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    async def submit(
        self,
        runner: Runner[Item, Outcome],
        item: Item,
        cost: int,
        *,
        chat: Hashable | None = None,
        deadline: float | None = None,
    ) -> Outcome:
        """Queue an item and wait for its outcome.

        If the waiting task is cancelled, or the deadline passes, an item that no worker has taken yet is
        never worked on and gives its place back; the outcome of one that was taken is dropped.

        Args:
            runner: Who works on it.
            item: Handed to ``runner.run``.
            cost: Estimated work, in tokens.
            chat: Who shares the workers with others by fair queueing; None for one of its own.
            deadline: Seconds until the outcome is worth nothing any more.

        Raises:
            Busy: If the queue, or the chat's share of it, is full; with an estimate of when it won't be.
            TooLate: If the deadline passed.
            WorkerStopped: If something stopped the worker at it.
            ModelServiceError: If the batcher is closed.
            Exception: Whatever the runner answered for this item.
        """
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        until = inf if deadline is None else time.monotonic() + deadline
        request = _Request(lane=runner, cost=max(cost, 1), chat=chat, item=item, future=future, until=until)
        with self._changed:
            if self._closing:
                raise ModelServiceError("the model service is closed")
            if not self._queue.add(request):
                raise Busy(self.retry_after())
            self._changed.notify()
        timer = asyncio.timeout(deadline)
        try:
            async with timer:
                return await future
        except TimeoutError:
            if deadline is not None and timer.expired():
                raise TooLate(deadline) from None
            raise  # the runner's own
        finally:
            if request.queued:
                with self._changed:
                    self._queue.remove(request)

    def retry_after(self) -> float:
        """Seconds until what waits now will be worked off, by the pace measured so far; 1 to 60."""
        return min(max(self._queue.cost / self._pace.per_second, 1.0), _LONGEST_RETRY)

    async def close(self) -> None:
        """Refuse new items, answer all that wait, and end the threads."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        while self._queue:  # nobody was ever started to work on it
            for each in self._queue.take():
                if not each.future.done():
                    each.future.set_exception(ModelServiceError("the model service is closed"))

    def _run(self) -> None:
        while self._work():
            pass

    def _work(self) -> bool:
        """Answer the next batch; False at the end.

        A call for each: a worker without work holds no runner, and with it no model that was swapped out.
        """
        if not (batch := self._take()):
            return False
        outcomes = _answer(batch[0].lane, [each.item for each in batch])
        with self._changed:
            self._pace.end(sum(each.cost for each in batch))
        # All of a batch were queued by callers of one loop: one wake-up delivers them all.
        with contextlib.suppress(RuntimeError):  # the loop is gone, and with it who waited
            batch[0].future.get_loop().call_soon_threadsafe(_deliver, batch, outcomes)
        return True

    def _take(self) -> list[_Request]:
        """The next batch; nothing at the end."""
        with self._changed:
            while True:
                while not self._queue:
                    if self._closing:
                        return []
                    self._changed.wait()
                batch, now = self._queue.take(len(self._threads) - self._pace.working), time.monotonic()
                # The loop may be late to take out who went away; it tells them, too.
                if batch := [each for each in batch if not each.future.done() and each.until > now]:
                    self._pace.begin()
                    return batch


def _answer(runner: Runner[Any, Any], items: Sequence[Any]) -> list[Any]:
    try:
        return _outcomes(runner, items)
    except Exception as error:  # noqa: BLE001  # goes to its caller
        if len(items) == 1:
            return [error]
        half = len(items) // 2
        return _answer(runner, items[:half]) + _answer(runner, items[half:])
    except BaseException as error:  # noqa: BLE001  # the worker lives on, and nobody waits forever
        _LOG.critical("a model worker was stopped at %d requests\n%s", len(items), without_words(error))
        return [WorkerStopped(type(error).__name__) for _ in items]


def _outcomes(runner: Runner[Any, Any], items: Sequence[Any]) -> list[Any]:
    outcomes = list(runner.run(items))
    if len(outcomes) != len(items):  # who gets which is anybody's guess
        raise RuntimeError(f"{len(outcomes)} outcomes for {len(items)} items")
    return outcomes


def _deliver(batch: Sequence[_Request], outcomes: Sequence[Any]) -> None:
    for request, outcome in zip(batch, outcomes, strict=True):
        if request.future.done():
            continue  # the caller went away meanwhile
        if isinstance(outcome, StopIteration):  # futures refuse it
            request.future.set_exception(RuntimeError("a runner's StopIteration"))
        elif isinstance(outcome, Exception):
            request.future.set_exception(outcome)
        else:
            request.future.set_result(outcome)
