"""Every answer is read by python-telegram-bot's own classes, with no field left over."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
    BotCommandScopeChatMember,
    BotCommandScopeDefault,
    ChatMemberAdministrator,
    ChatMemberOwner,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputMediaPhoto,
    InputTextMessageContent,
    Message,
    ReplyParameters,
    TelegramObject,
    Update,
)
from telegram.error import ChatMigrated
from telegram.helpers import create_deep_linked_url

from tests.e2e.sim import Sim

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("긍정", callback_data="v1:1")]])


def leftovers(known: TelegramObject) -> dict[str, Any]:
    """Fields the library doesn't know, at any depth."""
    found = dict(known.api_kwargs)
    for name in (
        *known.__slots__,
        *(slot for base in type(known).__mro__ for slot in getattr(base, "__slots__", ())),
    ):
        value = getattr(known, name, None) if not name.startswith("_") else None
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, TelegramObject):
                found |= leftovers(one)
    return found


async def test_get_me(bot: Bot) -> None:
    me = await bot.get_me()
    assert me.is_bot
    assert me.username == "kobert_bot"
    assert me.id == 424242
    assert me.can_read_all_group_messages is False
    assert leftovers(me) == {}


async def test_a_text_message_with_all_around_it(bot: Bot, sim: Sim) -> None:
    chat = sim.private(language="en")
    said = await chat.says("/sentiment 😀 최고")
    sent = await bot.send_message(
        said.chat_id,
        "<b>긍정</b>",
        parse_mode="HTML",
        reply_markup=KEYS,
        reply_parameters=ReplyParameters(said.id, quote="최고"),
        disable_notification=True,
    )
    assert sent.from_user is not None
    assert sent.from_user.id == bot.id
    assert sent.reply_markup == KEYS
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.message_id == said.id
    assert sent.quote is not None
    assert (sent.quote.text, sent.quote.position) == ("최고", 14)
    assert leftovers(sent) == {}


