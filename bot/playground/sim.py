"""The control API under ``/sim``: people act through it, tests watch and spoil through it."""

import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground import actions, groups, people
from bot.playground.about import menu
from bot.playground.actions import Draft
from bot.playground.events import events
from bot.playground.faults import Fault, FaultKind
from bot.playground.files import Upload
from bot.playground.params import Params
from bot.playground.people import Chat, Message, User
from bot.playground.refusals import Json, Refusal, bad_request
from bot.playground.world import GROUP_TITLES, NAMES, World

Answer = Callable[[World, Request, Params], Awaitable[object]]
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
_STATUSES = {people.MEMBER, people.ADMINISTRATOR, people.LEFT, people.KICKED}


def routes(world: World) -> list[Route]:
    """Give the routes under ``/sim``."""
    table: list[tuple[str, str, Answer]] = [
        ("GET", "/sim/state", state),
        ("POST", "/sim/reset", reset),
        ("PATCH", "/sim/settings", change_settings),
        ("POST", "/sim/users", add_user),
        ("PATCH", "/sim/users/{user:int}", change_user),
        ("POST", "/sim/private", add_private),
        ("POST", "/sim/groups", add_group),
        ("POST", "/sim/chats/{chat}/topics", add_topic),
        ("POST", "/sim/chats/{chat}/bot", change_bot),
        ("POST", "/sim/chats/{chat}/members/{user:int}", change_member),
        ("POST", "/sim/chats/{chat}/migrate", migrate),
        ("POST", "/sim/links", open_link),
        ("GET", "/sim/chats/{chat}/commands", commands),
        ("GET", "/sim/chats/{chat}/messages", messages),
        ("POST", "/sim/chats/{chat}/messages", send),
        ("GET", "/sim/chats/{chat}/messages/{message:int}", one_message),
        ("PATCH", "/sim/chats/{chat}/messages/{message:int}", edit),
        ("DELETE", "/sim/chats/{chat}/messages/{message:int}", delete),
        ("POST", "/sim/chats/{chat}/messages/{message:int}/tap", tap),
        ("POST", "/sim/chats/{chat}/inline", type_inline),
        ("POST", "/sim/chats/{chat}/inline/{query}", choose_inline),
        ("POST", "/sim/queries/expire", expire_queries),
        ("POST", "/sim/updates", push_update),
        ("GET", "/sim/calls", list_calls),
        ("DELETE", "/sim/calls", clear_calls),
        ("GET", "/sim/faults", list_faults),
        ("POST", "/sim/faults", add_fault),
        ("DELETE", "/sim/faults", clear_faults),
    ]
    made = [Route(path, partial(_answer, world, act), methods=[method]) for method, path, act in table]
    made.append(Route("/sim/events", partial(events, world), methods=["GET"]))
    made.append(Route("/sim/files/{file_id}", partial(download, world), methods=["GET"]))
    return made


async def _answer(world: World, act: Answer, request: Request) -> Response:
    try:
        return JSONResponse(await act(world, request, await Params.read(request)))
    except Refusal as refusal:
        return JSONResponse(refusal.to_json(), refusal.status)


async def state(world: World, _request: Request, _params: Params) -> Json:
    """Everything the page shows at first."""
    return {
        "seq": world.seq,
        "cursor": f"{world.server_id}-{world.seq}",
        "bot": world.bot.to_json(),
        "privacy": world.settings.privacy,
        "profile": [
            {"field": f, "language": lang, "text": text} for (f, lang), text in world.profile.items()
        ],
        "users": [user.to_json() for user in world.users.values()],
        "chats": [_chat_json(world, chat) for chat in world.chats.values()],
    }


async def reset(world: World, _request: Request, _params: Params) -> Json:
    """Start anew with the first two chats."""
    world.reset()
    return {"seq": world.seq}


async def change_settings(world: World, _request: Request, params: Params) -> Json:
    """Turn the privacy mode on or off (``privacy``), change how long buttons can be answered."""
    settings = world.settings
    if params.has("privacy"):
        settings.privacy = params.flag("privacy")
    settings.query_seconds = params.seconds("query_seconds", settings.query_seconds)
    return {"privacy": settings.privacy, "query_seconds": settings.query_seconds}


async def add_user(world: World, _request: Request, params: Params) -> Json:
    """Make a person: ``first_name``, ``username``, ``language_code`` (Korean unless given; empty: none)."""
    language = params.text("language_code") if params.has("language_code") else "ko"
    given = params.text("first_name")
    user = world.add_user(given or NAMES.get(language or "", NAMES["en"]), language, numbered=given is None)
    user.username = params.text("username")
    world.publish("users")
    return user.to_json()


async def change_user(world: World, request: Request, params: Params) -> Json:
    """Change a person's ``first_name`` or ``language_code``."""
    user = _user(world, request.path_params["user"])
    if params.has("language_code"):
        user.language_code = params.text("language_code")
    user.first_name = params.text("first_name") or user.first_name
    world.publish("users")
    return user.to_json()


