"""Which weights a retraining begins with."""

from __future__ import annotations

from dataclasses import dataclass

from transformers import BertConfig

from models.catalog import BUILTIN, load_catalog
from models.errors import ModelServiceError
from models.hub import find_files
from models.results import Task
from storage.checkpoint_values import TrainedCheckpoint
from training.retraining.place import TeachingPlace
from training.textfiles import DataError


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is trained from: a model, the checkpoint that it is (None for the catalogue's), and the preset."""

    model: str
    parent: str | None
    base: str


def untainted(champion: TrainedCheckpoint | None) -> TrainedCheckpoint | None:
    """The champion, unless it learnt from a text that was deleted since."""
    return None if champion is None or champion.tainted else champion


def own_checkpoint(place: TeachingPlace, task: str) -> str:
    """Where the preset's own checkpoint for a task is: a preset, a folder or a hub id.

    Raises:
        DataError: It has none.
    """
    if place.preset == BUILTIN and place.catalog is None:
        return BUILTIN
    try:
        return load_catalog(place.catalog).source(place.preset, Task(task), "ko").model
    except ModelServiceError as error:
        raise DataError(str(error)) from error


def width_of(model: str) -> int:
    """How many numbers a model has for a token.

    Raises:
        DataError: There is no such model.
    """
    try:
        folder = find_files(
            load_catalog().source(BUILTIN, Task.MASK, "ko").model if model == BUILTIN else model
        )
        return int(BertConfig.from_pretrained(folder).hidden_size)
    except (ModelServiceError, OSError) as error:
        raise DataError(f"{model}: {' '.join(str(error).split())[:300]}") from error
