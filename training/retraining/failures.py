"""What the end of a training means to whoever asked for it in a chat."""

from __future__ import annotations

from models.errors import ModelServiceError
from storage.errors import DatabaseFailed, WrongFolder
from storage.runs import Failure, Run
from training.retraining.place import TeachingPlace
from training.retraining.wish import Wish
from training.textfiles import DataError


def failure_of(error: Exception, run: Run, place: TeachingPlace) -> Failure:
    """Say why a training failed.

    A line about a file, or about a model, begins with its name.

    Args:
        error: What ended it.
        run: The training, as far as it was.
        place: Knows the files that it tests on and replays.
    """
    if isinstance(error, DataError) and error.failure is not None:
        return error.failure
    wish, start = place.completed(Wish.from_json(run.options), run.task), run.progress.get("start")
    files = [*([wish.test] if wish.test else []), *wish.replay]
    models = [start["model"]] if isinstance(start, dict) else []
    if str(error).startswith(tuple(f"{file}:" for file in files)):
        return Failure.FILE
    if any(isinstance(each, ModelServiceError) for each in (error, error.__cause__)):
        return Failure.MODEL
    if str(error).startswith(tuple(f"{model}:" for model in models)):
        return Failure.MODEL
    kinds = (
        (WrongFolder, Failure.FOLDER),
        (DatabaseFailed, Failure.DATABASE),
        (OSError, Failure.DISK),
    )
    return next((failure for kind, failure in kinds if isinstance(error, kind)), Failure.UNFORESEEN)
