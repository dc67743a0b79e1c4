"""Bot API methods that send, edit and delete messages."""

import time

from bot.playground import people
from bot.playground.actions import quoted
from bot.playground.entities import formatted
from bot.playground.files import Upload, document_json, photo_json
from bot.playground.markup import forced_reply, inline_keyboard
from bot.playground.params import Params
from bot.playground.people import Chat, Message
from bot.playground.refusals import Json, Refusal, bad_request, forbidden
from bot.playground.world import World
from handlers.utf16 import MESSAGE_LIMIT
from handlers.utf16 import length as units

_CAPTION_UNITS = 1024
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a"
    " current content and reply markup of the message"
)
_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


def find_chat(world: World, params: Params) -> Chat:
    """Find the chat a call is about.

    Raises:
        Refusal: It is missing or unknown, or has become another chat.
    """
    if params.text("chat_id") is None:
        raise bad_request("chat_id is empty")
    try:
        chat_id = params.number("chat_id")
    except Refusal as error:
        raise bad_request("chat not found") from error
    chat = world.chats.get(chat_id or 0)
    if chat is None:
        raise bad_request("chat not found")
    if chat.moved_to is not None:
        parameters = {"migrate_to_chat_id": chat.moved_to}
        raise Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", parameters)
    return chat


def writable_chat(world: World, params: Params) -> Chat:
    """Find the chat and see that the bot may write there.

    Raises:
        Refusal: 403, when the bot was blocked or kicked or isn't a member.
    """
    chat = find_chat(world, params)
    status = chat.members[world.bot.id]
    if status not in people.PRESENT:
        if chat.is_private:
            raise forbidden("bot was blocked by the user")
        if status == people.KICKED:
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def send_message(world: World, params: Params) -> Json:
    """Answer ``sendMessage``."""
    chat = writable_chat(world, params)
    return _send(world, chat, params, _text_content(world, params))


def send_photo(world: World, params: Params) -> Json:
    """Answer ``sendPhoto``."""
    chat = writable_chat(world, params)
    return _send(
        world, chat, params, {**_file_content(world, params, "photo"), **_caption_content(world, params)}
    )


def send_document(world: World, params: Params) -> Json:
    """Answer ``sendDocument``."""
    chat = writable_chat(world, params)
    return _send(
        world, chat, params, {**_file_content(world, params, "document"), **_caption_content(world, params)}
    )


def edit_text(world: World, params: Params) -> Json:
    """Answer ``editMessageText``."""
    chat, message = _editable(world, params)
    content = _text_content(world, params)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, chat, message, content, inline_keyboard(params))


def edit_caption(world: World, params: Params) -> Json:
    """Answer ``editMessageCaption``."""
    chat, message = _editable(world, params)
    if not {"photo", "document"} & set(message.content):
        raise bad_request("there is no caption in the message to edit")
    files = {key: value for key, value in message.content.items() if not key.startswith("caption")}
    return _edit(world, chat, message, {**files, **_caption_content(world, params)}, inline_keyboard(params))


def edit_media(world: World, params: Params) -> Json:
    """Answer ``editMessageMedia`` for pictures and files."""
    chat, message = _editable(world, params)
    media = params.mapping("media")
    if media is None or media.get("type") not in {"photo", "document"}:
        raise bad_request("can't parse media: only photo and document are known to this server")
    source = str(media.get("media", ""))
    upload = params.upload(source.removeprefix("attach://")) if source.startswith("attach://") else None
    content = _stored_content(world, str(media["type"]), upload, source)
    caption = _caption_content(world, Params(media))
    return _edit(world, chat, message, {**content, **caption}, inline_keyboard(params))


def edit_markup(world: World, params: Params) -> Json:
    """Answer ``editMessageReplyMarkup``."""
    chat, message = _editable(world, params)
    return _edit(world, chat, message, message.content, inline_keyboard(params))


