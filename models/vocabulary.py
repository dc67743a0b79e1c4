"""What the ids of a vocabulary stand for, told apart once per tokenizer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_UNUSED = re.compile(r"\[unused\d*\]|<unused\d*>|<0x[0-9a-f]{2}>", re.IGNORECASE)


@lru_cache(maxsize=1)
def _byte_of_letter() -> dict[str, int]:
    """The letters byte-level BPE writes bytes with (GPT-2's table, https://github.com/openai/gpt-2)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {chr(byte): byte for byte in printable}
    others = [byte for byte in range(256) if byte not in printable]
    return table | {chr(256 + index): byte for index, byte in enumerate(others)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One vocabulary entry as a candidate for a blank.

    Attributes:
        text: How a person would write it, without ``##``, ``▁`` or ``Ġ``.
        continues: Whether it continues a word rather than beginning one.
        wordy: Whether it has a letter or digit (a lone punctuation mark has not).
    """

    text: str
    continues: bool
    wordy: bool


class Vocabulary:
    """Reads pieces of WordPiece (``##``), SentencePiece (``▁``) and byte-level BPE (``Ġ``) vocabularies.

    Args:
        pieces: The vocabulary in order of ids; None where an id is not given to any piece.
        special: Ids of special tokens.
    """

    def __init__(self, pieces: Sequence[str | None], special: frozenset[int]) -> None:
        self.pieces = tuple(piece or "" for piece in pieces)
        self.special = special
        marks = {mark: sum(piece.startswith(mark) for piece in self.pieces) for mark in ("##", "▁", "Ġ")}
        self._mark = max(marks, key=lambda mark: marks[mark])

    @property
    def spells_bytes(self) -> bool:
        """Whether this is byte-level BPE, where a text's first word has no mark."""
        return self._mark == "Ġ"

    def entry(self, index: int) -> Entry | None:
        """What an id stands for; None if it is never offered: special, unused, a byte, nothing to see."""
        piece = self.pieces[index] if index < len(self.pieces) else ""
        if not piece or index in self.special or _UNUSED.fullmatch(piece):
            return None
        text, continues = self._read(piece)
        if not text.strip() or "\ufffd" in text:
            return None
        return Entry(text, continues, any(character.isalnum() for character in text))

    def _read(self, piece: str) -> tuple[str, bool]:
        if self._mark == "##":
            return piece.removeprefix("##"), len(piece) > 2 and piece.startswith("##")
        if self._mark == "▁":
            return piece.replace("▁", " ").strip(), not piece.startswith("▁")
        table = _byte_of_letter()
        raw = bytes(table[letter] for letter in piece if letter in table)
        text = raw.decode("utf-8", errors="replace")
        return text.strip(), not text.startswith(" ")
