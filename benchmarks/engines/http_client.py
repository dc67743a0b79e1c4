"""The least that an HTTP client can be: JSON posted over connections that stay open. Standard library only.

A client library would take a good part of the two cores from the server that is measured.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

_CONTENT_LENGTH = b"content-length:"


class JsonClient:
    """Posts to one path of one server.

    Args:
        host: Where it listens.
        port: Where it listens.
        path: Where it is asked.
    """

    def __init__(self, host: str, port: int, path: str) -> None:
        self._host, self._port, self._path = host, port, path
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, value: object) -> Any:  # noqa: ANN401  # JSON
        """Post a value and give back the answer's.

        Raises:
            ConnectionError: If the server is out of reach, or its answer is not ``200``.
        """
        body = json.dumps(value).encode()
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        while True:
            fresh = not self._idle
            reader, writer = (
                await asyncio.open_connection(self._host, self._port) if fresh else self._idle.pop()
            )
            try:
                writer.write(head.encode() + body)
                lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                writer.close()
                if fresh:
                    raise ConnectionError("the server closed the connection") from error
                continue  # servers close what was idle for some seconds; that is no failure
            sizes = [line for line in lines if line.lower().startswith(_CONTENT_LENGTH)]
            answer = await reader.readexactly(int(sizes[0][len(_CONTENT_LENGTH) :]))
            self._idle.append((reader, writer))
            if b" 200 " not in lines[0]:
                raise ConnectionError(f"{lines[0].decode()}: {answer.decode()[:200]}")
            return json.loads(answer)

    async def close(self) -> None:
        """Close every connection."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()
        await asyncio.sleep(0)
