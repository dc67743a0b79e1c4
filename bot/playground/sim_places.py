"""The control API: people, chats, who is in them, and what the bot offers there."""

import re
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request

from bot.playground import actions, groups, people
from bot.playground.about import menu
from bot.playground.actions import Draft
from bot.playground.params import Params
from bot.playground.people import Chat
from bot.playground.refusals import Json, bad_request
from bot.playground.sim_finding import chat_of, user_of
from bot.playground.world import GROUP_TITLE, NAMES, World

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
_STATUSES = {people.MEMBER, people.ADMINISTRATOR, people.LEFT, people.KICKED}


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
    user = user_of(world, request.path_params["user"])
    if params.has("language_code"):
        user.language_code = params.text("language_code")
    user.first_name = params.text("first_name") or user.first_name
    world.publish("users")
    return user.to_json()


async def add_private(world: World, _request: Request, params: Params) -> Json:
    """Open a person's private chat."""
    return _chat_json(world, world.add_private(user_of(world, params.number("user_id"))))


async def add_group(world: World, _request: Request, params: Params) -> Json:
    """Make a group: ``members`` (ids, the first created it), ``title``, ``type``, ``forum``, ``bot``."""
    members = [user_of(world, member) for member in params.array("members") or []]
    kind = params.text("type") or "supergroup"
    if kind not in {"group", "supergroup"}:
        raise bad_request("type must be group or supergroup")
    title = params.text("title") or GROUP_TITLE
    bot = params.flag("bot") if params.has("bot") else True
    return _chat_json(
        world, world.add_group(title, members, kind=kind, is_forum=params.flag("forum"), bot=bot)
    )


async def add_topic(world: World, request: Request, params: Params) -> Json:
    """Open a topic (``name``) in a forum."""
    chat = chat_of(world, request)
    user = user_of(world, params.number("user_id") or next(iter(chat.members)))
    return {"message_thread_id": groups.open_topic(world, chat, user, params.text("name") or "Topic")}


async def change_bot(world: World, request: Request, params: Params) -> Json:
    """Set the bot's ``status``: member, administrator, left, kicked (in a private chat: blocked)."""
    chat, status = chat_of(world, request), _status(params)
    actor = user_of(world, params.number("user_id") or next(iter(chat.members)))
    groups.set_bot_status(world, chat, actor, status)
    return _chat_json(world, chat)


async def change_member(world: World, request: Request, params: Params) -> Json:
    """Set somebody's ``status``: member, administrator, left, kicked; ``user_id`` does it, or the creator."""
    chat, user = chat_of(world, request), user_of(world, request.path_params["user"])
    actor = user_of(world, params.number("user_id") or next(iter(chat.members)))
    groups.set_member_status(world, chat, actor, user, _status(params))
    return _chat_json(world, chat)


async def migrate(world: World, request: Request, params: Params) -> Json:
    """Turn a group into a supergroup and give that; ``updates`` are what the bot gets, ``["to", "from"]``."""
    chat = chat_of(world, request)
    actor = user_of(world, params.number("user_id") or next(iter(chat.members)))
    told = params.array("updates") if params.has("updates") else None
    notes = ["to", "from"] if told is None else [str(one) for one in told]
    return _chat_json(world, groups.migrate(world, chat, actor, notes))


async def open_link(world: World, _request: Request, params: Params) -> Json:
    """A person opens a ``url`` such as ``https://t.me/kobert_bot?start=…`` and presses Start.

    See https://core.telegram.org/bots/features#deep-linking. Gives the private chat.
    """
    user = user_of(world, params.number("user_id"))
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
    return menu(world, chat_of(world, request), user_of(world, params.number("user_id")))


def _chat_json(world: World, chat: Chat) -> Json:
    shown = {**chat.to_json(), "moved_to": chat.moved_to}
    shown["members"] = [{"user_id": key, "status": status} for key, status in chat.members.items()]
    shown["topics"] = [{"message_thread_id": key, "name": name} for key, name in chat.topics.items()]
    shown["messages"] = [world.view(chat, message) for message in chat.messages.values()]
    return shown


def _status(params: Params) -> str:
    status = params.text("status") or ""
    if status not in _STATUSES:
        raise bad_request(f"status must be one of {', '.join(sorted(_STATUSES))}")
    return status
