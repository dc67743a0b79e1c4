"""Waking those who wait for something to change."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Bell:
    """Wakes every waiter at once; used by long polls and by the page's event stream."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.closed = False

    def ring(self) -> None:
        """Wake everyone who waits now."""
        event, self._event = self._event, asyncio.Event()
        event.set()

    def close(self) -> None:
        """Wake everyone, and let nobody wait again."""
        self.closed = True
        self.ring()

    async def until(self, look: Callable[[], T | None], seconds: float) -> T | None:
        """Look after every ring until there is something to see.

        Args:
            look: Gives what is waited for, or None while it isn't there.
            seconds: How long to wait at most; 0 looks once.

        Returns:
            What ``look`` gave, or None when time ran out or the server closes.
        """
        deadline = time.monotonic() + seconds
        while True:
            event = self._event
            seen = look()
            left = deadline - time.monotonic()
            if seen is not None or left <= 0 or self.closed:
                return seen
            try:
                await asyncio.wait_for(event.wait(), left)
            except TimeoutError:
                return look()
