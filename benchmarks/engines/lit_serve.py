"""LitServe: its server with its worker processes, asked over HTTP on the loopback."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.engines import Engine, Spec
from benchmarks.engines.http_client import JsonClient

_HOST = "127.0.0.1"
_BATCH = 32
_PATIENCE = 180.0


class LitServe:
    """A child process with the server.

    Args:
        spec: What to serve.
    """

    shares_loop = False
    remark = f"fp32 model of transformers, batches of {_BATCH} within 5 ms, over HTTP"

    def __init__(self, spec: Spec) -> None:
        with socket.socket() as free:
            free.bind((_HOST, 0))
            port: int = free.getsockname()[1]
        layout = (str(spec.layout.workers), str(spec.layout.threads))
        self._command = (str(spec.checkpoint), str(spec.positions), *layout, str(port))
        self._client = JsonClient(_HOST, port, "/predict")
        self._server: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start the server and wait until it answers."""
        self._server = subprocess.Popen(  # noqa: ASYNC220, S603  # our own command; nothing else runs yet
            [sys.executable, "-m", "benchmarks.engines.lit_serve_server", *self._command],
            stdin=subprocess.DEVNULL,
        )
        async with asyncio.timeout(_PATIENCE):
            while True:
                try:
                    await self.ask("시작")
                except OSError:
                    if self._server.poll() is not None:
                        raise RuntimeError(f"LitServe ended with {self._server.returncode}") from None
                    await asyncio.sleep(0.5)
                else:
                    return

    async def ask(self, text: str) -> Sequence[float]:
        """Post a text."""
        answer: list[float] = (await self._client.post({"text": text}))["probabilities"]
        return answer

    async def close(self) -> None:
        """End the server."""
        await self._client.close()
        if self._server is not None:
            self._server.terminate()
            await asyncio.to_thread(self._server.wait)


def build(spec: Spec) -> Engine:
    """Serve it."""
    return LitServe(spec)
