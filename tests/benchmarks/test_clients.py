import asyncio
import time

import pytest

from benchmarks.clients import all_at_once, closed_loop


class Counting:
    """Answers after a while and remembers how many asked at the same time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asked: list[str] = []
        self.now = self.most = 0

    async def ask(self, text: str) -> None:
        self.asked.append(text)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self.seconds)
        self.now -= 1


async def test_every_client_waits_for_its_answer_and_every_answer_is_counted() -> None:
    engine = Counting(0.02)
    load = await closed_loop(engine.ask, ["a", "b", "c"], clients=4, seconds=0.2)
    assert load.answered == len(load.waits_ms) == len(engine.asked)
    assert engine.most == load.clients == 4
    assert engine.now == 0  # what was begun was waited for
    assert engine.asked[:6] == ["a", "b", "c", "a", "b", "c"]
    assert min(load.waits_ms) >= 19
    assert load.elapsed >= 0.2
    assert load.per_second == pytest.approx(load.answered / load.elapsed)
    assert load.failed == {}


async def test_a_slow_engine_is_asked_until_enough_is_answered_but_not_forever() -> None:
    engine = Counting(0.05)
    load = await closed_loop(engine.ask, ["a"], clients=2, seconds=0.01, at_least=7)
    assert load.answered in {7, 8}  # the other client may be at it when the seventh comes
    load = await closed_loop(engine.ask, ["a"], clients=2, seconds=0.01, at_least=10**6, at_most=0.12)
    assert load.answered <= 8


async def test_failures_are_counted_by_name_and_are_no_answers() -> None:
    async def ask(text: str) -> None:
        await asyncio.sleep(0)
        if text == "bad":
            raise TimeoutError
        if text == "worse":
            raise ValueError

    load = await closed_loop(ask, ["good", "bad", "worse"], clients=1, seconds=0, at_least=9)
    assert load.answered == 3
    assert load.failed == {"TimeoutError": 3, "ValueError": 3}


async def test_an_engine_that_holds_the_loop_up_shows_in_the_lag() -> None:
    async def ask(_: str) -> None:
        await asyncio.sleep(0.01)
        time.sleep(0.05)  # noqa: ASYNC251  # what an engine must not do

    held = await closed_loop(ask, ["a"], clients=1, seconds=0.3)
    assert max(held.lags_ms) >= 30


async def test_a_heap_is_asked_at_once_and_its_failure_is_raised() -> None:
    engine = Counting(0.05)
    assert await all_at_once(engine.ask, ["a"] * 20) >= 0.04
    assert engine.most == 20

    async def fail(_: str) -> None:
        await asyncio.sleep(0)
        raise ValueError("no")

    with pytest.raises(ExceptionGroup):
        await all_at_once(fail, ["a"])
