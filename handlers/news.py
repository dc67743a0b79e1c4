"""Which errors are worth a report: the same one again within a minute is not."""

from __future__ import annotations

import time
from collections.abc import Hashable

_QUIET = 60.0  # seconds


class News:
    """Remembers what was just reported."""

    def __init__(self) -> None:
        self._told: dict[Hashable, float] = {}

    def is_news(self, topic: Hashable) -> bool:
        """Say whether to report ``topic`` now, and remember that it was."""
        now = time.monotonic()
        self._told = {old: at for old, at in self._told.items() if now - at < _QUIET}
        if topic in self._told:
            return False
        self._told[topic] = now
        return True
