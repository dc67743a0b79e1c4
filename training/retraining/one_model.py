"""Only a task that one model answers in every language is retrained."""

from __future__ import annotations

from models.catalog import load_catalog
from models.errors import ModelServiceError
from models.results import Task
from training.retraining.place import TeachingPlace
from training.textfiles import DataError


def require_one_model(place: TeachingPlace, task: str) -> None:
    """See that one model answers a task in every language: a trained one answers in place of all of them.

    Raises:
        DataError: The preset has several.
    """
    try:
        apart = load_catalog(place.catalog).apart(place.preset, Task(task))
    except ModelServiceError as error:
        raise DataError(str(error)) from error
    if apart:
        lines = ", ".join(f"{line} = {model}" for line, model in apart.items())
        raise DataError(
            f"the preset {place.preset!r} answers {task} with a model for each language ({lines}); a trained "
            "one would take the place of all and be compared with one: put one line "
            f"{task}.any in place of these in your CATALOG file, or train with another PRESET"
        )
