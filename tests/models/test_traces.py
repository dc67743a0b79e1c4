from __future__ import annotations

import pytest

from models.errors import CheckpointUnavailable
from models.traces import in_short, place, without_words

SECRET = "나의 비밀 이야기"


def raised(raising: BaseException, cause: BaseException | None = None) -> BaseException:
    raising.__cause__ = cause
    with pytest.raises(type(raising)) as caught:
        raise raising
    return caught.value


def test_a_traceback_has_types_and_places_and_no_message() -> None:
    text = SECRET  # in a frame of the traceback
    told = without_words(raised(KeyError(text), raised(ValueError(f"bad {text}"))))
    assert SECRET not in told
    assert told.index("\nValueError\nwhich caused:") < told.index("\nKeyError")
    assert told.count("tests/models/test_traces.py") == 2


def test_what_was_handled_meanwhile_and_every_exception_of_a_group_is_told() -> None:
    group = ExceptionGroup(SECRET, [KeyError(SECRET), OSError(SECRET)])
    group.__context__ = LookupError(SECRET)
    group.__suppress_context__ = False
    told = without_words(group)
    assert SECRET not in told
    for name in ("LookupError\nand while it was handled:", "ExceptionGroup", "KeyError", "OSError"):
        assert f"\n{name}" in told


def test_an_exception_that_caused_itself_ends() -> None:
    one, other = KeyError(SECRET), ValueError(SECRET)
    one.__cause__, other.__cause__ = other, one
    assert without_words(one).count("KeyError") == 1


def test_what_this_program_says_itself_is_kept() -> None:
    error = raised(CheckpointUnavailable("there is no folder x"), KeyError(SECRET))
    assert without_words(error).endswith("models.errors.CheckpointUnavailable: there is no folder x")
    assert in_short(error) == "there is no folder x"


def test_in_short_another_exception_is_its_type_and_place() -> None:
    with pytest.raises(AttributeError) as caught:
        without_words(SECRET)  # type: ignore[arg-type]
    assert in_short(caught.value) == f"AttributeError at {place(caught.value)}"
    assert place(caught.value).startswith("models/traces.py:")
    assert in_short(raised(KeyError(SECRET))) == "KeyError at ?"
    assert in_short(FileNotFoundError(2, "No such file", "x.tsv")) == "x.tsv: No such file"
