"""Order among updates that are handled at once: one command after the other, one redraw for many taps."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager

from handlers.tolerance import is_harmless, is_passing, refusal
from models.traces import without_words

_log = logging.getLogger(__name__)

Draw = Callable[[], Awaitable[object]]


class Turns:
    """Locks by key, first come first served, kept only while somebody holds or awaits them.

    A command and its edit, or the same update delivered twice, take turns; everything else runs at once.
    """

    def __init__(self) -> None:
        self._locks: dict[Hashable, asyncio.Lock] = {}
        self._users: Counter[Hashable] = Counter()

    def taken(self, key: Hashable) -> bool:
        """Say whether somebody holds the turn of ``key``, or waits for it."""
        return key in self._users

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
    """Per chat one redraw at a time, and for each of its messages the newest alone.

    Twenty taps in a second cost two edits, and the last one shows them all. Telegram's limits for a chat make
    its edits wait for one another anyway; waiting here, all of a chat's taps hold one update's place.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, dict[Hashable, Draw]] = {}

    async def redraw(self, chat: Hashable, key: Hashable, draw: Draw) -> None:
        """Draw now, or leave it to the caller that is already drawing in this chat.

        A failure is logged and raises nothing: what is drawn was committed before, the next redraw shows it
        too, and the caller may be drawing for others.

        Args:
            chat: The chat.
            key: What is drawn in it.
            draw: Reads the present state and shows it.
        """
        if chat in self._waiting:
            self._waiting[chat][key] = draw
            return
        waiting = self._waiting[chat] = {key: draw}
        try:
            while waiting:
                draw = waiting.pop(next(iter(waiting)))
                try:
                    await draw()
                except Exception as error:  # noqa: BLE001  # whatever it is, the votes stand and others wait
                    if is_harmless(error) or is_passing(error):
                        _log.warning("some buttons could not be redrawn: %s", refusal(error))
                    else:  # its message may hold what people wrote
                        _log.error("some buttons could not be redrawn\n%s", without_words(error))
        finally:
            del self._waiting[chat]
