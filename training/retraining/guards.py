"""What keeps others out of a training's folder, and an interruption out of its last steps."""

from __future__ import annotations

import fcntl
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a run's folder: a process that was taken for dead and is not must not write there too."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = folder.with_name(f"{folder.name}.lock")
    with lock.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
        if not folder.exists():  # the run has ended
            lock.unlink(missing_ok=True)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let nobody interrupt what takes a moment and is better done whole."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
