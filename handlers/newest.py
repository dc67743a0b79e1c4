"""Which of a person's inline queries is the newest: people type, and every few letters are another one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Newest:
    """Tells queries that a newer one of the same person has outdated them."""

    def __init__(self) -> None:
        self._outdated: dict[int, asyncio.Event] = {}

    @asynccontextmanager
    async def query(self, person: int) -> AsyncIterator[asyncio.Event]:
        """Be the person's newest query while the block runs.

        Yields:
            Set once there is a newer one.
        """
        if (older := self._outdated.get(person)) is not None:
            older.set()
        outdated = self._outdated[person] = asyncio.Event()
        try:
            yield outdated
        finally:
            if self._outdated.get(person) is outdated:
                del self._outdated[person]


async def passes(outdated: asyncio.Event, seconds: float) -> bool:
    """Wait for people to go on typing; say whether they did not."""
    try:
        async with asyncio.timeout(seconds):
            await outdated.wait()
    except TimeoutError:
        return True
    return False
