"""What is said of voters, with the numbers worked out by hand."""

from __future__ import annotations

import pytest

from training.feedback.ballots import Ballot, Judged, Rules, Standing, Verdict
from training.feedback.likelihood import OneCoin, Scores
from training.feedback.trust import judge, standing

TWO = ("negative", "positive")


def judged(right: int, wrong: int, *, known: bool = True, confidence: float = 1.0) -> list[Judged]:
    """Votes on both labels in turn."""
    found = []
    for item in range(right + wrong):
        truth, other = TWO[item % 2], TWO[1 - item % 2]
        said = truth if item < right else other
        found.append(Judged(Ballot(item, 0, 1, said, blind=False), truth, confidence, known=known))
    return found


def of(right: int, wrong: int, **how: float) -> Standing:
    its = judged(right, wrong, **how)  # type: ignore[arg-type]
    return standing(1, len(its), its, TWO, Rules())


@pytest.mark.parametrize(
    ("right", "wrong", "verdict"),
    [
        (0, 6, Verdict.NEW),  # (1/2)⁶ = 0.016
        (0, 7, Verdict.INVERTED),  # (1/2)⁷ = 0.0078
        (3, 2, Verdict.NEW),
        (6, 0, Verdict.TRUSTED),  # the interval begins at (0.025)^(1/6) = 0.54
        (5, 0, Verdict.NEW),  # … at (0.025)^(1/5) = 0.48
        (20, 19, Verdict.NEW),  # one short of enough
        (20, 20, Verdict.CHANCE),
        (24, 16, Verdict.NEW),  # may yet be of use: the interval ends at 0.75
        (32, 8, Verdict.TRUSTED),
    ],
)
def test_verdicts_by_exact_test(right: int, wrong: int, verdict: Verdict) -> None:
    assert of(right, wrong).verdict is verdict


def test_the_reason_has_the_numbers() -> None:
    assert of(0, 10).reason == (
        "right in 0 of 10 known labels (95 % interval 0%…31%; guessing gives 50%, "
        "and so few with p = 0.00098); none of their votes counts"
    )
    assert of(0, 10).left_out == 10


def test_trust_starts_from_what_is_assumed_of_anybody() -> None:
    assert of(0, 0).trust == pytest.approx(0.8)
    assert of(1, 0).trust == pytest.approx(5 / 6)
    assert of(0, 1).trust == pytest.approx(4 / 6)


def test_uncertain_truths_excuse_an_honest_voter() -> None:
    """Half right is a guesser if truths are certain; if they are so in 75 %, honest voters come to 60 %."""
    assert of(25, 25).verdict is Verdict.CHANCE
    assert of(25, 25, known=False, confidence=0.75).verdict is Verdict.NEW


def test_gold_speaks_before_the_others_do() -> None:
    known, agreed = judged(12, 0), judged(0, 50, known=False)

    found = standing(1, 62, [*known, *agreed], TWO, Rules())

    assert (found.verdict, found.judged, found.right) == (Verdict.TRUSTED, 12, 12)
    both = standing(1, 53, [*judged(3, 0), *agreed], TWO, Rules())
    assert (both.verdict, both.judged, both.right) == (Verdict.INVERTED, 53, 3)
    assert both.reason.startswith(
        "right in 3 of 3 known labels and right in 0 of 50 labels that others agree on"
    )


def test_one_label_for_everything_is_no_skill() -> None:
    """Right in 80 %, because 80 % are positive."""
    its = [
        Judged(Ballot(item, 0, 1, "positive", blind=False), TWO[item % 5 > 0], 1.0, known=True)
        for item in range(100)
    ]

    found = standing(1, 100, its, TWO, Rules())

    assert found.verdict is Verdict.CHANCE
    assert "always “positive”, 20 times where something else is right" in found.reason
    assert standing(1, 80, [each for each in its if each.right], TWO, Rules()).verdict is Verdict.TRUSTED


def test_nobody_confirms_themself() -> None:
    """Two for, two against: for each voter the other three are a majority against them."""
    ballots = [Ballot(1, 0, voter, TWO[voter % 2], blind=False) for voter in range(4)]
    scores = Scores.of(ballots, OneCoin({}), TWO)

    found = judge(ballots, {}, scores, Rules())

    assert list(found) == [0, 1, 2, 3]
    assert not any(each.right for its in found.values() for each in its)


@pytest.mark.parametrize("labels", [TWO, None])
def test_one_other_judges_nobody(labels: tuple[str, ...] | None) -> None:
    ballots = [Ballot(1, 0, voter, "positive", blind=False) for voter in range(2)]

    assert judge(ballots, {}, Scores.of(ballots, OneCoin({}), labels), Rules()) == {}


def test_a_vote_that_does_not_count_is_judged_too() -> None:
    counted = [Ballot(1, 0, voter, "positive", blind=False) for voter in range(2)]
    left_out = Ballot(1, 0, 9, "negative", blind=False)

    found = judge([*counted, left_out], {}, Scores.of(counted, OneCoin({}), TWO), Rules())

    assert [each.truth for each in found[9]] == ["positive"]
