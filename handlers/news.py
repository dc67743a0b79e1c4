"""Which errors are worth a report: the same one again within a while is not."""

from __future__ import annotations

import time
from collections.abc import Hashable


class News:
    """Remembers what was just reported.

    Args:
        quiet: Seconds until the same is worth a report again.
    """

    def __init__(self, quiet: float = 60.0) -> None:
        self._quiet = quiet
        self._told: dict[Hashable, float] = {}

    def is_news(self, topic: Hashable) -> bool:
        """Say whether to report ``topic`` now, and remember that it was."""
        now = time.monotonic()
        self._told = {old: at for old, at in self._told.items() if now - at < self._quiet}
        if topic in self._told:
            return False
        self._told[topic] = now
        return True