async def test_a_reply_is_echoed_one_level_deep(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    first = await chat.says("one")
    second = await bot.send_message(first.chat_id, "two", reply_to_message_id=first.id)
    third = await bot.send_message(first.chat_id, "three", reply_to_message_id=second.message_id)
    assert third.reply_to_message is not None
    assert third.reply_to_message.text == "two"
    assert third.reply_to_message.reply_to_message is None


async def test_an_edit_without_a_keyboard_drops_it(bot: Bot, sim: Sim) -> None:
    sent = await bot.send_message(await sim.private().id(), "one", reply_markup=KEYS)
    edited = await sent.edit_text("two")
    assert isinstance(edited, Message)
    assert edited.reply_markup is None
    assert edited.edit_date is not None
    again = await sent.edit_reply_markup(KEYS)
    assert isinstance(again, Message)
    assert (again.text, again.reply_markup) == ("two", KEYS)


async def test_a_photo_goes_up_and_comes_back(bot: Bot, sim: Sim, picture: bytes, tmp_path: Path) -> None:
    chat = await sim.private().id()
    sent = await bot.send_photo(chat, picture, caption="<b>c</b>", parse_mode="HTML", reply_markup=KEYS)
    size = sent.photo[-1]
    assert (size.width, size.height, size.file_size) == (3, 2, len(picture))
    assert leftovers(sent) == {}
    fetched = await (await bot.get_file(size.file_id)).download_to_drive(tmp_path / "p.png")
    assert fetched.read_bytes() == picture
    again = await bot.send_photo(chat, size.file_id)
    assert again.photo[-1].file_id == size.file_id
    edited = await sent.edit_caption("d")
    assert isinstance(edited, Message)
    assert (edited.caption, edited.photo[-1].file_id) == ("d", size.file_id)


async def test_media_is_replaced_through_an_attachment(bot: Bot, sim: Sim, picture: bytes) -> None:
    sent = await bot.send_photo(await sim.private().id(), picture, caption="one")
    edited = await sent.edit_media(InputMediaPhoto(picture, caption="two"))
    assert isinstance(edited, Message)
    assert edited.caption == "two"
    assert edited.photo[-1].file_id != sent.photo[-1].file_id


async def test_a_document_goes_up_and_comes_back(bot: Bot, sim: Sim) -> None:
    sent = await bot.send_document(await sim.private().id(), b"a,b\n", filename="votes.csv")
    assert sent.document is not None
    assert sent.document.file_name == "votes.csv"
    assert bytes(await (await sent.document.get_file()).download_as_bytearray()) == b"a,b\n"
    assert leftovers(sent) == {}


async def test_a_users_photo_reaches_the_bot(bot: Bot, sim: Sim, picture: bytes, url: str) -> None:
    chat = await sim.private().id()
    async with httpx.AsyncClient(base_url=url, verify=False) as http:
        files = {"photo": ("p.png", picture, "image/png")}
        (
            await http.post(f"/sim/chats/{chat}/messages", data={"text": "/mask"}, files=files)
        ).raise_for_status()
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.caption_entities[0].type == "bot_command"
    file = await update.message.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == picture


async def test_a_tap_and_its_toast(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    sent = await bot.send_message(await group.id(), "?", reply_markup=KEYS)
    seen = await group.next_bot_message()
    await group.member(2).taps(seen, "긍정", timeout=0)
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query is not None
    assert (query.data, query.message, query.from_user.id) == ("v1:1", sent, await group.member(2).user_id())
    assert query.chat_instance
    assert leftovers(update) == {}
    assert await query.answer("셌어요", show_alert=True)


async def test_a_tap_on_a_message_that_is_gone(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    sent = await bot.send_message(await chat.id(), "?", reply_markup=KEYS)
    seen = await chat.next_bot_message()
    await sent.delete()
    await chat.taps(seen, data="v0:1", timeout=0)
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    # the library reads date 0 as its ZERO_DATE
    assert update.callback_query.message is not None
    assert not update.callback_query.message.is_accessible


async def test_an_inline_query_and_the_result_that_is_sent(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    waiting = asyncio.create_task(group.member(2).types_inline("최고 " * 100))
    (update,) = await bot.get_updates(timeout=5)
    query = update.inline_query
    assert query is not None
    assert (query.from_user.id, query.chat_type) == (await group.member(2).user_id(), "supergroup")
    assert query.query == ("최고 " * 100)[:256]
    assert leftovers(update) == {}
    content = InputTextMessageContent("<b>긍정</b> 93%", parse_mode="HTML")
    article = InlineQueryResultArticle("s", "긍정인지 보기", content, reply_markup=KEYS, description="긍정")
    assert await query.answer([article], button=InlineQueryResultsButton("더", start_parameter="more"))
    assert await query.answer([])  # ignored
    offered = await waiting
    assert (offered.titles, offered.descriptions, offered.button) == (("긍정인지 보기",), ("긍정",), "더")
    said = await group.member(2).chooses(offered, "긍정인지 보기")
    assert (said.text, said.buttons) == ("긍정 93%", (("긍정",),))
    heard = (await bot.get_updates(offset=update.update_id + 1))[0]
    assert heard.message is not None  # in spite of the privacy mode
    assert heard.message.via_bot == await bot.get_me()
    assert leftovers(heard) == {}


async def test_an_inline_result_in_a_chat_without_the_bot(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    await group.set_bot("left")
    (left,) = await bot.get_updates()
    waiting = asyncio.create_task(group.member(1).types_inline("x"))
    (asked,) = await bot.get_updates(offset=left.update_id + 1, timeout=5)
    assert asked.inline_query is not None
    await asked.inline_query.answer([InlineQueryResultArticle("1", "t", InputTextMessageContent("sent"))])
    assert (await group.member(1).chooses(await waiting, "t")).text == "sent"
    assert await bot.get_updates(offset=asked.update_id + 1) == ()


async def test_topics(bot: Bot, sim: Sim) -> None:
    group = sim.group(forum=True)
    thread = await group.topic("영화")
    said = await group.member(1).says("/sentiment@kobert_bot 최고", thread_id=thread)
    opened, asked = await bot.get_updates()
    assert opened.message is not None
    assert opened.message.forum_topic_created is not None
    assert asked.message is not None
    assert asked.message.message_thread_id == thread
    assert asked.message.reply_to_message == opened.message
    reply = await asked.message.reply_text("긍정", do_quote=True)
    assert (reply.message_thread_id, reply.is_topic_message) == (thread, True)
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.message_id == said.id
    raw = await bot.send_message(said.chat_id, "x", reply_to_message_id=said.id)
    assert raw.message_thread_id == thread
    assert leftovers(asked) == {}


async def test_coming_and_going(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    for status in ("left", "member", "administrator"):
        await group.set_bot(status)
    updates = await bot.get_updates()
    kinds = ["my_chat_member", "my_chat_member", "message", "my_chat_member"]
    assert [next(iter(set(update.to_dict()) - {"update_id"})) for update in updates] == kinds
    assert all(leftovers(update) == {} for update in updates)
    assert updates[2].message is not None
    assert updates[2].message.new_chat_members[0].id == bot.id


async def test_a_stranger_set_of_messages(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    await group.set_bot("administrator")
    member = group.member(1)
    await member.says(sticker="😀")
    await member.says("a", forwarded_from="회원 9")
    await member.says("b", anonymous=True)
    updates = (await bot.get_updates())[-3:]
    sticker, forwarded, anonymous = [update.message for update in updates]
    assert sticker is not None
    assert sticker.sticker is not None
    assert forwarded is not None
    assert forwarded.forward_origin is not None
    assert anonymous is not None
    assert anonymous.sender_chat == anonymous.chat
    assert anonymous.from_user is not None
    assert anonymous.from_user.id == 1087968824
    assert all(leftovers(update) == {} for update in updates)


async def test_who_speaks_in_the_name_of_a_channel(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    await group.member(2).says("/mask a", channel="소식")
    await group.member(1).says("/mask b", channel="소식", linked=True)
    updates = await bot.get_updates()
    channel, linked = [update.message for update in updates]
    assert channel is not None
    assert channel.from_user is not None
    assert channel.sender_chat is not None
    assert (channel.from_user.id, channel.from_user.is_bot) == (136817688, True)
    assert (channel.sender_chat.type, channel.sender_chat.title) == ("channel", "소식")
    assert linked is not None
    assert linked.from_user is not None
    assert linked.sender_chat == channel.sender_chat
    assert (linked.from_user.id, linked.from_user.is_bot) == (777000, False)
    assert linked.is_automatic_forward
    assert linked.forward_origin is not None
    assert (await group.member(3).says("/mask c", channel="다른 소식")).raw["sender_chat"]["id"] not in {
        channel.sender_chat.id,
        await group.id(),
    }
    assert all(leftovers(update) == {} for update in updates)


async def test_a_group_becomes_a_supergroup(bot: Bot, sim: Sim) -> None:
    group = sim.group(kind="group")
    members = [await group.member(number).user_id() for number in (1, 2, 3)]
    old = await group.id()
    await group.migrates(updates=["from", "to", "to"])
    new = await group.id()
    assert str(new).startswith("-100")
    updates = await bot.get_updates()
    told = [update.message for update in updates if update.message is not None]
    assert [(one.chat.id, one.migrate_from_chat_id, one.migrate_to_chat_id) for one in told] == [
        (new, old, None),
        (old, None, new),
        (old, None, new),
    ]
    assert all(leftovers(update) == {} for update in updates)
    assert [(await bot.get_chat_member(new, one)).status for one in members] == [
        "creator",
        "member",
        "member",
    ]
    for call in (bot.send_message(old, "x"), bot.get_chat(old), bot.get_chat_member(old, members[0])):
        with pytest.raises(ChatMigrated) as caught:
            await call
        assert caught.value.new_chat_id == new
    await group.member(2).says("/mask a")
    (*_, asked) = await bot.get_updates()
    assert asked.message is not None
    assert (asked.message.chat.id, asked.message.chat.type) == (new, "supergroup")


async def test_members_come_rise_and_go(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    room, member = await group.id(), group.member(2)
    person = await member.user_id()
    await bot.get_updates(allowed_updates=["message", "chat_member"])
    seen = []
    for status in ("administrator", "member", "left", "kicked", "member"):
        await member.becomes(status)
        seen.append((await bot.get_chat_member(room, person)).status)
    assert seen == ["administrator", "member", "left", "kicked", "member"]
    await member.becomes("administrator")
    assert {one.user.id for one in await bot.get_chat_administrators(room)} == {
        person,
        await group.member(1).user_id(),
    }
    assert await bot.get_updates() == ()
    await group.set_bot("administrator")
    await member.becomes("left")
    (update,) = await bot.get_updates()  # asked for by name, and by an administrator
    assert update.chat_member is not None
    assert update.chat_member.new_chat_member.status == "left"
    assert leftovers(update) == {}


async def test_a_link_opens_the_private_chat_with_its_payload(bot: Bot, sim: Sim) -> None:
    member = sim.group().member(2)
    chat = await member.opens(create_deep_linked_url("kobert_bot", "settings_a-1"))
    await member.opens(create_deep_linked_url("kobert_bot"))
    assert await chat.id() == await member.user_id()
    texts = [update.message.text for update in await bot.get_updates() if update.message]
    assert texts == ["/start settings_a-1", "/start"]


async def test_chats_and_members(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    chat = await bot.get_chat(await group.id())
    assert (chat.type, chat.title) == ("supergroup", "우리 모임 · Our group")
    assert leftovers(chat) == {}
    assert await bot.get_chat_member_count(chat.id) == 4
    await group.set_bot("administrator")
    owner, admin = await bot.get_chat_administrators(chat.id)
    assert isinstance(owner, ChatMemberOwner)
    assert isinstance(admin, ChatMemberAdministrator)
    member = await bot.get_chat_member(chat.id, await group.member(2).user_id())
    assert member.status == "member"
    assert (await bot.get_chat(await sim.private().id())).type == "private"


async def test_command_menus_by_scope_and_language(bot: Bot, sim: Sim) -> None:
    await bot.set_my_commands([BotCommand("mask", "fill blanks")])
    await bot.set_my_commands([BotCommand("mask", "빈칸 채우기")], language_code="ko")
    await bot.set_my_commands([BotCommand("nsp", "next?")], scope=BotCommandScopeAllGroupChats())
    assert await bot.get_my_commands(language_code="ko") == (BotCommand("mask", "빈칸 채우기"),)
    chat, group = sim.private(language="ko"), sim.group()

    async def shown(room: int, user: int) -> list[str]:
        menu = await sim.ask("GET", f"chats/{room}/commands", user_id=user)
        return [command["description"] for command in menu]

    assert await shown(await chat.id(), await chat.user_id()) == ["빈칸 채우기"]
    await chat.speaks("en")
    assert await shown(await chat.id(), await chat.user_id()) == ["fill blanks"]
    assert await shown(await group.id(), await group.member(2).user_id()) == ["next?"]
    await bot.delete_my_commands(scope=BotCommandScopeAllGroupChats())
    assert await shown(await group.id(), await group.member(2).user_id()) == ["빈칸 채우기"]


async def test_of_several_menus_the_narrowest_is_shown(bot: Bot, sim: Sim) -> None:
    group, other, chat = sim.group(), sim.group(), sim.private()
    room, member = await group.id(), await group.member(2).user_id()
    scopes = [
        BotCommandScopeDefault(),
        BotCommandScopeAllGroupChats(),
        BotCommandScopeAllChatAdministrators(),
        BotCommandScopeAllPrivateChats(),
        BotCommandScopeChat(room),
        BotCommandScopeChatAdministrators(room),
        BotCommandScopeChatMember(room, member),
    ]
    for number, scope in enumerate(scopes):
        await bot.set_my_commands([BotCommand(f"c{number}", "x")], scope=scope)
        await bot.set_my_commands([BotCommand(f"k{number}", "x")], scope=scope, language_code="ko")
        assert await bot.get_my_commands(scope) == (BotCommand(f"c{number}", "x"),)

    async def shown() -> list[str]:
        people = (
            *(group.member(1), group.member(2), group.member(3)),
            *(other.member(1), other.member(2)),
            chat,
        )
        return [command for person in people for command in await person.menu()]

    assert await shown() == ["k5", "k6", "k4", "k2", "k1", "k3"]
    await group.member(1).speaks("en")
    assert await group.member(1).menu() == ["c5"]
    for scope in (scopes[5], scopes[6]):
        await bot.delete_my_commands(scope, language_code="ko")
    assert (await shown())[:2] == ["c5", "c6"]  # the narrower scope goes before the language
    await bot.set_my_commands([], scope=scopes[4], language_code="ko")
    assert (await shown())[2] == "c4"


async def test_the_bots_own_texts(bot: Bot) -> None:
    await bot.set_my_name("KoBERT 봇", language_code="ko")
    await bot.set_my_description("about")
    await bot.set_my_short_description("짧게", language_code="ko")
    assert (await bot.get_my_name(language_code="ko")).name == "KoBERT 봇"
    assert (await bot.get_my_name()).name == "KoBERT"
    assert (await bot.get_my_description(language_code="ko")).description == "about"
    assert (await bot.get_my_short_description()).short_description == ""


async def test_calls_that_are_merely_accepted(bot: Bot) -> None:
    async with httpx.AsyncClient(base_url=str(bot.base_url), verify=False) as http:
        for method in ("logOut", "close"):
            assert (await http.post(f"/{method}")).json() == {"ok": True, "result": True}


async def test_parameters_come_as_query_form_or_json(bot: Bot, sim: Sim) -> None:
    chat = await sim.private().id()
    async with httpx.AsyncClient(base_url=str(bot.base_url), verify=False) as http:
        by_query = await http.get("/sendMessage", params={"chat_id": chat, "text": "q"})
        by_form = await http.post("/sendmessage", data={"chat_id": str(chat), "text": "f"})
        by_json = await http.post("/sendMessage", json={"chat_id": chat, "text": "j"})
    answers = [Message.de_json(answer.json()["result"], bot).text for answer in (by_query, by_form, by_json)]
    assert answers == ["q", "f", "j"]


async def test_a_users_quote_reaches_the_bot(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    film = await group.member(1).says("😀 정말 최고예요. 정말!")
    await group.member(2).says("/sentiment@kobert_bot", reply_to=film, quote="정말", quote_position=12)
    (update,) = await bot.get_updates()
    assert isinstance(update, Update)
    assert update.message is not None
    assert update.message.quote is not None
    assert (update.message.quote.text, update.message.quote.position) == ("정말", 12)
    assert update.message.reply_to_message is not None
    assert update.message.reply_to_message.text == film.text
