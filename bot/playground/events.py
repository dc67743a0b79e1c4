"""What happened, as a stream for the page (server-sent events) or as a long poll."""

import json
import re
from collections.abc import AsyncIterator
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.playground.params import Params
from bot.playground.refusals import Json, Refusal, bad_request
from bot.playground.world import World

_PING_SECONDS = 15.0
_MOST_SECONDS = 50.0
_NUMBER = re.compile(r"[0-9]{1,18}")
_ELSEWHERE = -1  # no event of this server


async def events(world: World, request: Request) -> Response:
    """Answer ``GET /sim/events?since=SEQ``; with ``timeout`` as JSON, else as a stream.

    ``since`` is the ``seq`` or ``cursor`` of an earlier answer. One that this server never gave, such as that
    of a page which outlived a restart, is answered with a ``reset``: load the state anew.
    """
    try:
        since = _since(world, request)
        seconds = Params(request.query_params).seconds("timeout", _MOST_SECONDS)
    except Refusal as refusal:
        return JSONResponse(refusal.to_json(), refusal.status)
    if "timeout" in request.query_params:
        found = await world.bell.until(lambda: _after(world, since), min(seconds, _MOST_SECONDS))
        return JSONResponse({"events": found or [], "seq": world.seq})
    headers = {"cache-control": "no-store"}
    return StreamingResponse(_stream(world, since), media_type="text/event-stream", headers=headers)


def _since(world: World, request: Request) -> int:
    # A browser that reconnects says the last id it saw; whatever that is, it must not stay without an answer.
    seen = request.headers.get("last-event-id")
    asked = request.query_params.get("since")
    last = seen or asked
    if not last:
        return world.seq
    server, _, number = last.rpartition("-")
    if not _NUMBER.fullmatch(number) or last.startswith("-"):
        if seen:
            return _ELSEWHERE
        raise bad_request("since must be the seq or cursor of an earlier answer")
    return int(number) if server in {"", world.server_id} else _ELSEWHERE


def _after(world: World, since: int) -> list[Json] | None:
    missed = bool(world.events) and world.events[0]["seq"] > since + 1
    if missed or not 0 <= since <= world.seq:
        # The listener missed more than is kept, or listened to another server.
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
            yield f"id: {world.server_id}-{since}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"