def delete_message(world: World, params: Params) -> bool:
    """Answer ``deleteMessage``."""
    chat = find_chat(world, params)
    message = chat.messages.get(params.number("message_id") or 0)
    if message is None:
        raise bad_request("message to delete not found")
    admin = chat.members[world.bot.id] == people.ADMINISTRATOR
    if message.sender.id != world.bot.id and not chat.is_private and not admin:
        raise bad_request("message can't be deleted")
    world.delete(chat, message.message_id)
    return True


def send_chat_action(world: World, params: Params) -> bool:
    """Answer ``sendChatAction``: the page shows it for five seconds."""
    chat = writable_chat(world, params)
    action = params.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.publish("action", chat_id=chat.id, action=action)
    return True


def _send(world: World, chat: Chat, params: Params, content: Json) -> Json:
    markup = inline_keyboard(params)
    reply = Params(params.mapping("reply_parameters") or {})
    reply_to = reply.number("message_id") or params.number("reply_to_message_id")
    thread_id = params.number("message_thread_id")
    if thread_id is not None and thread_id not in chat.topics:
        raise bad_request("message thread not found")
    quote = None
    if reply_to is not None:
        replied = chat.messages.get(reply_to)
        lenient = reply.flag("allow_sending_without_reply") or params.flag("allow_sending_without_reply")
        if replied is None and not lenient:
            raise bad_request("message to be replied not found")
        quoted_text = reply.text("quote")
        if replied is not None and quoted_text:
            quote = quoted(replied, quoted_text, reply.number("quote_position") or 0)
        if replied is not None and thread_id is None:
            thread_id = replied.thread_id
        reply_to = replied.message_id if replied else None
    sender, now = world.bot, int(time.time())
    message = Message(0, sender, now, content, reply_to, quote, markup, thread_id)
    message.force_reply = forced_reply(params)
    if params.flag("protect_content"):
        message.extra["has_protected_content"] = True
    return world.render(chat, world.add_message(chat, message))


def _editable(world: World, params: Params) -> tuple[Chat, Message]:
    if params.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = writable_chat(world, params)
    message = chat.messages.get(params.number("message_id") or 0)
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender.id != world.bot.id:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(world: World, chat: Chat, message: Message, content: Json, markup: Json | None) -> Json:
    if content == message.content and markup == message.markup:
        raise bad_request(_NOT_MODIFIED)
    message.content, message.markup = content, markup
    world.touch(chat, message)
    return world.render(chat, message)


def _text_content(world: World, params: Params) -> Json:
    given = params.entities("entities")
    text, entities = formatted(params.text("text") or "", params.text("parse_mode"), given, world.users)
    if not text:
        raise bad_request("message text is empty")
    if units(text) > MESSAGE_LIMIT:
        raise bad_request("message is too long")
    content: Json = {"text": text, "entities": entities} if entities else {"text": text}
    preview = params.mapping("link_preview_options")
    return {**content, "link_preview_options": preview} if preview else content


def _caption_content(world: World, params: Params) -> Json:
    given = params.entities("caption_entities")
    caption, entities = formatted(params.text("caption") or "", params.text("parse_mode"), given, world.users)
    if units(caption) > _CAPTION_UNITS:
        raise bad_request("message caption is too long")
    content: Json = {"caption": caption} if caption else {}
    return {**content, "caption_entities": entities} if entities else content


def _file_content(world: World, params: Params, kind: str) -> Json:
    return _stored_content(world, kind, params.upload(kind), params.text(kind) or "")


def _stored_content(world: World, kind: str, upload: Upload | None, source: str) -> Json:
    if upload is None and source.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    if upload is None and not source:
        raise bad_request(f"there is no {kind} in the request")
    stored = world.files.get(source) if upload is None else world.files.add(upload, f"{kind}s")
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return {"photo": photo_json(stored)} if kind == "photo" else {"document": document_json(stored)}
