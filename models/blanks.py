"""The blanks of a cloze text and the ways people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.errors import NoBlank
from models.text import Language, clean, language_of, require_visible

BLANK = "[MASK]"
"""How a blank is written everywhere once a text is parsed."""

_BLANK_PATTERN = re.compile(
    r"\[\s*mask\s*\]|<mask>|_{3,}|[(（]\s*(?:빈칸|빈 칸|blank)\s*[)）]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class BlankedText:
    """A text split at its blanks.

    Attributes:
        parts: The text around the blanks; one more than there are blanks.
        blanks: The blanks as they were written.
    """

    parts: tuple[str, ...]
    blanks: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many blanks there are."""
        return len(self.parts) - 1

    @property
    def language(self) -> Language:
        """The language of the text around the blanks; if there is none, the one the blanks are written in."""
        return language_of(*(self.blanks if self.is_bare else self.parts))

    @property
    def is_bare(self) -> bool:
        """Whether nothing stands around the blanks that would tell a language."""
        return not any(character.isalpha() for part in self.parts for character in part)

    def written(self, blank: str = BLANK) -> str:
        """The text with every blank written the same way."""
        return blank.join(self.parts)

    def continues(self, index: int) -> bool:
        """Whether something touches a blank on its left, a word or another blank, that it may continue."""
        left = self.parts[index]
        return not left[-1].isspace() if left else index > 0

    def neighbours(self, index: int) -> tuple[str, str]:
        """The letters that touch a blank on its left and right, up to the next white space or blank."""
        left, right = self.parts[index], self.parts[index + 1]
        left_word = "" if not left or left[-1].isspace() else left.split()[-1]
        right_word = "" if not right or right[0].isspace() else right.split()[0]
        return left_word, right_word


def has_blank(text: str) -> bool:
    """Say whether :func:`parse` finds a blank."""
    return _BLANK_PATTERN.search(clean(text).text) is not None


def parse(text: str) -> BlankedText:
    """Find the blanks: ``[MASK]`` in any case, ``<mask>``, ``___`` or longer, ``(빈칸)``, ``(blank)``.

    Raises:
        EmptyText: If there is nothing to read in the text.
        NoBlank: If the text has no blank.
    """
    clean = require_visible(text).text
    blanks = _BLANK_PATTERN.findall(clean)
    if not blanks:
        raise NoBlank("the text has no blank; write [MASK], ___ or (빈칸)")
    return BlankedText(tuple(_BLANK_PATTERN.split(clean)), tuple(blanks))
