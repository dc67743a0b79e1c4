from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from models.batching import Batcher
from models.errors import Busy, ModelServiceError


@dataclass(eq=False)
class Doubler:
    """Doubles numbers; waits at its gate before each batch."""

    batches: list[list[int]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)
    bad: int | None = None

    def run(self, items: Sequence[int]) -> list[int | Exception]:
        self.entered.set()
        assert self.gate.wait(10)
        self.batches.append(list(items))
        if self.bad in items:
            raise ValueError("poison")
        return [item * 2 for item in items]


@pytest.fixture
async def batcher() -> AsyncIterator[Batcher]:
    batcher = Batcher(queue_size=4, batch_cost=100)
    batcher.start()
    yield batcher
    await batcher.close()


async def occupied(batcher: Batcher, runner: Doubler) -> asyncio.Task[int]:
    """Keep the only worker busy with item 1 until the gate opens."""
    task: asyncio.Task[int] = asyncio.get_running_loop().create_task(batcher.submit(runner, 1, 1))
    await asyncio.to_thread(runner.entered.wait, 10)
    return task


async def queued(
    batcher: Batcher, runner: Doubler, items: Sequence[int], cost: int = 1
) -> list[asyncio.Task[int]]:
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[int]] = [loop.create_task(batcher.submit(runner, item, cost)) for item in items]
    await asyncio.sleep(0)  # let them reach the queue
    return tasks


async def test_what_waits_is_worked_on_together_and_everyone_gets_their_own(batcher: Batcher) -> None:
    runner = Doubler()
    first = await occupied(batcher, runner)
    rest = await queued(batcher, runner, [2, 3, 4])
    runner.gate.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6, 8]
    assert runner.batches == [[1], [2, 3, 4]]


async def test_a_batch_ends_at_its_cost_and_a_large_item_still_runs(batcher: Batcher) -> None:
    runner = Doubler()
    first = await occupied(batcher, runner)
    rest = await queued(batcher, runner, [2, 3, 4], cost=50) + await queued(batcher, runner, [5], cost=500)
    runner.gate.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6, 8, 10]
    assert runner.batches == [[1], [2, 3], [4], [5]]


async def test_only_items_for_the_same_runner_share_a_batch_oldest_first(batcher: Batcher) -> None:
    one, other = Doubler(), Doubler()
    other.gate.set()
    first = await occupied(batcher, one)
    rest = [
        *await queued(batcher, other, [2]),
        *await queued(batcher, one, [3]),
        *await queued(batcher, other, [4]),
    ]
    one.gate.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6, 8]
    assert (one.batches, other.batches) == ([[1], [3]], [[2, 4]])


async def test_a_full_queue_is_busy_with_a_typed_estimate(batcher: Batcher) -> None:
    runner = Doubler()
    first = await occupied(batcher, runner)
    rest = await queued(batcher, runner, [2, 3, 4, 5], cost=50)
    with pytest.raises(Busy) as caught:
        await batcher.submit(runner, 6, 1)
    assert 1 <= caught.value.retry_after <= 60
    runner.gate.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6, 8, 10]
    assert await batcher.submit(runner, 6, 1) == 12


async def test_the_estimate_follows_what_was_measured() -> None:
    class Slow:
        def run(self, items: Sequence[int]) -> list[int]:
            time.sleep(0.05)
            return list(items)

    batcher = Batcher(queue_size=2, batch_cost=100)
    batcher.start()
    await batcher.submit(Slow(), 1, 1)  # 20 tokens a second, or fewer on a busy machine
    runner = Doubler()
    first = await occupied(batcher, runner)
    rest = await queued(batcher, runner, [2, 3], cost=100)
    with pytest.raises(Busy) as caught:
        await batcher.submit(runner, 4, 1)
    assert caught.value.retry_after >= 9
    runner.gate.set()
    await asyncio.gather(first, *rest)
    await batcher.close()


async def test_a_cancelled_item_is_never_worked_on_and_frees_its_place(batcher: Batcher) -> None:
    runner = Doubler()
    first = await occupied(batcher, runner)
    rest = await queued(batcher, runner, [2, 3, 4, 5])
    rest[1].cancel()
    await asyncio.gather(rest[1], return_exceptions=True)
    late = await queued(batcher, runner, [6])
    runner.gate.set()
    await asyncio.gather(first, rest[0], *rest[2:], *late)
    assert runner.batches == [[1], [2, 4, 5, 6]]


async def test_an_exception_reaches_exactly_who_caused_it(batcher: Batcher) -> None:
    runner = Doubler(bad=3)
    first = await occupied(batcher, runner)
    rest = await queued(batcher, runner, [2, 3, 4])
    runner.gate.set()
    results = await asyncio.gather(first, *rest, return_exceptions=True)
    assert isinstance(results[2], ValueError)
    assert [results[0], results[1], results[3]] == [2, 4, 8]
    assert await batcher.submit(runner, 7, 1) == 14  # the worker lives on


async def test_closing_answers_what_was_accepted_and_refuses_the_rest() -> None:
    batcher, runner = Batcher(queue_size=8), Doubler()
    batcher.start()
    first = await occupied(batcher, runner)
    rest = await queued(batcher, runner, [2, 3])
    closing = asyncio.get_running_loop().create_task(batcher.close())
    await asyncio.sleep(0)
    with pytest.raises(ModelServiceError, match="closed"):
        await batcher.submit(runner, 4, 1)
    runner.gate.set()
    await closing
    assert await asyncio.gather(first, *rest) == [2, 4, 6]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("model-worker")]


async def test_two_workers_work_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)

    @dataclass(frozen=True)
    class Meeting:
        name: str

        def run(self, items: Sequence[int]) -> list[int]:
            both.wait()
            return list(items)

    batcher = Batcher()
    batcher.start(workers=2)
    results = await asyncio.gather(batcher.submit(Meeting("a"), 1, 1), batcher.submit(Meeting("b"), 2, 1))
    assert list(results) == [1, 2]
    await batcher.close()


async def test_workers_are_prepared_once_each() -> None:
    prepared: list[str] = []
    batcher = Batcher()
    batcher.start(2, lambda: prepared.append(threading.current_thread().name))
    batcher.start(2, lambda: prepared.append("again"))
    runner = Doubler()
    runner.gate.set()
    await batcher.submit(runner, 1, 1)
    await batcher.close()
    assert sorted(prepared) == ["model-worker-0", "model-worker-1"]


async def test_a_worker_that_could_not_be_prepared_still_answers(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise OSError("no more threads")

    batcher, runner = Batcher(), Doubler()
    runner.gate.set()
    batcher.start(1, fail)
    async with asyncio.timeout(10):
        assert await batcher.submit(runner, 1, 1) == 2
    await batcher.close()
    assert "no more threads" in caplog.text


async def test_a_runner_that_forgets_someone_forgets_nobody_forever(batcher: Batcher) -> None:
    class Forgetful:
        def run(self, items: Sequence[int]) -> list[int]:
            return list(items)[:1] if items != [3] else []

    runner, forgetful = Doubler(), Forgetful()
    first = await occupied(batcher, runner)
    loop = asyncio.get_running_loop()
    rest = [loop.create_task(batcher.submit(forgetful, item, 1)) for item in (2, 3)]
    await asyncio.sleep(0)
    runner.gate.set()
    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(first, *rest, return_exceptions=True)
        assert await batcher.submit(runner, 7, 1) == 14
    assert outcomes[:2] == [2, 2]
    assert isinstance(outcomes[2], RuntimeError)
    assert "0 outcomes for 1 items" in str(outcomes[2])
