"""Which model answers before a retraining, and what it has learnt from; known without torch."""

from __future__ import annotations

from pathlib import Path

from models.catalog import BUILTIN, load_catalog
from models.errors import ModelServiceError
from models.results import Task
from training.learnt import Learnt
from training.textfiles import DataError
from training.weights import weights_of


def own_checkpoint(preset: str, catalog: Path | None, task: str) -> str:
    """Where a preset's own checkpoint for a task is: a preset, a folder or a hub id.

    Raises:
        DataError: It has none.
    """
    if preset == BUILTIN and catalog is None:
        return BUILTIN
    try:
        return load_catalog(catalog).own(preset, Task(task)).model
    except ModelServiceError as error:
        raise DataError(str(error)) from error


def learnt_by(*models: str, download: bool = True) -> Learnt:
    """What models learnt from, as far as they tell: presets, folders or hub ids.

    Args:
        models: Which.
        download: Whether the network may be used.

    Raises:
        DataError: There is no such model, or what it tells is damaged.
    """
    found = Learnt()
    for model in dict.fromkeys(models):
        found = found.and_(Learnt.load(weights_of(model, download=download)[1]))
    return found
