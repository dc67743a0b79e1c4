"""What a log may say of an exception: its types and where it happened, never a message.

A message may hold the text that somebody sent: ``KeyError: '…'``. Those of this program's own exceptions do
not, and are said.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_OWN_FOLDERS = ("bot", "handlers", "models", "storage", "training")


def without_words(error: BaseException) -> str:
    """Return the traceback of an exception, and of those behind it, without their messages.

    Neither is the value of any variable in it.
    """
    return "\n".join(_lines(error, set()))


def in_short(error: BaseException) -> str:
    """Return one line: what one of this program's own exceptions says, of another its type and place."""
    name = type(error).__name__
    if _is_own(error):
        return _first_line(str(error)) or name
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"{name} at {place(error)}"


def place(error: BaseException) -> str:
    """Return ``folder/file.py:line`` of the deepest frame in this program."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if any(path.is_relative_to(_ROOT / folder) for folder in _OWN_FOLDERS):
            return f"{path.relative_to(_ROOT).as_posix()}:{frame.lineno}"
    return "?"


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    behind, link = error.__cause__, "which caused:"
    if behind is None and not error.__suppress_context__:
        behind, link = error.__context__, "and while it was handled:"
    if behind is not None and id(behind) not in seen:
        yield from _lines(behind, seen)
        yield link
    yield "Traceback (most recent call last):"
    yield from [line.rstrip("\n") for line in traceback.format_tb(error.__traceback__)]
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    yield f"{name}: {_first_line(str(error))}" if _is_own(error) else name
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            if id(each) not in seen:
                yield "one of those in it:"
                yield from _lines(each, seen)


def _is_own(error: BaseException) -> bool:
    return type(error).__module__.split(".")[0] in _OWN_FOLDERS


def _first_line(text: str) -> str:
    return next(iter(text.strip().splitlines()), "")
