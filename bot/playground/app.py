"""One ASGI app: the Bot API, its control API, and the chat page."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.playground import sim
from bot.playground.api import BotApi
from bot.playground.guard import LOOPBACK, Guard, page_headers
from bot.playground.webhook import deliver
from bot.playground.world import World

_STATIC = Path(__file__).parent / "static"


def build_app(*, token: str, hosts: Collection[str] = LOOPBACK) -> Starlette:
    """Build the server's app; its state is ``app.state.world``.

    Args:
        token: The only token whose bot lives here.
        hosts: The names it answers to; loopback only unless told otherwise.

    Returns:
        ``/`` is the chat page, ``/bot<token>/…`` and ``/file/bot<token>/…`` the Bot API, ``/sim/…`` the
        control API.
    """
    world = World(token)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        courier = asyncio.create_task(deliver(world))  # noqa: TID251 - owned and awaited below
        try:
            yield
        finally:
            world.close()
            courier.cancel()
            with suppress(asyncio.CancelledError):
                await courier

    async def page(_request: Request) -> Response:
        return FileResponse(_STATIC / "index.html", headers={**page_headers(), "cache-control": "no-cache"})

    app = Starlette(
        routes=[
            Route("/", page),
            *BotApi(world).routes(),
            *sim.routes(world),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[Middleware(Guard, hosts=hosts)],
        lifespan=lifespan,
    )
    app.state.world = world
    return app
