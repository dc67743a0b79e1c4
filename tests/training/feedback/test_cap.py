"""Nobody has more than their share of a data set, and small groups keep what they have."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.feedback.agreement import agree
from training.feedback.ballots import Ballot, Rules, Verdict
from training.feedback.cap import over_the_cap

TWO = ("negative", "positive")


def cast(*votes: int) -> list[Ballot]:
    """So many ballots by voter 0, 1, …, each on an item of its own."""
    return [
        Ballot(1000 * voter + number, 0, voter, TWO[number % 2], blind=False)
        for voter, total in enumerate(votes)
        for number in range(total)
    ]


def kept(*votes: int, **rules: float) -> list[int]:
    ballots = cast(*votes)
    over = over_the_cap(ballots, Rules(**rules))  # type: ignore[arg-type]
    counts = Counter(each.voter for each in ballots if each not in over)
    return [counts[voter] for voter in range(len(votes))]


@pytest.mark.parametrize(
    ("votes", "left"),
    [
        ((500,), [500]),
        ((500, 20), [500, 20]),
        ((500, 20, 20), [500, 20, 20]),
        ((500, 20, 20, 9), [500, 20, 20, 9]),  # a fourth, but hardly there
        ((500, 20, 20, 10), [21, 20, 20, 10]),  # 21 of 71; with 22 of 72 it were 30.6 %
        ((500, 500, 20, 20, 20), [45, 45, 20, 20, 20]),  # 45 of 150
        ((30, 30, 30, 30), [30, 30, 30, 30]),
        ((), []),
    ],
)
def test_the_share_is_of_what_is_kept(votes: tuple[int, ...], left: list[int]) -> None:
    assert kept(*votes) == left


def test_a_share_that_just_fits_takes_nothing() -> None:
    assert kept(10, 10, 10, 10, 10, share=0.2) == [10] * 5
    assert kept(500, 1, 1, 1, 1, share=1.0) == [500, 1, 1, 1, 1]


@given(votes=st.lists(st.integers(1, 60), max_size=12), share=st.floats(0.1, 1))
def test_nobody_keeps_more_or_loses_more_than_the_cap_asks(votes: list[int], share: float) -> None:
    left = kept(*votes, share=share)
    if sum(number >= 10 for number in votes) * share < 1:
        assert left == votes
        return
    limit = max(left)
    assert limit <= share * sum(left) + 1e-6
    assert left == [min(number, limit) for number in votes]
    if limit < max(votes):
        assert limit + 1 > share * sum(min(number, limit + 1) for number in votes) - 1e-6


def test_the_same_ballots_go_whatever_their_order() -> None:
    ballots = cast(200, 20, 20, 20)
    over = over_the_cap(ballots, Rules())

    assert over == over_the_cap(ballots[::-1], Rules())
    items = sorted(each.item for each in over)
    assert items[0] < 20  # neither the last ones only …
    assert items[-1] > 180  # … nor the first ones only


def test_the_standing_says_so() -> None:
    found = agree(cast(200, 20, 20, 20), labels=TWO)

    capped = found.standings[0]
    assert capped.verdict is Verdict.CAPPED
    assert capped.left_out == 175  # 25 of 85
    assert "175 of 200 votes left out, or more than 30% of all would come from one voter" in capped.reason
    assert len(found.consensus) == 85  # no label where nothing but such a vote is
    assert {each.verdict for voter, each in found.standings.items() if voter} == {Verdict.NEW}


def test_gold_is_outside_of_the_cap() -> None:
    ballots = cast(200, 20, 20, 20)
    gold = {each.place: each.label for each in ballots if each.voter == 0}

    found = agree(ballots, labels=TWO, gold=gold)

    assert found.standings[0].left_out == 0
