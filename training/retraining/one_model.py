"""A model is trained only where one model answers a task in every language: that is what it has to beat."""

from __future__ import annotations

from models.catalog import load_catalog
from models.errors import ModelServiceError
from models.results import Task
from storage.runs import Failure
from training.retraining.ledger import Ledger
from training.retraining.place import TeachingPlace
from training.retraining.rivals import Rival, rival
from training.textfiles import DataError


def one_rival(ledger: Ledger, place: TeachingPlace, task: str) -> Rival:
    """Find what a model trained for a task has to beat, at this moment, and see that it is one model.

    A trained one answers in every language; of the preset's own there may be one for each.

    Raises:
        DataError: Several would answer, of which it could be compared with one only.
        StorageError: The database failed.
    """
    found = ledger.call(lambda store: rival(store, task))
    if found.checkpoint is None:
        _require_one_model(place, task)
    return found


def _require_one_model(place: TeachingPlace, task: str) -> None:
    try:
        apart = load_catalog(place.catalog).apart(place.preset, Task(task))
    except ModelServiceError as error:
        raise DataError(str(error)) from error
    if apart:
        lines = ", ".join(f"{line} = {model}" for line, model in apart.items())
        raise DataError(
            f"the preset {place.preset!r} answers {task} with a model for each language ({lines}); a trained "
            "one would take the place of all and be compared with one: put one line "
            f"{task}.any in place of these in your CATALOG file, or train with another PRESET",
            Failure.SEVERAL_MODELS,
        )
