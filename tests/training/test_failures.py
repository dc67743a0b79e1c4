from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import CheckpointMissing, ModelServiceError
from storage.errors import Conflict, DatabaseFailed, StorageError, WrongFolder
from storage.runs import Failure
from tests.runs import RUN
from training.retraining.failures import failure_of
from training.retraining.place import TeachingPlace
from training.textfiles import DataError

PLACE = TeachingPlace(
    "sqlite+aiosqlite:///bot.db",
    b"pepper",
    Path("teaching"),
    "builtin",
    None,
    tests={"sentiment": "kept.tsv", "nli": "other.tsv"},
    replays={"sentiment": "old.tsv"},
)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (DataError("nobody has voted", Failure.NO_VOTES), Failure.NO_VOTES),
        (DataError("kept.tsv: cannot be read"), Failure.FILE),
        (DataError("old.tsv: row 3: no label"), Failure.FILE),
        (DataError("other.tsv: is of another task"), Failure.UNFORESEEN),
        (DataError("kept.tsv.gz: is another file"), Failure.UNFORESEEN),
        (DataError("models/begun: cannot be loaded"), Failure.MODEL),
        (caused(DataError("no preset"), ModelServiceError("no preset")), Failure.MODEL),
        (CheckpointMissing("there is no folder x"), Failure.MODEL),
        (WrongFolder("var/teaching is another's"), Failure.FOLDER),
        (DatabaseFailed("disk full"), Failure.DATABASE),
        (Conflict("deadlock"), Failure.DATABASE),
        (StorageError("the pseudonym key is empty"), Failure.UNFORESEEN),
        (OSError(28, "No space left on device"), Failure.DISK),
        (KeyError("bug"), Failure.UNFORESEEN),
    ],
)
def test_an_error_is_what_people_can_do_about_it(error: Exception, failure: Failure) -> None:
    run = replace(RUN, progress={"start": {"model": "models/begun", "parent": None, "base": "builtin"}})
    assert failure_of(error, run, PLACE) is failure


def test_files_that_were_named_are_known_too_and_a_model_only_once_it_is_chosen() -> None:
    run = replace(RUN, options={"test": "named.tsv", "replay": ["mixed.tsv"]}, progress={})
    found = [
        failure_of(DataError(f"{name}: no"), run, PLACE) for name in ("named.tsv", "mixed.tsv", "old.tsv")
    ]
    assert found == [Failure.FILE, Failure.FILE, Failure.UNFORESEEN]


def test_a_run_of_another_version_failed_of_something_unforeseen() -> None:
    assert [replace(RUN, progress={"failure": told}).failure for told in ("file", "new", None, [1])] == [
        Failure.FILE,
        Failure.UNFORESEEN,
        Failure.UNFORESEEN,
        Failure.UNFORESEEN,
    ]
