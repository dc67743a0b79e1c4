"""What every text goes through before a tokenizer sees it: NFC, harmless code points, and the way back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.errors import EmptyText

Language = Literal["ko", "en"]

# Letters and marks by category, yet nothing to see: Hangul fillers and the blank Braille pattern.
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")

_HANGUL = re.compile(
    "[\uac00-\ud7a3"  # syllables
    "\u1100-\u11ff"  # jamo
    "\u3131-\u318e]"  # compatibility jamo: ㅋㅋ, ㅠㅠ
)
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text as tokenizers read it, and where each of its characters came from.

    Attributes:
        text: In NFC, without control characters and lone surrogates.
        starts: Per character of ``text``, the index in the original of the first code point it came from.
        ends: Per character, one past the last of those code points.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span of ``text`` into the span of the original that it came from (code points)."""
        if not self.text:
            return 0, 0
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else self.ends[-1]
            return at, at
        return self.starts[start], self.ends[end - 1]


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":  # half of a UTF-16 pair: no encoder takes it
        return "\ufffd"
    return " " if category == "Cc" else character


def _joins_previous(character: str) -> bool:
    """Whether NFC may merge the character into the one before it: marks, Hangul vowels and finals."""
    return "\u1160" <= character <= "\u11ff" or unicodedata.category(character) in {"Mn", "Mc"}


def clean(text: str) -> CleanText:
    """Compose to NFC (macOS and some phones send Hangul in pieces) and blank out what no tokenizer can read.

    Args:
        text: Anything a ``str`` can hold, lone surrogates and NUL included.

    Returns:
        The clean text with the way back to the original's code points.
    """
    if unicodedata.is_normalized("NFC", text) and not _HARMFUL.search(text):
        return CleanText(text, range(len(text)), range(1, len(text) + 1))
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    begin = 0
    while begin < len(text):
        end = begin + 1
        while end < len(text) and _joins_previous(text[end]):
            end += 1
        group = "".join(map(_harmless, text[begin:end]))
        composed = unicodedata.normalize("NFC", group)
        if len(composed) == len(group):
            starts.extend(range(begin, end))
            ends.extend(range(begin + 1, end + 1))
        else:
            starts.extend([begin] * len(composed))
            ends.extend([end] * len(composed))
        out.append(composed)
        begin = end
    return CleanText("".join(out), tuple(starts), tuple(ends))


def is_visible(text: str) -> bool:
    """Whether a reader would see anything: a letter, digit, sign or picture, not only spaces and controls."""
    return any(
        unicodedata.category(character)[0] not in "ZCM" and character not in _INVISIBLE_LETTERS
        for character in text
    )


def require_visible(text: str) -> CleanText:
    """Clean a text.

    Raises:
        EmptyText: If there is nothing to read in it.
    """
    cleaned = clean(text)
    if not is_visible(cleaned.text):
        raise EmptyText("the text is empty")
    return cleaned


def language_of(*texts: str) -> Language:
    """``ko`` if there is any Hangul in the texts, else ``en``."""
    return "ko" if any(map(_HANGUL.search, texts)) else "en"
