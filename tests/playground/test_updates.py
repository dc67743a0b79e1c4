"""Long polling: waiting, confirmation, kinds, duplicates."""

import asyncio
import time

from telegram import Bot

from tests.e2e.sim import Sim


async def test_a_poll_waits_for_the_first_update(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    await chat.id()
    started = time.monotonic()
    polled, _ = await asyncio.gather(bot.get_updates(timeout=50), later(0.3, chat.says("hi")))
    assert [update.message.text for update in polled if update.message] == ["hi"]
    assert 0.25 < time.monotonic() - started < 45


async def later(seconds: float, act: object) -> None:
    await asyncio.sleep(seconds)
    await act  # type: ignore[misc]  # a coroutine


async def test_a_poll_ends_empty_after_its_timeout(bot: Bot) -> None:
    started = time.monotonic()
    assert await bot.get_updates(timeout=1) == ()
    assert 0.9 < time.monotonic() - started < 45


async def test_unconfirmed_updates_come_again_and_an_offset_confirms(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    for text in ("one", "two", "three"):
        await chat.says(text)
    first = await bot.get_updates(limit=2)
    assert [update.update_id for update in await bot.get_updates(limit=2)] == [u.update_id for u in first]
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.message.text for update in rest if update.message] == ["three"]
    last = await bot.get_updates(offset=-1)
    assert [update.update_id for update in last] == [rest[-1].update_id]
    assert await bot.get_updates(offset=last[-1].update_id + 1) == ()


async def test_only_allowed_kinds_are_queued_and_the_choice_lasts(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    await bot.get_updates(allowed_updates=["edited_message"])
    said = await chat.says("before")
    await bot.get_updates()
    await chat.edits(said, "after")
    (update,) = await bot.get_updates(allowed_updates=[])
    assert update.edited_message is not None
    assert update.edited_message.text == "after"
    assert update.edited_message.edit_date is not None
    await chat.says("again")
    assert (await bot.get_updates())[-1].message is not None


async def test_a_duplicate_comes_twice_under_one_id(bot: Bot, sim: Sim) -> None:
    await sim.duplicate_updates()
    await sim.private().says("hi")
    (first,) = await bot.get_updates()
    (second,) = await bot.get_updates(offset=first.update_id + 1)
    assert second.update_id == first.update_id
    assert await bot.get_updates(offset=first.update_id + 1) == ()


async def test_pending_updates_can_be_dropped(bot: Bot, sim: Sim) -> None:
    await sim.private().says("hi")
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_a_caller_that_hangs_up_loses_nothing_and_is_no_conflict(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    await chat.id()
    poll = asyncio.ensure_future(bot.get_updates(timeout=20))
    await asyncio.sleep(0.2)
    poll.cancel()
    await asyncio.gather(poll, return_exceptions=True)
    assert await bot.get_updates(timeout=0) == ()
    await chat.says("hi")
    assert len(await bot.get_updates(timeout=2)) == 1
    assert [call.status for call in await sim.calls("getUpdates") if call.status == 409] == []
