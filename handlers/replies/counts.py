"""Numbers as texts write them: of things, whose noun a text inflects, and shares."""

from __future__ import annotations


def percents(share: float, digits: int = 0) -> str:
    """Write a share, 0…1, in percents, as all texts of both languages do: without a space before the sign."""
    return f"{100 * share:.{digits}f}%"


class Count(int):
    """A number of things, written with commas between thousands.

    A text may give its noun in the singular and the plural: ``{votes:vote|votes}`` becomes "1 vote" or
    "1,020 votes". Languages that do not inflect write ``{votes}``.
    """

    __slots__ = ()

    def __format__(self, nouns: str) -> str:
        number = super().__format__(",")
        if not nouns:
            return number
        one, many = nouns.split("|")
        return f"{number} {one if self == 1 else many}"
