from __future__ import annotations

import asyncio
import logging

import pytest

from handlers.news import News
from handlers.turns import Redraws, Turns

SECRET = "나의 비밀 이야기"


async def test_the_same_key_takes_turns_in_order_and_others_go_at_once() -> None:
    turns, seen = Turns(), list[str]()

    async def work(key: int, name: str) -> None:
        async with turns.of(key):
            seen.append(f"{name} begins")
            await asyncio.sleep(0.01)
            seen.append(f"{name} ends")

    await asyncio.gather(work(1, "first"), work(1, "second"), work(2, "other"))
    assert seen[:3] == ["first begins", "other begins", "first ends"]
    assert seen.index("first ends") < seen.index("second begins")


async def test_a_failed_turn_lets_the_next_one_begin_and_nothing_is_kept() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="bad"):
        async with turns.of(1):
            raise ValueError("bad")
    async with asyncio.timeout(1), turns.of(1):
        pass
    assert not turns._locks


async def test_changes_during_a_redraw_cost_one_more() -> None:
    redraws, shown, state = Redraws(), list[int](), 0

    async def draw() -> None:
        seen = state
        await asyncio.sleep(0.01)
        shown.append(seen)

    async def change() -> None:
        nonlocal state
        state += 1
        await redraws.redraw("chat", "message", draw)

    await asyncio.gather(*(change() for _ in range(20)))
    assert shown in ([1, 20], [20], [20, 20])


async def test_a_chat_redraws_one_message_at_a_time_and_others_do_not_wait() -> None:
    redraws, drawn, go = Redraws(), list[str](), asyncio.Event()

    async def slow() -> None:
        await go.wait()
        drawn.append("slow")

    async def quick(name: str) -> None:
        drawn.append(name)

    async with asyncio.TaskGroup() as group, asyncio.timeout(10):
        group.create_task(redraws.redraw("chat", 1, slow))
        await asyncio.sleep(0)
        await redraws.redraw("chat", 2, lambda: quick("second"))  # left to the one that runs
        await redraws.redraw("other chat", 1, lambda: quick("other"))
        assert drawn == ["other"]
        go.set()
    assert drawn == ["other", "slow", "second"]


async def test_a_failed_redraw_is_logged_and_the_next_ones_are_drawn(
    caplog: pytest.LogCaptureFixture,
) -> None:
    redraws, drawn = Redraws(), list[bool]()

    async def fail() -> None:
        await redraws.redraw("chat", "other message", draw)
        raise KeyError(SECRET)

    async def draw() -> None:
        drawn.append(True)

    await redraws.redraw("chat", "message", fail)
    assert drawn == [True]
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.getMessage().endswith("\nKeyError")
    assert "tests/handlers/test_turns.py" in record.getMessage()
    assert SECRET not in caplog.text
    await redraws.redraw("chat", "message", draw)
    assert drawn == [True, True]


def test_news_is_news_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    news = News()
    assert news.is_news("a")
    assert not news.is_news("a")
    assert news.is_news("b")
    now = 61.0
    assert news.is_news("a")
