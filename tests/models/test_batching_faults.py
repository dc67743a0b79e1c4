from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

import pytest

from models.batching import Batcher
from models.errors import TooLate, WorkerStopped
from tests.models.doubler import Doubler, Killed, occupied, queued


@pytest.fixture
async def batcher() -> AsyncIterator[Batcher]:
    batcher = Batcher(queue_size=4, batch_cost=100)
    batcher.start()
    yield batcher
    await batcher.close()


async def test_an_exception_reaches_exactly_who_caused_it(batcher: Batcher) -> None:
    runner = Doubler(bad=3)
    first = await occupied(batcher, runner)
    rest = await queued(batcher, runner, [2, 3, 4])
    runner.gate.set()
    results = await asyncio.gather(first, *rest, return_exceptions=True)
    assert isinstance(results[2], ValueError)
    assert [results[0], results[1], results[3]] == [2, 4, 8]
    assert await batcher.submit(runner, 7, 1) == 14  # the worker lives on


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


async def test_a_bad_item_among_many_is_found_by_halves() -> None:
    batcher, runner = Batcher(batch_cost=100), Doubler(bad=70)
    batcher.start()
    first = await occupied(batcher, runner)
    rest = await queued(batcher, runner, range(2, 102))
    runner.gate.set()
    results = await asyncio.gather(first, *rest, return_exceptions=True)
    await batcher.close()
    assert [item for item, result in enumerate(results, start=1) if result != 2 * item] == [70]
    assert isinstance(results[69], ValueError)
    assert len(runner.batches) <= 2 + 2 * 7  # alone, each of the hundred would have had a batch


async def test_an_exception_that_futures_refuse_reaches_its_caller_too(batcher: Batcher) -> None:
    runner = Doubler(bad=3, error=StopIteration())
    runner.gate.set()
    async with asyncio.timeout(10):
        with pytest.raises(RuntimeError, match="StopIteration"):
            await batcher.submit(runner, 3, 1)
        assert await batcher.submit(runner, 4, 1) == 8


class HalvesOnly:
    """Refuses more than one, so that each is tried alone; the second stops the worker."""

    def run(self, items: Sequence[int]) -> Sequence[int]:
        if len(items) > 1:
            raise ValueError("one at a time")
        if items[0] == 2:
            raise Killed
        return items


async def test_a_stopped_worker_takes_nobodys_answer_that_is_there_already(batcher: Batcher) -> None:
    runner = HalvesOnly()
    busy = Doubler()
    first = await occupied(batcher, busy)
    loop = asyncio.get_running_loop()
    rest = [loop.create_task(batcher.submit(runner, item, 1)) for item in (1, 2)]
    await asyncio.sleep(0)
    busy.gate.set()
    await first
    outcomes = await asyncio.gather(*rest, return_exceptions=True)
    assert outcomes[0] == 1
    assert isinstance(outcomes[1], WorkerStopped)


async def test_a_stopped_worker_leaves_nobody_waiting_and_goes_on(
    batcher: Batcher, caplog: pytest.LogCaptureFixture
) -> None:
    runner = Doubler(bad=3, error=Killed("나의 비밀"))
    first = await occupied(batcher, runner)
    rest = await queued(batcher, runner, [2, 3])
    runner.gate.set()
    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(first, *rest, return_exceptions=True)
        assert outcomes[0] == 2
        assert [type(outcome) for outcome in outcomes[1:]] == [WorkerStopped, WorkerStopped]
        assert outcomes[1] is not outcomes[2]
        assert "Killed" in str(outcomes[1])
        assert await batcher.submit(runner, 4, 1) == 8
    assert "stopped at 2 requests\nTraceback" in caplog.text
    assert "비밀" not in caplog.text


async def test_a_runners_own_timeout_is_not_taken_for_the_deadline(batcher: Batcher) -> None:
    runner = Doubler(bad=1, error=TimeoutError("its own"))
    runner.gate.set()
    with pytest.raises(TimeoutError, match="its own"):
        await batcher.submit(runner, 1, 1, deadline=60)


async def test_who_waits_too_long_is_told_while_no_worker_is_free(batcher: Batcher) -> None:
    runner = Doubler()
    first = await occupied(batcher, runner)
    late = await queued(batcher, runner, [2, 3], deadline=0.05)
    rest = await queued(batcher, runner, [4, 5])
    for each in late:
        with pytest.raises(TooLate, match=r"0\.05 s"):
            await each
    rest += await queued(batcher, runner, [6, 7])  # their places are free
    runner.gate.set()
    assert await asyncio.gather(first, *rest) == [2, 8, 10, 12, 14]
    assert runner.batches == [[1], [4, 5, 6, 7]]


async def test_who_is_late_or_gone_is_not_worked_on_though_the_loop_had_no_time_to_say_so(
    batcher: Batcher,
) -> None:
    runner = Doubler()
    first = await occupied(batcher, runner)
    (late,) = await queued(batcher, runner, [2], deadline=0.05)
    gone, *rest = await queued(batcher, runner, [3, 4])
    gone.cancel()
    time.sleep(0.1)  # noqa: ASYNC251  # the loop is held up past the deadline, and until a worker went by
    runner.gate.set()
    begin = time.monotonic()
    while len(runner.batches) < 2 and time.monotonic() - begin < 10:
        time.sleep(0.01)  # noqa: ASYNC251
    with pytest.raises(TooLate):
        await late
    assert await asyncio.gather(first, *rest) == [2, 8]
    assert gone.cancelled()
    assert runner.batches == [[1], [4]]


async def test_an_answer_that_comes_too_late_is_dropped(batcher: Batcher) -> None:
    runner = Doubler()
    (late,) = await queued(batcher, runner, [1], deadline=0.05)
    await asyncio.to_thread(runner.entered.wait, 10)
    with pytest.raises(TooLate):
        await late
    runner.gate.set()
    assert await batcher.submit(runner, 2, 1, deadline=60) == 4
    assert runner.batches == [[1], [2]]
