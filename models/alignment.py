"""Which characters a piece came from, for tokenizers that don't say."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from models.encoding import Span

_RESYNC = 16  # how far ahead a piece's next character is searched when the tokenizer dropped some


def align(text: str, pieces: Sequence[str]) -> list[Span]:
    """Find the characters each piece came from.

    Both sides are compared in NFKD without marks and white space, which is how KoBertTokenizer reads a text;
    where it dropped or rewrote characters, the search goes on at the next one that matches.

    Args:
        text: What was cut.
        pieces: What came out, with ``▁`` for a space.

    Returns:
        Per piece ``[start, end)`` in ``text``: in order, never overlapping but for characters cut in two.
    """
    units = [(unit, index) for index, character in enumerate(text) for unit in _comparable(character)]
    spans: list[Span] = []
    cursor = 0
    end_of_last = 0
    for piece in pieces:
        start: int | None = None
        end = end_of_last
        for unit in (unit for character in piece.replace("▁", "") for unit in _comparable(character)):
            ahead = range(cursor, min(cursor + _RESYNC, len(units)))
            match = next((index for index in ahead if units[index][0] == unit), None)
            if match is None:
                continue
            start = units[match][1] if start is None else start
            end = units[match][1] + 1
            cursor = match + 1
        spans.append((end, end) if start is None else (start, end))
        end_of_last = end
    return spans


def _comparable(character: str) -> str:
    return "".join(
        unit
        for unit in unicodedata.normalize("NFKD", character)
        if not unicodedata.combining(unit) and not unit.isspace()
    )
