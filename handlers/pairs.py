"""Two texts in one: how people separate them."""

from __future__ import annotations

from dataclasses import dataclass

_SEPARATORS = ("///", "\n", "|")


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
    r"""Split a text at the first ``///``, else the first line break, else the first ``|``.

    Returns:
        Both parts, stripped; None when no separator leaves two parts that hold something.
    """
    text = text.strip()
    for separator in _SEPARATORS:
        first, _, second = (part.strip() for part in text.partition(separator))
        if first and second:
            return Pair(first, second)
    return None
