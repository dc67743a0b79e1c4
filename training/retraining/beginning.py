"""What a retraining begins with: which weights, and how they are to learn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from transformers import BertConfig

from models.catalog import BUILTIN, load_catalog
from models.errors import ModelServiceError
from models.hub import find_files
from models.own import OwnModel
from models.results import Task
from storage.checkpoint_values import TrainedCheckpoint
from training.job import Job
from training.retraining.learnt_before import own_checkpoint
from training.retraining.material import Material
from training.retraining.place import TeachingPlace
from training.retraining.wish import BATCH, Wish
from training.textfiles import DataError


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is trained from: a model, the checkpoint that it is (None for the catalogue's), and the preset."""

    model: str
    parent: str | None
    base: str


def beginning(place: TeachingPlace, task: str, rival: TrainedCheckpoint | None) -> Beginning:
    """The model that has to be beaten: a trained one, or the preset's own checkpoint.

    Raises:
        DataError: The preset has none.
    """
    if rival is None:
        return Beginning(own_checkpoint(place.preset, place.catalog, task), None, place.preset)
    return Beginning(rival.path, rival.name, rival.base)


def lesson(task: str, wish: Wish, model: str, found: Material, out: Path) -> Job:
    """What is to be learnt, and how.

    Args:
        task: Which.
        wish: How somebody wants it.
        model: What is trained from.
        found: What it learns from.
        out: Where the state of the training goes.

    Raises:
        DataError: There is no such model.
    """
    return Job(
        tasks=(task,),
        model=model,
        out=out,
        files={task: [found.train]},
        dev={} if found.dev is None else {task: found.dev},
        held_out={task: found.held_out},
        replay=list(wish.replay),
        epochs=wish.epochs,
        steps=wish.steps,
        lr=wish.rate(width_of(model)),
        scale=BATCH,
        seed=wish.seed,
    )


def no_text(_: object) -> NoReturn:
    """Stand for the running text that a retraining does not read."""
    raise AssertionError("retraining reads no running text")


def own_version(place: TeachingPlace, task: str) -> str:
    """Which weights the preset's own checkpoint for a task has now.

    Raises:
        DataError: It has none.
    """
    try:
        return OwnModel(load_catalog(place.catalog), place.preset).version(Task(task))
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
