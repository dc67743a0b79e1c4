from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import pytest

from models.batching import Batcher, _Pace
from models.errors import Busy, ModelServiceError
from tests.models.doubler import Doubler, occupied, queued


@pytest.fixture
async def batcher() -> AsyncIterator[Batcher]:
    batcher = Batcher(queue_size=4, batch_cost=100)
    batcher.start()
    yield batcher
    await batcher.close()


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


async def test_free_workers_share_what_waits() -> None:
    both = threading.Barrier(2, timeout=10)
    sizes: list[int] = []

    class Meeting:
        def run(self, items: Sequence[int]) -> list[int]:
            sizes.append(len(items))
            both.wait()
            return list(items)

    batcher, runner = Batcher(batch_cost=100), Meeting()
    four = [asyncio.ensure_future(batcher.submit(runner, each, 10)) for each in range(4)]
    await asyncio.sleep(0)  # all wait before there is a worker
    batcher.start(workers=2)
    assert await asyncio.gather(*four) == [0, 1, 2, 3]
    assert sizes == [2, 2]
    await batcher.close()


async def test_starting_again_changes_nothing() -> None:
    batcher = Batcher()
    batcher.start(2)
    before = {thread.name for thread in threading.enumerate() if thread.name.startswith("model-worker-")}
    batcher.start(2)
    assert {each.name for each in batcher._threads} == before
    await batcher.close()


async def test_one_message_passes_hundreds_of_another_chat() -> None:
    batcher, runner = Batcher(queue_size=1_000, batch_cost=10), Doubler()
    batcher.start()
    first = await occupied(batcher, runner)
    flood = await queued(batcher, runner, range(100, 500), chat=7)
    (other,) = await queued(batcher, runner, [2], chat=8)
    runner.gate.set()
    await asyncio.gather(first, *flood, other)
    await batcher.close()
    worked = [item for batch in runner.batches for item in batch]
    assert worked.index(2) <= 2
    worked.remove(2)
    assert worked == [1, *range(100, 500)]


async def test_one_chat_cannot_fill_the_queue(batcher: Batcher) -> None:
    runner = Doubler()
    first = await occupied(batcher, runner)
    flood = await queued(batcher, runner, [2, 3, 4, 5], chat=7)
    others = await queued(batcher, runner, [6], chat=8)
    runner.gate.set()
    outcomes = await asyncio.gather(first, *flood, *others, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, int, int, Busy, Busy, int]


async def test_all_outcomes_of_a_batch_wake_the_loop_once(
    batcher: Batcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, runner, woken = asyncio.get_running_loop(), Doubler(), Counter[str]()
    wake = loop.call_soon_threadsafe

    def counted(callback: Callable[..., object], *arguments: object) -> asyncio.Handle:
        if threading.current_thread().name.startswith("model-worker"):
            woken["times"] += 1
        return wake(callback, *arguments)

    first = await occupied(batcher, runner)
    rest = await queued(batcher, runner, [2, 3, 4])
    monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
    runner.gate.set()
    await asyncio.gather(first, *rest)
    assert woken["times"] == len(runner.batches) == 2


async def test_a_worker_without_work_holds_no_runner(batcher: Batcher) -> None:
    runner = Doubler()
    runner.gate.set()
    await batcher.submit(runner, 1, 1)
    gone = weakref.ref(runner)
    del runner
    begin = time.monotonic()
    while gone() is not None and time.monotonic() - begin < 10:
        await asyncio.sleep(0.01)  # the worker is on its way back to the queue
        gc.collect()
    assert gone() is None


def test_the_pace_is_of_all_workers_together_and_of_the_time_they_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr("models.batching.time.monotonic", lambda: now)
    pace = _Pace()
    for _ in range(20):
        pace.begin()
        pace.begin()
        now += 1
        pace.end(100)
        pace.end(100)
        now += 50  # without work
    assert pace.per_second == pytest.approx(200, rel=0.05)


async def test_closing_what_never_started_tells_who_waits() -> None:
    batcher, runner = Batcher(), Doubler()
    waiting = await queued(batcher, runner, [1, 2])
    async with asyncio.timeout(10):
        await batcher.close()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["the model service is closed"] * 2


async def test_closing_under_load_answers_all_that_were_accepted() -> None:
    class Steady:
        def run(self, items: Sequence[int]) -> list[int]:
            time.sleep(0.002)
            return list(items)

    batcher = Batcher(queue_size=500, batch_cost=10)
    batcher.start(workers=3)
    runners = [Steady() for _ in range(3)]
    loop = asyncio.get_running_loop()
    tasks = [
        loop.create_task(batcher.submit(runners[item % 3], item, 1 + item % 7, chat=item % 5))
        for item in range(300)
    ]
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await asyncio.gather(batcher.close(), batcher.close())
        assert await asyncio.gather(*tasks) == list(range(300))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("model-worker")]
