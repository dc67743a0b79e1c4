"""The fault schedule, the record of calls, and what /sim refuses."""

import time

import pytest
from telegram import Bot
from telegram.error import NetworkError, TimedOut

from tests.e2e.sim import Sim, SimRefusalError


async def test_a_dropped_connection_before_and_after_the_call_took_effect(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    for after, kept in ((False, 0), (True, 1)):
        await sim.fault("sendMessage", drop=True, after=after)
        with pytest.raises(NetworkError):
            await bot.send_message(await chat.id(), "x")
        assert len(await chat.messages()) == kept
    await bot.send_message(await chat.id(), "y")
    assert [call.status for call in await sim.calls("sendMessage")] == [0, 0, 200]


async def test_a_late_answer(bot: Bot, sim: Sim) -> None:
    await sim.fault("sendMessage", delay=0.6, count=2)
    chat = await sim.private().id()
    started = time.monotonic()
    await bot.send_message(chat, "x")
    assert time.monotonic() - started > 0.55
    with pytest.raises(TimedOut):
        await bot.send_message(chat, "y", read_timeout=0.1)


async def test_a_server_error_as_often_as_asked(bot: Bot, sim: Sim) -> None:
    await sim.fault("*", status=502, count=2)
    for _ in range(2):
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.get_me()
    await bot.get_me()
    assert await sim.ask("GET", "faults") == []


async def test_a_fault_for_any_method_leaves_polling_alone(bot: Bot, sim: Sim) -> None:
    await sim.fault("*", status=500)
    assert await bot.get_updates() == ()
    with pytest.raises(NetworkError):
        await bot.get_me()


async def test_calls_are_recorded_with_parameters_and_answers(bot: Bot, sim: Sim, picture: bytes) -> None:
    chat = await sim.private().id()
    await bot.send_photo(chat, picture, caption="c", filename="p.png")
    (call,) = await sim.calls("sendPhoto")
    assert (call.method, call.status, call.params["caption"]) == ("sendPhoto", 200, "c")
    assert {"file": "p.png", "size": len(picture)} in call.params.values()
    assert abs(call.at - time.time()) < 60
    assert [call.method for call in await sim.calls()] == ["getMe", "sendPhoto"]
    await sim.ask("DELETE", "calls")
    assert await sim.calls() == []


async def test_a_reset_leaves_the_first_two_chats(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    await chat.says("x")
    await sim.fault("sendMessage", status=500)
    await sim.reset()
    state = await sim.ask("GET", "state")
    assert [(one["type"], len(one["messages"])) for one in state["chats"]] == [
        ("private", 0),
        ("supergroup", 0),
    ]
    assert [user["first_name"] for user in state["users"]] == ["회원 1", "회원 2", "회원 3"]
    assert await bot.get_updates() == ()
    assert await sim.ask("GET", "faults") == []


async def test_a_long_text_goes_in_pieces(sim: Sim) -> None:
    chat = sim.private()
    said = await chat.says("가" * 5000)
    assert said.raw["parts"] == 2
    assert [len(message.text) for message in await chat.messages()] == [4096, 904]


async def test_events_are_told_in_order(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    await chat.id()
    since = (await sim.ask("GET", "state"))["seq"]
    said = await chat.says("one")
    await chat.edits(said, "two")
    await bot.send_chat_action(said.chat_id, "typing")
    told = await sim.ask("GET", "events", since=since, timeout=5)
    assert [event["type"] for event in told["events"]] == ["message", "edited", "action"]
    assert told["events"][1]["message"]["text"] == "two"


async def test_the_number_of_messages_is_bounded(sim: Sim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.playground.world.MESSAGES_PER_CHAT", 3)
    chat = sim.private()
    for number in range(5):
        await chat.says(str(number))
    assert [message.text for message in await chat.messages()] == ["2", "3", "4"]


async def test_what_a_person_cannot_do_is_refused(sim: Sim) -> None:
    chat, group = sim.private(), sim.group()
    said = await chat.says("x")
    with pytest.raises(SimRefusalError, match="no such button"):
        await chat.taps(said, "OK")
    with pytest.raises(SimRefusalError, match="message text is empty"):
        await chat.says("   ")
    with pytest.raises(SimRefusalError, match="not a member"):
        await sim.ask("POST", f"chats/{await group.id()}/messages", user_id=await chat.user_id(), text="x")
    with pytest.raises(SimRefusalError, match="can't be edited"):
        await group.member(2).edits(await group.member(1).says("/mask"), "y")
    with pytest.raises(SimRefusalError, match="no such chat"):
        await sim.ask("GET", "chats/1/messages")
    with pytest.raises(SimRefusalError, match="not a forum"):
        await group.topic("x")
