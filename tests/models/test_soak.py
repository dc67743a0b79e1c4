"""A few seconds of everything at once; ``benchmarks/soak.py`` does it for minutes, with the real model."""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import threading
import time
import weakref
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from models.batching import Batcher
from models.errors import Busy, TooLate, WorkerStopped
from tests.models.doubler import Killed

SECONDS = 4.0
WORKERS = 2
PER_TOKEN = 0.0002  # seconds of a worker: it sleeps, so that a busy machine does not matter
COST = 20  # tokens a request on average
OVERLOAD = 2.0


@dataclass(eq=False)
class Sleeper:
    """Takes as long as its items cost; can be told to die, or to fail."""

    worked: Counter[int] = field(default_factory=Counter)
    deadly: bool = False
    faulty: bool = False

    def run(self, items: Sequence[tuple[int, int]]) -> list[int]:
        time.sleep(PER_TOKEN * sum(cost for _, cost in items))
        if self.deadly:
            self.deadly = False
            raise Killed
        if self.faulty:
            self.faulty = False
            raise ValueError("once")
        self.worked.update(number for number, _ in items)
        return [2 * number for number, _ in items]


@dataclass
class Soak:
    """Asks at twice the pace that the workers can keep."""

    batcher: Batcher = field(default_factory=lambda: Batcher(queue_size=64, batch_cost=256))
    random: random.Random = field(default_factory=lambda: random.Random(1))
    runner: Sleeper = field(default_factory=Sleeper)
    gone: list[weakref.ref[Sleeper]] = field(default_factory=list)
    worked: list[Counter[int]] = field(default_factory=list)
    outcomes: dict[int, str] = field(default_factory=dict)
    cancelled: set[int] = field(default_factory=set)

    async def ask(self, number: int) -> None:
        """Note the outcome of one request; a second one, or one of somebody else, would fail the soak."""
        cost = self.random.randint(1, 2 * COST - 1)
        chat = self.random.choice((1, 1, 1, 2, 3, None))
        deadline = self.random.choice((None, 0.02, 0.1))
        try:
            answer = await self.batcher.submit(
                self.runner, (number, cost), cost, chat=chat, deadline=deadline
            )
            outcome = "answered"
            assert answer == 2 * number
        except (Busy, TooLate, WorkerStopped) as error:
            outcome = type(error).__name__
        except asyncio.CancelledError:
            assert number in self.cancelled
            outcome = "cancelled"
        assert number not in self.outcomes
        self.outcomes[number] = outcome

    def swap(self) -> None:
        """Whoever asks from now on gets another runner."""
        self.gone.append(weakref.ref(self.runner))
        self.runner = Sleeper()
        self.worked.append(self.runner.worked)

    async def run(self) -> int:
        """Ask until the time is over; returns how many asked."""
        self.batcher.start(WORKERS)
        self.worked.append(self.runner.worked)
        loop = asyncio.get_running_loop()
        begin, asked, ticks = loop.time(), 0, 0
        async with asyncio.TaskGroup() as group:
            while (passed := loop.time() - begin) < SECONDS:
                due = int(OVERLOAD * WORKERS * passed / (PER_TOKEN * COST))
                for number in range(asked, due):
                    task = group.create_task(self.ask(number))
                    if self.random.random() < 0.1:
                        self.cancelled.add(number)
                        loop.call_later(self.random.uniform(0.001, 0.05), task.cancel)
                asked, ticks = due, ticks + 1
                if ticks % 50 == 0:
                    self.swap()
                self.runner.deadly |= ticks % 70 == 0
                self.runner.faulty |= ticks % 20 == 0
                await asyncio.sleep(0.005)
            await self.batcher.close()
        return asked


async def test_under_overload_and_with_everything_going_wrong_each_gets_one_outcome(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # Records that are kept hold tracebacks, and these the runners.
    caplog.set_level(logging.CRITICAL + 1, logger="models.batching")
    before = asyncio.all_tasks()
    soak = Soak()
    async with asyncio.timeout(60):
        asked = await soak.run()
    assert sorted(soak.outcomes) == list(range(asked))
    kinds = Counter(soak.outcomes.values())
    assert set(kinds) == {"answered", "Busy", "TooLate", "WorkerStopped", "cancelled"}, kinds
    worked = sum(soak.worked, Counter[int]())
    assert max(worked.values()) == 1  # never twice
    refused = {number for number, outcome in soak.outcomes.items() if outcome == "Busy"}
    assert refused.isdisjoint(worked)
    assert asyncio.all_tasks() == before
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("model-worker")]
    assert (len(soak.batcher._queue), soak.batcher._queue.cost) == (0, 0)
    gc.collect()
    assert len(soak.gone) >= 2
    assert [gone for gone in soak.gone if gone() is not None] == []  # no runner outlives its last request
