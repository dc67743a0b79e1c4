"""What happened, as a stream for the page (server-sent events) or as a long poll."""

import json
from collections.abc import AsyncIterator
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.playground.refusals import Json
from bot.playground.world import World

_PING_SECONDS = 15.0


async def events(world: World, request: Request) -> Response:
    """Answer ``GET /sim/events?since=SEQ``; with ``timeout`` as JSON, else as a stream."""
    last = request.headers.get("last-event-id") or request.query_params.get("since")
    since = int(last) if last and last.isdigit() else world.seq
    seconds = request.query_params.get("timeout")
    if seconds is not None:
        found = await world.bell.until(lambda: _after(world, since), min(float(seconds), 50.0))
        return JSONResponse({"events": found or [], "seq": world.seq})
    headers = {"cache-control": "no-store"}
    return StreamingResponse(_stream(world, since), media_type="text/event-stream", headers=headers)


def _after(world: World, since: int) -> list[Json] | None:
    if world.events and world.events[0]["seq"] > since + 1:
        # The listener missed more than is kept: let it load the state anew.
        return [{"seq": world.seq, "type": "reset"}]
    return [event for event in world.events if event["seq"] > since] or None


async def _stream(world: World, since: int) -> AsyncIterator[str]:
    yield ": hello\n\n"
    while not world.bell.closed:
        found = await world.bell.until(partial(_after, world, since), _PING_SECONDS)
        if not found:
            yield ": still here\n\n"
            continue
        for event in found:
            since = event["seq"]
            yield f"id: {since}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"
