"""Krippendorff's alpha as its author works it out, and where there is none.

The data are of Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability",
https://repository.upenn.edu/asc_papers/43, sections A (two observers, two values) and C (any number of
observers, missing values).
"""

from __future__ import annotations

import pytest

from training.feedback.alpha import alpha
from training.feedback.ballots import Ballot

VALUES = ("0", "1", "2", "3", "4", "5")


def read(*observers: str) -> list[Ballot]:
    """A line per observer, a digit per unit, a point where there is none."""
    return [
        Ballot(item, 0, voter, value, blind=False)
        for voter, line in enumerate(observers)
        for item, value in enumerate(line)
        if value != "."
    ]


def test_two_observers() -> None:
    """Four of ten units differ, so o₀₁ = 4; fourteen values are 0, six 1: 1 - 19 · 4 / (14 · 6)."""
    found = alpha(read("0100000010", "1110010000"), VALUES[:2])

    assert found == pytest.approx(1 - 19 * 4 / (14 * 6))
    assert found == pytest.approx(0.095, abs=5e-4)


def test_missing_values_and_units_of_one_observer() -> None:
    """Of 40 pairable values 9 are 1, 13 are 2, 10 are 3, 5 are 4, 3 are 5; 7 + 10 + 8 + 4 + 3 coincide."""
    found = alpha(read("123321412...", "1233224125.3", ".3332342251.", "12332441251."), VALUES)

    by_chance = 9 * 8 + 13 * 12 + 10 * 9 + 5 * 4 + 3 * 2
    assert found == pytest.approx((39 * 32 - by_chance) / (40 * 39 - by_chance))
    assert found == pytest.approx(0.743, abs=5e-4)


@pytest.mark.parametrize(
    "ballots",
    [
        [],
        read("0101"),  # nobody else
        read("01..", "..01"),  # never in the same place
        read("0000", "0000"),  # by chance they would agree as well
        read("00.1", "00.."),  # … and what only one has said is no agreement
    ],
)
def test_where_chance_cannot_be_told_there_is_none(ballots: list[Ballot]) -> None:
    assert alpha(ballots, VALUES) is None


def test_free_words_have_none() -> None:
    assert alpha(read("0100000010", "1110010000"), None) is None
