"""Order among updates that are handled at once: one command after the other, one redraw for many taps."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager


class Turns:
    """Locks by key, first come first served, kept only while somebody holds or awaits them.

    A command and its edit, or the same update delivered twice, take turns; everything else runs at once.
    """

    def __init__(self) -> None:
        self._locks: dict[Hashable, asyncio.Lock] = {}
        self._users: Counter[Hashable] = Counter()

    @asynccontextmanager
    async def of(self, key: Hashable) -> AsyncIterator[None]:
        """Wait for the turn of ``key`` and hold it."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        self._users[key] += 1
        try:
            async with lock:
                yield
        finally:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._locks[key]


class Redraws:
    """At most one redraw per message at a time, and one more after it when something changed meanwhile.

    Twenty taps in a second cost two edits, and the last one shows them all.
    """

    def __init__(self) -> None:
        self._running: set[Hashable] = set()
        self._stale: set[Hashable] = set()

    async def redraw(self, key: Hashable, draw: Callable[[], Awaitable[object]]) -> None:
        """Draw now, or leave it to the redraw of ``key`` that is already running.

        Args:
            key: What is drawn, such as chat and message id.
            draw: Reads the present state and shows it.
        """
        self._stale.add(key)
        if key in self._running:
            return
        self._running.add(key)
        try:
            while key in self._stale:
                self._stale.discard(key)
                await draw()
        finally:
            self._running.discard(key)
            self._stale.discard(key)
