"""One training at a time in a folder; whoever is killed is in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.file_lock import take
from training.textfiles import DataError


@contextmanager
def occupied(folder: Path) -> Iterator[None]:
    """Hold a run's folder while the block runs.

    Raises:
        DataError: Another process holds it.
    """
    with (folder / "training.lock").open("a") as stream:
        if not take(stream):
            raise DataError(f"{folder}: another process trains in this folder")
        yield
