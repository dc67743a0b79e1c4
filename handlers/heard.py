"""What another update tells a moment later, and what is waited for a moment before speaking."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable
from weakref import WeakValueDictionary

_KEPT_S = 60.0


class Heard:
    """Remembers for a while what updates told, and lets others wait for that."""

    def __init__(self) -> None:
        self._told: dict[Hashable, float] = {}
        self._awaited: WeakValueDictionary[Hashable, asyncio.Event] = WeakValueDictionary()

    def tell(self, what: Hashable) -> None:
        """Say that something is known now."""
        now = time.monotonic()
        self._told = {old: at for old, at in self._told.items() if now - at < _KEPT_S} | {what: now}
        if what in self._awaited:
            self._awaited[what].set()

    async def within(self, seconds: float, what: Hashable) -> bool:
        """Say whether something is known, or told within some seconds."""
        if what in self._told:
            return True
        event = self._awaited.setdefault(what, asyncio.Event())
        try:
            async with asyncio.timeout(seconds):
                return await event.wait()
        except TimeoutError:
            return False
