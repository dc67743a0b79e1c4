"""The control API under ``/sim``: people act through it, tests watch and spoil through it."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground import sim_places as places
from bot.playground import sim_spoiling as spoiling
from bot.playground import sim_talk as talk
from bot.playground.events import events
from bot.playground.params import Params
from bot.playground.refusals import Refusal
from bot.playground.world import World

Answer = Callable[[World, Request, Params], Awaitable[object]]


def routes(world: World) -> list[Route]:
    """Give the routes under ``/sim``."""
    table: list[tuple[str, str, Answer]] = [
        ("GET", "/sim/state", places.state),
        ("POST", "/sim/reset", places.reset),
        ("PATCH", "/sim/settings", places.change_settings),
        ("POST", "/sim/users", places.add_user),
        ("PATCH", "/sim/users/{user:int}", places.change_user),
        ("POST", "/sim/private", places.add_private),
        ("POST", "/sim/groups", places.add_group),
        ("POST", "/sim/chats/{chat}/topics", places.add_topic),
        ("POST", "/sim/chats/{chat}/bot", places.change_bot),
        ("POST", "/sim/chats/{chat}/members/{user:int}", places.change_member),
        ("POST", "/sim/chats/{chat}/migrate", places.migrate),
        ("POST", "/sim/links", places.open_link),
        ("GET", "/sim/chats/{chat}/commands", places.commands),
        ("GET", "/sim/chats/{chat}/messages", talk.messages),
        ("POST", "/sim/chats/{chat}/messages", talk.send),
        ("GET", "/sim/chats/{chat}/messages/{message:int}", talk.one_message),
        ("PATCH", "/sim/chats/{chat}/messages/{message:int}", talk.edit),
        ("DELETE", "/sim/chats/{chat}/messages/{message:int}", talk.delete),
        ("POST", "/sim/chats/{chat}/messages/{message:int}/tap", talk.tap),
        ("POST", "/sim/chats/{chat}/inline", talk.type_inline),
        ("POST", "/sim/chats/{chat}/inline/{query}", talk.choose_inline),
        ("POST", "/sim/queries/expire", spoiling.expire_queries),
        ("POST", "/sim/updates", spoiling.push_update),
        ("GET", "/sim/calls", spoiling.list_calls),
        ("DELETE", "/sim/calls", spoiling.clear_calls),
        ("GET", "/sim/faults", spoiling.list_faults),
        ("POST", "/sim/faults", spoiling.add_fault),
        ("DELETE", "/sim/faults", spoiling.clear_faults),
    ]
    made = [Route(path, partial(_answer, world, act), methods=[method]) for method, path, act in table]
    made.append(Route("/sim/events", partial(events, world), methods=["GET"]))
    made.append(Route("/sim/files/{file_id}", partial(talk.download, world), methods=["GET"]))
    return made


async def _answer(world: World, act: Answer, request: Request) -> Response:
    try:
        return JSONResponse(await act(world, request, await Params.read(request)))
    except Refusal as refusal:
        return JSONResponse(refusal.to_json(), refusal.status)
