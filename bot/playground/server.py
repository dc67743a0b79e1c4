"""Runs the app on a socket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from bot.playground.app import build_app
from bot.playground.guard import LOOPBACK


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = asyncio.Event()  # it answers requests, or never will

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the program this server is a part of."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say when requests are answered."""
        await super().startup(sockets)
        self.settled.set()

    async def run_on(self, listening: socket.socket) -> None:
        """Serve until told to stop.

        Raises:
            RuntimeError: The app did not start.
        """
        try:
            await self.serve([listening])
        except SystemExit as error:  # how uvicorn says so; it would end the whole program
            raise RuntimeError("the local Bot API server did not start") from error
        finally:
            self.settled.set()


@asynccontextmanager
async def serve(*, host: str, port: int, token: str, hosts: Collection[str] = LOOPBACK) -> AsyncIterator[str]:
    """Serve while the context is open.

    Args:
        host: Address to listen on, such as ``127.0.0.1``.
        port: Port; 0 takes a free one.
        token: The bot's token.
        hosts: Names it answers to, besides ``host``.

    Yields:
        The base URL, without a slash at its end.

    Raises:
        OSError: The port is taken, or the address isn't this machine's.
        RuntimeError: The app did not start.
    """
    app = build_app(token=token, hosts={*hosts, host})
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        # Its log would report every connection that a fault drops.
        config = uvicorn.Config(app, access_log=False, log_config=None, log_level="critical", ws="none")
        config.timeout_graceful_shutdown = 2
        server = _Server(config)
        running = asyncio.create_task(server.run_on(listening))  # noqa: TID251 - owned and awaited below
        name = f"[{host}]" if ":" in host else host
        try:
            await server.settled.wait()
            if not server.started:
                await running  # raises why
                raise RuntimeError("the local Bot API server ended at once")
            yield f"http://{name}:{listening.getsockname()[1]}"
        finally:
            app.state.world.close()
            server.should_exit = True
            await running
