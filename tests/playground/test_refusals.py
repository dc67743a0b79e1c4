"""Refusals as python-telegram-bot reads them, and where what is refused begins; see refusal_table."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter

from tests.e2e.sim import Sim

TOKEN = "424242:test-token"


def keyboard(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("OK", callback_data=data)]])


async def refused(bot: Bot, method: str, **params: object) -> str:
    """The description of a refusal, unchanged by the library."""
    async with httpx.AsyncClient(base_url=str(bot.base_url), verify=False) as http:
        answer = await http.post(f"/{method}", json=params)
    body = answer.json()
    assert body["ok"] is False
    assert body["error_code"] == answer.status_code
    return f"{answer.status_code} {body['description']}"


async def test_an_edit_that_changes_nothing(bot: Bot, sim: Sim) -> None:
    chat = await sim.private().id()
    sent = await bot.send_message(chat, "same", reply_markup=keyboard("a"))
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_text("same", reply_markup=keyboard("a"))
    params = {"chat_id": chat, "message_id": sent.message_id, "reply_markup": keyboard("a").to_dict()}
    assert await refused(bot, "editMessageReplyMarkup", **params) == (
        "400 Bad Request: message is not modified: specified new message content and reply markup are exactly"
        " the same as a current content and reply markup of the message"
    )
    await sent.edit_text("same", reply_markup=keyboard("b"))


async def test_a_query_that_is_too_old_or_unknown(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    sent = await bot.send_message(await chat.id(), "?", reply_markup=keyboard("a"))
    await chat.taps((await chat.messages())[-1], data="a", timeout=0)
    await sim.expire_queries()
    update = (await bot.get_updates())[-1]
    assert update.callback_query is not None
    assert update.callback_query.message == sent
    text = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await refused(bot, "answerCallbackQuery", callback_query_id=update.callback_query.id) == text
    assert await refused(bot, "answerCallbackQuery", callback_query_id="1") == text


async def test_button_data_past_64_bytes(bot: Bot, sim: Sim) -> None:
    chat = await sim.private().id()
    await bot.send_message(chat, "?", reply_markup=keyboard("가" * 21 + "x"))
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        await bot.send_message(chat, "?", reply_markup=keyboard("가" * 21 + "xx"))
    long = {"inline_keyboard": [[{"text": "OK", "callback_data": "x" * 65}]]}
    assert await refused(bot, "sendMessage", chat_id=chat, text="?", reply_markup=long) == (
        "400 Bad Request: BUTTON_DATA_INVALID"
    )


async def test_a_message_past_4096_units_after_its_entities_are_read(bot: Bot, sim: Sim) -> None:
    chat = await sim.private().id()
    await bot.send_message(chat, f"<b>{'😀' * 2048}</b>", parse_mode="HTML")
    said = await refused(bot, "sendMessage", chat_id=chat, text="😀" * 2048 + "x")
    assert said == "400 Bad Request: message is too long"


async def test_a_caption_past_1024_units(bot: Bot, sim: Sim, picture: bytes) -> None:
    chat = await sim.private().id()
    sent = await bot.send_photo(chat, picture, caption="x" * 1024)
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(chat, picture, caption="x" * 1025)
    said = await refused(bot, "editMessageCaption", chat_id=chat, message_id=sent.id, caption="x" * 1025)
    assert said == "400 Bad Request: message caption is too long"


async def test_a_reply_to_a_message_that_is_gone(bot: Bot, sim: Sim) -> None:
    chat = await sim.private().id()
    said = await refused(bot, "sendMessage", chat_id=chat, text="?", reply_parameters={"message_id": 999})
    assert said == "400 Bad Request: message to be replied not found"
    sent = await bot.send_message(
        chat, "?", reply_parameters=ReplyParameters(999, allow_sending_without_reply=True)
    )
    assert sent.reply_to_message is None


async def test_a_user_who_blocked_the_bot(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    await chat.set_bot("kicked")
    said = await refused(bot, "sendMessage", chat_id=await chat.id(), text="?")
    assert said == "403 Forbidden: bot was blocked by the user"
    await chat.set_bot("member")
    await bot.send_message(await chat.id(), "welcome back")


async def test_a_group_that_kicked_the_bot(bot: Bot, sim: Sim) -> None:
    group = sim.group(kind="group")
    await group.set_bot("kicked")
    with pytest.raises(Forbidden):
        await bot.send_message(await group.id(), "?")
    said = await refused(bot, "sendMessage", chat_id=await group.id(), text="?")
    assert said == "403 Forbidden: bot was kicked from the group chat"


async def test_a_group_that_the_bot_left(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    await bot.leave_chat(await group.id())
    said = await refused(bot, "getChat", chat_id=await group.id())
    assert said == "403 Forbidden: bot is not a member of the supergroup chat"


async def test_two_polls_at_once(bot: Bot) -> None:
    first = asyncio.ensure_future(bot.get_updates(timeout=5))
    await asyncio.sleep(0.2)
    second = asyncio.ensure_future(bot.get_updates(timeout=0))
    with pytest.raises(Conflict, match="make sure that only one bot instance is running"):
        await first
    assert await second == ()


async def test_a_poll_while_a_webhook_is_set(bot: Bot) -> None:
    await bot.set_webhook("https://127.0.0.1:1/hook")
    assert (await refused(bot, "getUpdates")).startswith(
        "409 Conflict: can't use getUpdates method while webhook"
    )
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_too_many_requests(bot: Bot, sim: Sim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    await sim.fault("sendMessage", status=429, retry_after=7)
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(await sim.private().id(), "?")
    assert caught.value.retry_after == timedelta(seconds=7)
    await sim.fault("sendMessage", status=429, retry_after=8)
    async with httpx.AsyncClient(base_url=str(bot.base_url), verify=False) as http:
        answer = await http.post("/sendMessage", json={"chat_id": 1, "text": "?"})
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 8",
        "parameters": {"retry_after": 8},
    }


async def test_an_unknown_method_is_not_a_wrong_token(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="is not known to this server"):
        await bot.do_api_request("sendPaidStarlight")


async def test_a_wrong_token(url: str) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("1:wrong", base_url=f"{url}/bot"):
            pass
    async with httpx.AsyncClient(base_url=url, verify=False) as http:
        assert (await http.get("/botnonsense/getMe")).status_code == 404
        assert (await http.get("/bot1:wrong/getMe")).json()["description"] == "Unauthorized"
        assert (await http.get("/file/bot1:wrong/photos/x")).status_code == 401


async def test_a_picture_that_is_none(bot: Bot, sim: Sim) -> None:
    chat = await sim.private().id()
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(chat, b"not a picture")
    assert await refused(bot, "sendPhoto", chat_id=chat, photo="no-such-id") == (
        "400 Bad Request: wrong file identifier/HTTP URL specified"
    )


async def test_a_deletion_of_what_is_not_ones_own(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    said = await group.member(1).says("mine")
    params = {"chat_id": said.chat_id, "message_id": said.id}
    assert await refused(bot, "deleteMessage", **params) == "400 Bad Request: message can't be deleted"
    await group.set_bot("administrator")
    assert await bot.delete_message(said.chat_id, said.id)
    assert await refused(bot, "deleteMessage", **params) == "400 Bad Request: message to delete not found"
