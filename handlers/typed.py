"""Words that people write for the blanks of a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from models.blanks import has_blank
from storage.content import fold, storable

MOST_LETTERS = 30
"""Of a word; a longer one is a sentence, or a joke."""

_NUMBERED = re.compile(r"(\d{1,2})(?:\s*[:)]\s*|\.\s+)(\S+)")
_BETWEEN = re.compile(r"[\s,]+")


def read_words(text: str, slots: Sequence[int]) -> Mapping[int, str] | None:
    """Read a word for each blank in order, or ``number: word`` for some of them.

    Args:
        text: What somebody wrote.
        slots: Indices of the blanks that can be voted on; people count them from 1.

    Returns:
        Words by the blank's index, in NFC; None for anything else.
    """
    lines = [fold(storable(line)) for line in text.splitlines() if line.strip()]
    numbered = [_NUMBERED.fullmatch(line) for line in lines]
    if lines and all(numbered):
        found = {int(match[1]) - 1: match[2] for match in numbered if match is not None}
        complete = set(found) <= set(slots) and len(found) == len(lines)
    else:
        words = [word for word in _BETWEEN.split(" ".join(lines)) if word]
        found = dict(zip(slots, words, strict=False))
        complete = bool(words) and len(words) == len(slots)
    return found if complete and all(_is_word(word) for word in found.values()) else None


def _is_word(word: str) -> bool:
    return (
        len(word) <= MOST_LETTERS
        and any(letter.isalnum() for letter in word)
        and not has_blank(word)
        and not word.startswith("/")
    )
