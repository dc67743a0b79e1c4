"""The control API: what people say, edit, tap and look at."""

import base64
import binascii

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.playground import actions
from bot.playground.actions import Draft
from bot.playground.files import Upload
from bot.playground.params import Params
from bot.playground.people import Message
from bot.playground.refusals import Json, Refusal, bad_request
from bot.playground.sim_finding import author_of, chat_of
from bot.playground.world import World


async def messages(world: World, request: Request, params: Params) -> list[Json]:
    """A chat's messages past ``after``, with ``from_bot`` the bot's only; waits up to ``timeout`` seconds."""
    chat, after, mine = chat_of(world, request), params.number("after") or 0, params.flag("from_bot")

    def look() -> list[Json] | None:
        found = [one for one in chat.messages.values() if one.message_id > after]
        return [world.view(chat, one) for one in found if not mine or one.sender.id == world.bot.id] or None

    return await world.bell.until(look, params.seconds("timeout", 0)) or []


async def send(world: World, request: Request, params: Params) -> Json:
    """A person sends something; gives the message and how many ``parts`` it took."""
    chat = chat_of(world, request)
    draft = Draft(
        text=params.text("text") or params.text("caption") or "",
        entities=tuple(params.entities("entities") or ()),
        photo=_file(params, "photo"),
        document=_file(params, "document"),
        sticker=params.text("sticker"),
        reply_to=params.number("reply_to"),
        quote=params.text("quote"),
        quote_position=params.number("quote_position") or 0,
        thread_id=params.number("thread_id"),
        anonymous=params.flag("anonymous"),
        channel=params.text("channel"),
        linked=params.flag("linked"),
        forwarded_from=params.text("forwarded_from"),
    )
    sent = actions.say(world, chat, author_of(world, chat, params), draft)
    return {**world.view(chat, sent[0]), "parts": len(sent)}


async def one_message(world: World, request: Request, params: Params) -> Json:
    """One message; with ``newer_than`` (a version) and ``timeout``, once it was edited."""
    chat, message_id = chat_of(world, request), request.path_params["message"]
    version = params.number("newer_than")

    def look() -> Message | None:
        message = chat.messages.get(message_id)
        return message if message and (version is None or message.version > version) else None

    message = await world.bell.until(look, params.seconds("timeout", 0))
    if message is None:
        missing = message_id not in chat.messages
        raise Refusal(404, "no such message") if missing else Refusal(408, "not edited in time")
    return world.view(chat, message)


async def edit(world: World, request: Request, params: Params) -> Json:
    """A person edits their own message (``text``, also for a caption)."""
    chat = chat_of(world, request)
    author, text = author_of(world, chat, params), params.text("text") or ""
    return world.view(chat, actions.rewrite(world, chat, author, request.path_params["message"], text))


async def delete(world: World, request: Request, _params: Params) -> bool:
    """Somebody deletes a message; the bot isn't told, as on Telegram."""
    chat, message_id = chat_of(world, request), request.path_params["message"]
    if message_id not in chat.messages:
        raise Refusal(404, "no such message")
    world.delete(chat, message_id)
    return True


async def tap(world: World, request: Request, params: Params) -> Json:
    """A person presses a button by ``data``, ``text``, or ``row`` and ``column``; waits for the bot's toast.

    Any ``data`` is sent, also such as no button has. Answers ``answered``, ``text``, ``show_alert``, ``url``.
    """
    chat, message_id = chat_of(world, request), request.path_params["message"]
    user, data = author_of(world, chat, params), params.text("data")
    if data is None:
        message = chat.messages.get(message_id)
        if message is None:
            raise Refusal(404, "no such message")
        text = params.text("text")
        data = actions.button_data(message, text, params.number("row"), params.number("column"))
    query = actions.tap(world, chat, user, message_id, data)
    answer = await world.bell.until(lambda: query.answer, params.seconds("timeout", 5.0))
    empty: Json = {"text": "", "show_alert": False, "url": None}
    return {"answered": answer is not None, **(answer or empty)}


async def type_inline(world: World, request: Request, params: Params) -> Json:
    """A person writes ``query`` behind the bot's name; waits for what the bot offers.

    Answers ``id``, ``answered``, ``results`` (each ``id``, ``title``, ``description``) and ``button``.
    """
    chat = chat_of(world, request)
    query_id, query = actions.type_inline(
        world, chat, author_of(world, chat, params), params.text("query") or ""
    )
    answer = await world.bell.until(lambda: query.answer, params.seconds("timeout", 5.0))
    return {"id": query_id, "answered": answer is not None, **(answer or {"results": [], "button": None})}


async def choose_inline(world: World, request: Request, params: Params) -> Json:
    """A person sends the result ``result_id`` of what the bot offered; gives the message."""
    chat, query = chat_of(world, request), world.queries.get(request.path_params["query"])
    if query is None:
        raise Refusal(404, "no such query")
    author = author_of(world, chat, params)
    return world.view(chat, actions.choose_inline(world, chat, author, query, params.text("result_id") or ""))


async def download(world: World, request: Request) -> Response:
    """A file for the page; never as something a browser would run."""
    stored = world.files.get(request.path_params["file_id"])
    if stored is None:
        return JSONResponse(Refusal(404, "Not Found").to_json(), 404)
    shown = stored.upload.content_type if stored.path.startswith("photos/") else ""
    kind = shown if shown in {"image/png", "image/jpeg"} else "application/octet-stream"
    return Response(stored.upload.content, media_type=kind, headers={"x-content-type-options": "nosniff"})


def _file(params: Params, name: str) -> Upload | None:
    upload = params.upload(name)
    encoded = params.text(name)
    if upload is not None or encoded is None:
        return upload
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad_request(f"{name} must be base64 or an upload") from error
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    file_kind = kind if name == "photo" else "application/octet-stream"
    return Upload(params.text("file_name") or f"{name}.bin", file_kind, content)