async def add_private(world: World, _request: Request, params: Params) -> Json:
    """Open a person's private chat."""
    return _chat_json(world, world.add_private(_user(world, params.number("user_id"))))


async def add_group(world: World, _request: Request, params: Params) -> Json:
    """Make a group: ``members`` (ids, the first created it), ``title``, ``type``, ``forum``, ``bot``."""
    members = [_user(world, member) for member in params.array("members") or []]
    kind = params.text("type") or "supergroup"
    if kind not in {"group", "supergroup"}:
        raise bad_request("type must be group or supergroup")
    title = params.text("title") or GROUP_TITLES["ko"]
    bot = params.flag("bot") if params.has("bot") else True
    return _chat_json(
        world, world.add_group(title, members, kind=kind, is_forum=params.flag("forum"), bot=bot)
    )


async def add_topic(world: World, request: Request, params: Params) -> Json:
    """Open a topic (``name``) in a forum."""
    chat = _chat(world, request)
    user = _user(world, params.number("user_id") or next(iter(chat.members)))
    return {"message_thread_id": groups.open_topic(world, chat, user, params.text("name") or "Topic")}


async def change_bot(world: World, request: Request, params: Params) -> Json:
    """Set the bot's ``status``: member, administrator, left, kicked (in a private chat: blocked)."""
    chat, status = _chat(world, request), _status(params)
    actor = _user(world, params.number("user_id") or next(iter(chat.members)))
    groups.set_bot_status(world, chat, actor, status)
    return _chat_json(world, chat)


async def change_member(world: World, request: Request, params: Params) -> Json:
    """Set somebody's ``status``: member, administrator, left, kicked; ``user_id`` does it, or the creator."""
    chat, user = _chat(world, request), _user(world, request.path_params["user"])
    actor = _user(world, params.number("user_id") or next(iter(chat.members)))
    groups.set_member_status(world, chat, actor, user, _status(params))
    return _chat_json(world, chat)


async def migrate(world: World, request: Request, params: Params) -> Json:
    """Turn a group into a supergroup and give that; ``updates`` are what the bot gets, ``["to", "from"]``."""
    chat = _chat(world, request)
    actor = _user(world, params.number("user_id") or next(iter(chat.members)))
    told = params.array("updates") if params.has("updates") else None
    notes = ["to", "from"] if told is None else [str(one) for one in told]
    return _chat_json(world, groups.migrate(world, chat, actor, notes))


async def open_link(world: World, _request: Request, params: Params) -> Json:
    """A person opens a ``url`` such as ``https://t.me/kobert_bot?start=…`` and presses Start.

    See https://core.telegram.org/bots/features#deep-linking. Gives the private chat.
    """
    user = _user(world, params.number("user_id"))
    url = urlsplit(params.text("url") or "")
    payload = parse_qs(url.query).get("start", [""])[0]
    if url.hostname != "t.me" or url.path.strip("/").lower() != (world.bot.username or "").lower():
        raise bad_request("the link leads elsewhere")
    if not _PAYLOAD.fullmatch(payload):
        raise bad_request("START_PARAM_INVALID")
    chat = world.add_private(user)
    actions.say(world, chat, user, Draft(f"/start {payload}"))
    return _chat_json(world, chat)


async def commands(world: World, request: Request, params: Params) -> list[Json]:
    """The command menu as ``user_id`` sees it in the chat."""
    return menu(world, _chat(world, request), _user(world, params.number("user_id")))


async def messages(world: World, request: Request, params: Params) -> list[Json]:
    """A chat's messages past ``after``, with ``from_bot`` the bot's only; waits up to ``timeout`` seconds."""
    chat, after, mine = _chat(world, request), params.number("after") or 0, params.flag("from_bot")

    def look() -> list[Json] | None:
        found = [one for one in chat.messages.values() if one.message_id > after]
        return [world.view(chat, one) for one in found if not mine or one.sender.id == world.bot.id] or None

    return await world.bell.until(look, params.seconds("timeout", 0)) or []


async def send(world: World, request: Request, params: Params) -> Json:
    """A person sends something; gives the message and how many ``parts`` it took."""
    chat = _chat(world, request)
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
    sent = actions.say(world, chat, _author(world, chat, params), draft)
    return {**world.view(chat, sent[0]), "parts": len(sent)}


async def one_message(world: World, request: Request, params: Params) -> Json:
    """One message; with ``newer_than`` (a version) and ``timeout``, once it was edited."""
    chat, message_id = _chat(world, request), request.path_params["message"]
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
    chat = _chat(world, request)
    author, text = _author(world, chat, params), params.text("text") or ""
    return world.view(chat, actions.rewrite(world, chat, author, request.path_params["message"], text))


