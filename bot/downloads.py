"""A model's download on the terminal: a bar that moves, or a line now and then where nothing can move."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TextIO

from models.downloads import DownloadProgress

_BAR = 20
_QUIET = 10.0  # seconds between lines that stay


class DownloadDisplay:
    """Shows downloads on a stream; called from loading threads.

    Args:
        stream: Usually standard error.
        clock: Seconds that only go up.
    """

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._moves = stream.isatty()
        self._clock = clock
        self._lock = threading.Lock()
        self._began: tuple[str, float, int] | None = None  # repository, when, bytes that were here
        self._shown = 0.0
        self._width = 0

    def __call__(self, progress: DownloadProgress | None) -> None:
        """Show how far a download is; None ends it."""
        with self._lock:
            if progress is None:
                self._end()
            else:
                self._show(progress)

    def _show(self, progress: DownloadProgress) -> None:
        now = self._clock()
        first = self._began is None or self._began[0] != progress.name
        if first or self._began is None:
            self._began = (progress.name, now, progress.done)
        _, since, before = self._began
        left = _time_left(now - since, progress.done - before, progress.total - progress.done)
        if self._moves:
            line = f"{progress.name} {progress.file}  {_bar(progress)}  {_amount(progress)}{left}"
            self._stream.write(f"\r{line:<{self._width}}")
            self._width = len(line)
        elif first or progress.done == progress.total or now - self._shown >= _QUIET:
            self._stream.write(f"fetching {progress.name} {progress.file}: {_amount(progress)}{left}\n")
            self._shown = now
        self._stream.flush()

    def _end(self) -> None:
        if self._moves and self._began is not None:
            self._stream.write("\n")
            self._stream.flush()
        self._began, self._width = None, 0


def _bar(progress: DownloadProgress) -> str:
    return f"{'█' * (_BAR * progress.done // progress.total):·<{_BAR}}"


def _amount(progress: DownloadProgress) -> str:
    percent = 100 * progress.done // progress.total
    return f"{percent} % of {progress.total / 1e6:.1f} MB"


def _time_left(seconds: float, came: int, missing: int) -> str:
    """An estimate from what came since this display began; nothing before there is any."""
    if seconds <= 0 or came <= 0 or missing <= 0:
        return ""
    minutes, rest = divmod(round(missing * seconds / came), 60)
    return f", {minutes}:{rest:02} left"
