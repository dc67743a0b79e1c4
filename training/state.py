"""A run's state on the disk: killed at any moment, it is the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from training.textfiles import DataError

_STATE = "state.pt"


def has_state(folder: Path) -> bool:
    """Whether a run in this folder can be continued."""
    return (folder / _STATE).exists()


def write_state(folder: Path, state: Mapping[str, Any]) -> None:
    """Write a state that has its ``step``: aside, to the disk, then renamed.

    Raises:
        DataError: There is no room, or no right to.
    """
    partial = (folder / _STATE).with_suffix(".partial")
    try:
        with partial.open("wb") as stream:
            torch.save(state, stream)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(folder / _STATE)
    except (OSError, RuntimeError) as error:  # torch's writer tells a full disk as a RuntimeError
        raise DataError(
            f"{folder}: step {state['step']:,} cannot be saved ({_first_line(error)}); "
            "the checkpoint before it stays"
        ) from error


def read_state(folder: Path, device: torch.device) -> dict[str, Any]:
    """Read the state of the run in a folder, its tensors on a device.

    Raises:
        DataError: It is damaged.
    """
    try:
        # Our own file, and tensors only (weights_only).
        state: dict[str, Any] = torch.load(folder / _STATE, weights_only=True, map_location=device)  # noqa: TID251
    except (OSError, RuntimeError, EOFError, UnpicklingError) as error:
        raise DataError(
            f"{folder / _STATE}: this checkpoint is damaged ({_first_line(error)}); "
            "without the file the run begins again"
        ) from error
    return state


def stamp(folder: Path) -> tuple[int, int] | None:
    """What tells one state of a folder from the next without reading it; None where there is none."""
    try:
        found = (folder / _STATE).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
