"""Conversions of a checkpoint happen in a process of their own, so that their memory is not the engine's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


class ConversionFailed(Exception):
    """A checkpoint could not be converted; the message is the last line of what went wrong."""


def converted(module: str, folder: Path, result: Path) -> Path:
    """Convert a checkpoint, unless it was.

    Args:
        module: Run as a program with the folder as its argument; it makes the result, last of all.
        folder: The checkpoint.
        result: File or folder.

    Returns:
        The result.

    Raises:
        ConversionFailed: If the program ends without it.
    """
    if not result.exists():
        done = subprocess.run(  # noqa: S603  # our own module
            [sys.executable, "-m", module, str(folder)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or not result.exists():
            lines = done.stderr.strip().splitlines()
            raise ConversionFailed(lines[-1] if lines else f"{module} ended with {done.returncode}")
    return result
