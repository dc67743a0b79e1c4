"""The control API: what tests watch and spoil."""

from starlette.requests import Request

from bot.playground.faults import Fault, FaultKind
from bot.playground.params import Params
from bot.playground.refusals import Json, bad_request
from bot.playground.world import World


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
