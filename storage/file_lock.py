"""A lock on a file, which the system takes back from whoever is killed."""

from __future__ import annotations

import fcntl
from typing import IO


def release(stream: IO[str]) -> None:
    """Give a lock back; to close the file is not enough where a process that was forked has it open, too."""
    fcntl.flock(stream, fcntl.LOCK_UN)


def take(stream: IO[str]) -> bool:
    """Lock an open file until it is closed; returns whether nobody else had it locked.

    Raises:
        OSError: Files cannot be locked there.
    """
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
