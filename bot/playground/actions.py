"""What people do in their chats, and what the bot is told of it."""

import random
import time
import zlib
from dataclasses import dataclass

from bot.playground import people
from bot.playground.entities import detect
from bot.playground.files import Upload, document_json, photo_json
from bot.playground.people import ANONYMOUS_ADMIN, CHANNEL_COURIER, CHANNEL_SENDER, Chat, Message, User
from bot.playground.refusals import Json, Refusal, bad_request
from bot.playground.utf16 import cut, find, split, trim
from bot.playground.world import Query, World
from handlers.utf16 import MESSAGE_LIMIT
from handlers.utf16 import length as units

_CAPTION_UNITS = 1024
_QUERY_CHARACTERS = 256


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person is about to send.

    Attributes:
        text: Text, or the caption of a file.
        entities: Formatting the person chose; commands, links and the like are found by themselves.
        photo: A picture.
        document: A file.
        sticker: A sticker's emoji.
        reply_to: The message it answers.
        quote: The part of that message that is quoted.
        quote_position: Where the quote is, in UTF-16 code units.
        thread_id: The topic.
        anonymous: An administrator posts as the group.
        channel: The name of the channel as which somebody posts.
        linked: It is that channel's own post, brought into the group where it is discussed.
        forwarded_from: The name of the person it is forwarded from.
    """

    text: str = ""
    entities: tuple[Json, ...] = ()
    photo: Upload | None = None
    document: Upload | None = None
    sticker: str | None = None
    reply_to: int | None = None
    quote: str | None = None
    quote_position: int = 0
    thread_id: int | None = None
    anonymous: bool = False
    channel: str | None = None
    linked: bool = False
    forwarded_from: str | None = None


def say(world: World, chat: Chat, sender: User, draft: Draft) -> list[Message]:
    """Send what a person wrote; a text that is too long goes in pieces, as from Telegram's apps.

    Raises:
        Refusal: There is nothing to send, or the answered message, quote or topic doesn't exist, or the group
            has become a supergroup, or somebody posts as the group who is no administrator.
    """
    _require_member(chat, sender)
    if chat.moved_to is not None:
        raise bad_request("the group was upgraded to a supergroup")
    if draft.anonymous and chat.members[sender.id] not in people.LEADING:
        raise bad_request("only administrators post as the group")
    quote = None
    if draft.reply_to is not None:
        replied = chat.messages.get(draft.reply_to)
        if replied is None:
            raise bad_request("message to be replied not found")
        quote = quoted(replied, draft.quote, draft.quote_position) if draft.quote else None
    if draft.thread_id is not None and draft.thread_id not in chat.topics:
        raise bad_request("message thread not found")
    sent: list[Message] = []
    for content in _contents(world, draft):
        message = Message(
            0, sender, int(time.time()), content, draft.reply_to, quote, thread_id=draft.thread_id
        )
        _disguise(world, chat, message, draft)
        if draft.forwarded_from:
            origin = {"type": "hidden_user", "sender_user_name": draft.forwarded_from, "date": message.date}
            message.extra["forward_origin"] = origin
        sent.append(world.add_message(chat, message))
        _deliver(world, chat, message, "message")
    return sent


def rewrite(world: World, chat: Chat, user: User, message_id: int, text: str) -> Message:
    """Edit a person's own message.

    Raises:
        Refusal: It isn't there, isn't theirs, or there is nothing to edit.
    """
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender.id != user.id:
        raise bad_request("message can't be edited")
    text, entities = trim(text, [])
    field, limit = ("text", MESSAGE_LIMIT) if "text" in message.content else ("caption", _CAPTION_UNITS)
    if field == "text" and not text:
        raise bad_request("message text is empty")
    if units(text) > limit:
        raise bad_request("message is too long")
    message.content = {key: value for key, value in message.content.items() if not key.endswith("entities")}
    message.content |= _texts(field, text, entities)
    world.touch(chat, message)
    _deliver(world, chat, message, "edited_message")
    return message


def tap(world: World, chat: Chat, user: User, message_id: int, data: str) -> Query:
    """Press a button; a callback query goes to the bot, whatever the privacy mode.

    Args:
        world: The state.
        chat: Where.
        user: Who.
        message_id: The message with the button; when it is gone the bot is told it is inaccessible.
        data: The button's callback data.
    """
    _require_member(chat, user)
    query_id = str(random.getrandbits(63))
    message = chat.messages.get(message_id)
    gone: Json = {"chat": chat.to_json(), "message_id": message_id, "date": 0}
    update: Json = {"id": query_id, "from": user.to_json(), "data": data}
    update["message"] = world.render(chat, message) if message else gone
    update["chat_instance"] = str(zlib.crc32(str(chat.id).encode()) * 7919 + 1)
    query = world.ask(query_id)
    world.updates.put("callback_query", update, again=world.faults.take_duplicate())
    return query


def type_inline(world: World, chat: Chat, user: User, text: str) -> tuple[str, Query]:
    """Write words behind the bot's name; Telegram sends at most 256 characters of them.

    Args:
        world: The state.
        chat: Where; the bot is told only of which kind it is.
        user: Who.
        text: The words.

    Returns:
        The query's id, and what is to be answered.
    """
    _require_member(chat, user)
    query_id = str(random.getrandbits(63))
    update: Json = {"id": query_id, "from": user.to_json(), "query": text[:_QUERY_CHARACTERS], "offset": ""}
    update["chat_type"] = "sender" if chat.is_private else chat.kind
    query = world.ask(query_id, inline=True)
    world.updates.put("inline_query", update, again=world.faults.take_duplicate())
    return query_id, query


def choose_inline(world: World, chat: Chat, user: User, query: Query, result_id: str) -> Message:
    """Send a result that the bot offered; in a chat of its own the bot is told, whatever the privacy mode.

    Raises:
        Refusal: No such result was offered.
    """
    _require_member(chat, user)
    offered = [one for one in (query.answer or {}).get("results", ()) if one["id"] == result_id]
    if not offered:
        raise Refusal(404, "no such result")
    content, markup = offered[0]["sends"], offered[0]["markup"]
    message = Message(0, user, int(time.time()), content, markup=markup)
    message.extra["via_bot"] = world.bot.to_json()
    sent = world.add_message(chat, message)
    _deliver(world, chat, sent, "message")
    return sent


def button_data(message: Message, text: str | None, row: int | None, column: int | None) -> str:
    """Find a button by its text (whole, else a part of it) or its place, and give its callback data.

    Raises:
        Refusal: There is no such button, or it isn't a callback button.
    """
    rows: list[list[Json]] = (message.markup or {}).get("inline_keyboard", [])
    flat = [button for line in rows for button in line]
    if text is None:
        place = (row or 0, column or 0)
        found = [b for y, line in enumerate(rows) for x, b in enumerate(line) if (y, x) == place]
    else:
        found = [b for b in flat if b["text"] == text] or [b for b in flat if text in b["text"]]
    if not found:
        names = ", ".join(str(button["text"]) for button in flat)
        raise bad_request(f"no such button; the message has: {names or 'none'}")
    if "callback_data" not in found[0]:
        raise bad_request("the button sends no callback query")
    return str(found[0]["callback_data"])


def quoted(replied: Message, quote: str, position: int) -> Json:
    """Give the ``TextQuote`` of a part of a message.

    Raises:
        Refusal: The part isn't in the message.
    """
    offset = find(replied.body, quote, position)
    if not quote or offset is None:
        raise bad_request("QUOTE_TEXT_INVALID")
    return {"text": cut(replied.body, offset, units(quote)), "position": offset, "is_manual": True}


def _require_member(chat: Chat, user: User) -> None:
    if chat.members.get(user.id) not in people.PRESENT:
        raise bad_request("the user is not a member of the chat")


def _disguise(world: World, chat: Chat, message: Message, draft: Draft) -> None:
    """Let a message come from who speaks in the name of a chat, as Telegram shows them."""
    if draft.anonymous:
        message.sender = ANONYMOUS_ADMIN
        message.extra["sender_chat"] = chat.to_json()
    if draft.channel is not None:
        channel = world.channel(draft.channel).to_json()
        message.sender = CHANNEL_COURIER if draft.linked else CHANNEL_SENDER
        message.extra["sender_chat"] = channel
        if draft.linked:
            origin = {"type": "channel", "chat": channel, "message_id": 1, "date": message.date}
            message.extra |= {"is_automatic_forward": True, "forward_origin": origin}


def _contents(world: World, draft: Draft) -> list[Json]:
    text, entities = trim(draft.text, list(draft.entities))
    if draft.sticker:
        sticker = {
            "file_id": f"sticker-{draft.sticker}",
            "file_unique_id": f"s{zlib.crc32(draft.sticker.encode())}",
        }
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return [{"sticker": {**sticker, **shape, "emoji": draft.sticker}}]
    if draft.photo or draft.document:
        if units(text) > _CAPTION_UNITS:
            raise bad_request("message caption is too long")
        caption = _texts("caption", text, entities) if text else {}
        if draft.photo:
            return [{"photo": photo_json(world.files.add(draft.photo, "photos")), **caption}]
        if draft.document:
            return [{"document": document_json(world.files.add(draft.document, "documents")), **caption}]
    if not text:
        raise bad_request("message text is empty")
    if units(text) <= MESSAGE_LIMIT:
        return [_texts("text", text, entities)]
    pieces = [trim(piece, [])[0] for piece in split(text, MESSAGE_LIMIT)]
    return [_texts("text", piece, []) for piece in pieces if piece]


def _texts(field: str, text: str, entities: list[Json]) -> Json:
    found = detect(text, entities)
    name = "entities" if field == "text" else "caption_entities"
    return {field: text, name: found} if found else {field: text}


def _deliver(world: World, chat: Chat, message: Message, kind: str) -> None:
    if is_for_bot(world, chat, message):
        world.updates.put(kind, world.render(chat, message), again=world.faults.take_duplicate())


def is_for_bot(world: World, chat: Chat, message: Message) -> bool:
    """Tell whether the bot may see a message: always in private, by the privacy mode in groups.

    With privacy mode on: commands addressed to it, bare commands (it is the group's only bot), replies to it,
    and what is sent through it.
    See https://core.telegram.org/bots/features#privacy-mode.
    """
    status = chat.members[world.bot.id]
    if chat.is_private or status not in people.PRESENT:
        return status in people.PRESENT
    if not world.settings.privacy or status == people.ADMINISTRATOR or "via_bot" in message.extra:
        return True
    found = message.content.get("entities") or message.content.get("caption_entities") or []
    for entity in found:
        if entity["type"] == "bot_command" and entity["offset"] == 0:
            _, _, addressee = cut(message.body, 0, entity["length"]).partition("@")
            return not addressee or addressee.lower() == (world.bot.username or "").lower()
    replied = chat.messages.get(message.reply_to_id or 0)
    return replied is not None and replied.sender.id == world.bot.id