async def delete(world: World, request: Request, _params: Params) -> bool:
    """Somebody deletes a message; the bot isn't told, as on Telegram."""
    chat, message_id = _chat(world, request), request.path_params["message"]
    if message_id not in chat.messages:
        raise Refusal(404, "no such message")
    world.delete(chat, message_id)
    return True


async def tap(world: World, request: Request, params: Params) -> Json:
    """A person presses a button by ``data``, ``text``, or ``row`` and ``column``; waits for the bot's toast.

    Any ``data`` is sent, also such as no button has. Answers ``answered``, ``text``, ``show_alert``, ``url``.
    """
    chat, message_id = _chat(world, request), request.path_params["message"]
    user, data = _author(world, chat, params), params.text("data")
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
    chat = _chat(world, request)
    query_id, query = actions.type_inline(
        world, chat, _author(world, chat, params), params.text("query") or ""
    )
    answer = await world.bell.until(lambda: query.answer, params.seconds("timeout", 5.0))
    return {"id": query_id, "answered": answer is not None, **(answer or {"results": [], "button": None})}


async def choose_inline(world: World, request: Request, params: Params) -> Json:
    """A person sends the result ``result_id`` of what the bot offered; gives the message."""
    chat, query = _chat(world, request), world.queries.get(request.path_params["query"])
    if query is None:
        raise Refusal(404, "no such query")
    author = _author(world, chat, params)
    return world.view(chat, actions.choose_inline(world, chat, author, query, params.text("result_id") or ""))


async def expire_queries(world: World, _request: Request, _params: Params) -> int:
    """Make every pressed button and inline query too old to answer; gives how many."""
    for query in world.queries.values():
        query.expired = True
    return len(world.queries)


async def push_update(world: World, _request: Request, params: Params) -> bool:
    """Queue any update as it is: ``kind`` (such as ``inline_query``) and ``content``."""
    world.updates.put(params.text("kind") or "message", params.mapping("content") or {})
    return True


async def list_calls(world: World, _request: Request, params: Params) -> list[Json]:
    """The calls the bot made: of one ``method``, or all but getUpdates."""
    return [call.to_json() for call in world.calls.list(params.text("method"))]


async def clear_calls(world: World, _request: Request, _params: Params) -> bool:
    """Forget the calls."""
    world.calls.clear()
    return True


async def list_faults(world: World, _request: Request, _params: Params) -> list[Json]:
    """What is still to go wrong."""
    return [fault.to_json() for fault in world.faults.list()]


async def add_fault(world: World, _request: Request, params: Params) -> Json:
    """Let the next ``count`` calls of ``method`` go wrong; see :class:`bot.playground.faults.Fault`."""
    try:
        kind = FaultKind(params.text("kind") or "status")
    except ValueError as error:
        raise bad_request(f"kind must be one of {', '.join(FaultKind)}") from error
    fault = Fault(
        kind,
        method=params.text("method") or "*",
        count=params.number("count") or 1,
        status=params.number("status") or 500,
        retry_after=params.number("retry_after") or 1,
        seconds=params.seconds("seconds", 1.0),
        after=params.flag("after"),
        description=params.text("description"),
    )
    world.faults.add(fault)
    return fault.to_json()


async def clear_faults(world: World, _request: Request, _params: Params) -> bool:
    """Let nothing more go wrong."""
    world.faults.clear()
    return True


async def download(world: World, request: Request) -> Response:
    """A file for the page; never as something a browser would run."""
    stored = world.files.get(request.path_params["file_id"])
    if stored is None:
        return JSONResponse(Refusal(404, "Not Found").to_json(), 404)
    shown = stored.upload.content_type if stored.path.startswith("photos/") else ""
    kind = shown if shown in {"image/png", "image/jpeg"} else "application/octet-stream"
    return Response(stored.upload.content, media_type=kind, headers={"x-content-type-options": "nosniff"})


def _chat_json(world: World, chat: Chat) -> Json:
    shown = {**chat.to_json(), "moved_to": chat.moved_to}
    shown["members"] = [{"user_id": key, "status": status} for key, status in chat.members.items()]
    shown["topics"] = [{"message_thread_id": key, "name": name} for key, name in chat.topics.items()]
    shown["messages"] = [world.view(chat, message) for message in chat.messages.values()]
    return shown


def _chat(world: World, request: Request) -> Chat:
    try:
        return world.chats[int(request.path_params["chat"])]
    except (ValueError, KeyError) as error:
        raise Refusal(404, "no such chat") from error


def _status(params: Params) -> str:
    status = params.text("status") or ""
    if status not in _STATUSES:
        raise bad_request(f"status must be one of {', '.join(sorted(_STATUSES))}")
    return status


def _user(world: World, user_id: object) -> User:
    user = world.users.get(int(str(user_id))) if str(user_id).isdecimal() else None
    if user is None:
        raise Refusal(404, "no such user")
    return user


def _author(world: World, chat: Chat, params: Params) -> User:
    return _user(world, params.number("user_id") or (chat.user.id if chat.user else None))


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
