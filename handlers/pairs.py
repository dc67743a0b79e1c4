"""Two texts in one: how people separate them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, in the order in which they were written or said."""

    first: str
    second: str


def is_meant_as_two(text: str) -> bool:
    """Say whether somebody who wrote a text without a command meant two: on two lines, or split by a sign.

    More lines are a paragraph, and ``|`` in one of several is a part of it.
    """
    if split(text) is None:
        return False
    lines = [line for line in text.splitlines() if line.strip()]
    return "///" in text or len(lines) <= 2


def split(text: str) -> Pair | None:
    """Return both parts of a text that has two, else None."""
    found = parts(text)
    return Pair(*found) if len(found) == 2 else None


def parts(text: str) -> tuple[str, ...]:
    r"""Split a text by ``///``, else at the first line break, else by ``|``: by what leaves several parts.

    Lines after the second stay with it: a text may have many. Who writes a sign twice means three parts.

    Returns:
        The parts that hold something, stripped.
    """
    text = text.strip()
    for separator, most in (("///", -1), ("\n", 1), ("|", -1)):
        found = tuple(part for part in map(str.strip, text.split(separator, most)) if part)
        if len(found) > 1:
            return found
    return (text,) if text else ()
