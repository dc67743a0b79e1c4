"""One training at a time in a folder; whoever is killed is soon in nobody's way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.file_lock import release, take
from training.textfiles import DataError

_PATIENCE_S = 2.0
"""Who drew examples for a trainer that was killed sees that soon, and holds its files till then."""


@contextmanager
def occupied(folder: Path) -> Iterator[None]:
    """Hold a run's folder while the block runs.

    Raises:
        DataError: Another process holds it.
    """
    with (folder / "training.lock").open("a") as stream:
        until = time.monotonic() + _PATIENCE_S
        while not take(stream):
            if time.monotonic() > until:
                raise DataError(f"{folder}: another process trains in this folder")
            time.sleep(0.1)
        try:
            yield
        finally:
            release(stream)
