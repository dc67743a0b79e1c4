"""Rows that are not to be kept: their folder goes with the process that reads them, however that one ends."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp


@contextmanager
def scratch(home: Path) -> Iterator[Path]:
    """Make a folder for its owner alone while the block runs; what killed processes left beside it goes.

    Args:
        home: Of all such folders; made if it is missing.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(home):  # nobody sweeps between its making and its locking
        sweep(home)
        folder = Path(mkdtemp(dir=home))
        held = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def sweep(home: Path) -> None:
    """Delete the folders in it that no living process holds."""
    for folder in home.glob("*/"):
        try:
            held = _lock(folder, fcntl.LOCK_NB)
        except (BlockingIOError, FileNotFoundError):  # somebody reads it, or it has just gone
            continue
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _lock(folder: Path, how: int = 0) -> int:
    """Hold a folder until what is returned is closed, or the process is killed."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | how)
    except BlockingIOError:
        os.close(opened)
        raise
    return opened


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    held = _lock(folder)
    try:
        yield
    finally:
        os.close(held)
