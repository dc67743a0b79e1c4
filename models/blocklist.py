"""Words that are never suggested for a blank, alone or joined to the letters around it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

_SHIPPED = Path(__file__).with_name("blocklist.txt")


class Blocklist:
    """Matches slurs and profanity in suggestions.

    Args:
        patterns: One entry each, as told at the top of ``blocklist.txt``: Latin entries match whole words
            (with a final ``*``, beginnings of words), all others match anywhere.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        alternatives = []
        for pattern in sorted(map(_fold, patterns), key=len, reverse=True):
            word = re.escape(pattern.removesuffix("*"))
            if not pattern[0].isascii():
                alternatives.append(word)
            else:
                tail = "[a-z]*" if pattern.endswith("*") else ""
                alternatives.append(f"(?<![a-z]){word}{tail}(?![a-z])")
        # A lookahead, so that matches may overlap: what stands before the blank mustn't hide what crosses
        # into it.
        self._pattern = re.compile(f"(?=({'|'.join(alternatives) or '(?!)'}))")

    def blocks(self, candidate: str, left: str = "", right: str = "") -> bool:
        """Whether a candidate is, contains or would complete a blocked word.

        Args:
            candidate: The suggestion, without ``##``.
            left: Letters that touch the blank on its left.
            right: Letters that touch it on its right.
        """
        before, word, after = _fold(left), _fold(candidate), _fold(right)
        if self._pattern.search(word):
            return True
        joined = before + word + after
        begin, end = len(before), len(before) + len(word)
        return any(match.start(1) < end and match.end(1) > begin for match in self._pattern.finditer(joined))


def load_blocklist(path: Path = _SHIPPED) -> Blocklist:
    """Read a list: one pattern a line, ``#`` begins a comment."""
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return Blocklist(line for line in lines if line)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()
