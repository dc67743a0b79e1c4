"""Each rule passes and fails alone: answers that pass them all, and one thing wrong at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.verdicts import Check, CheckName, CheckState, Doubt, Verdict
from tests.training.gate.planted import SENTIMENT, paired, planted, took
from training.gate.answers import Answers, Paired, SetName
from training.gate.rules import Names, Rules, Teachers, Times
from training.gate.statistics import mcnemar
from training.gate.verdict import judge, spent
from training.textfiles import DataError

NAMES = Names("old", "new")
GOLD = planted(SetName.GOLD, 400, gained=30, lost=8)
TEST = planted(SetName.TEST, 2_000, gained=6, lost=6)
HELDOUT = planted(SetName.HELDOUT, 500, gained=30, lost=10, confidence=(0.8, 0.84))
GOOD = (GOLD, TEST, HELDOUT)
TEACHERS = Teachers(voters=9, largest_share=0.2)


def verdict(
    *pairs: Paired,
    times: Times | None = took(20, 20),  # noqa: B008  # not changed
    teachers: Teachers | None = TEACHERS,
    rules: Rules = Rules(),  # noqa: B008
) -> Verdict:
    return judge(NAMES, "sentiment", pairs, times, teachers, rules)


def failed(found: Verdict) -> list[CheckName]:
    return [check.name for check in found.checks if check.state is CheckState.FAILED]


def of(found: Verdict, name: CheckName) -> list[Check]:
    return [check for check in found.checks if check.name is name]


def test_a_better_model_passes_every_rule() -> None:
    found = verdict(*GOOD)
    assert found.passed
    assert {check.name for check in found.checks} == set(CheckName)
    assert {check.state for check in found.checks} == {CheckState.PASSED}


def test_a_gain_that_chance_could_give_fails_alone() -> None:
    found = verdict(planted(SetName.GOLD, 400, gained=14, lost=8), TEST, HELDOUT)
    assert failed(found) == [CheckName.GAIN]
    assert not found.passed
    (gain,) = of(found, CheckName.GAIN)
    assert gain.numbers["n"] == 400
    smallest = gain.numbers["smallest"]
    assert isinstance(smallest, float)
    assert 0.03 < smallest < 0.06


def test_five_rows_gained_and_none_lost_are_too_few() -> None:
    """The bootstrap hardly ever draws none of the five, but five tosses fall alike once in sixteen times."""
    found = verdict(planted(SetName.GOLD, 400, gained=5, lost=0), TEST, HELDOUT)
    assert failed(found) == [CheckName.GAIN]
    (gain,) = of(found, CheckName.GAIN)
    assert isinstance(gain.numbers["low"], float)
    assert gain.numbers["low"] > 0
    assert gain.numbers["p"] == pytest.approx(2 / 2**5)
    assert verdict(planted(SetName.GOLD, 400, gained=7, lost=0), TEST, HELDOUT).passed


def test_a_gain_that_was_looked_for_before_on_the_same_rows_must_be_surer() -> None:
    found = verdict(replace(GOLD, earlier=0), TEST, HELDOUT)
    (first,) = of(found, CheckName.GAIN)
    assert (first.numbers["earlier"], first.numbers["alpha"], first.numbers["level"]) == (0, 0.025, 0.975)
    again = planted(SetName.GOLD, 400, gained=20, lost=6)  # p = 0.0094
    assert verdict(again, TEST, HELDOUT).passed
    found = verdict(replace(again, earlier=1), TEST, HELDOUT)
    assert failed(found) == [CheckName.GAIN]
    (second,) = of(found, CheckName.GAIN)
    assert second.numbers["earlier"] == 1
    assert second.numbers["alpha"] == pytest.approx(0.05 / 6)
    (third,) = of(verdict(replace(again, earlier=2), TEST, HELDOUT), CheckName.GAIN)
    assert third.numbers["alpha"] == pytest.approx(0.05 / 12)
    for name in ("smallest", "high"):
        less, more = (
            first.numbers[name],
            of(verdict(replace(GOLD, earlier=2)), CheckName.GAIN)[0].numbers[name],
        )
        assert isinstance(less, float)
        assert isinstance(more, float)
        assert more > less


def test_all_candidates_together_get_no_more_than_the_five_percent_of_chance() -> None:
    parts = [spent(0.05, earlier) for earlier in range(1_000)]
    assert parts == sorted(parts, reverse=True)
    assert 0.0499 < sum(parts) < 0.05


def test_candidates_that_are_no_better_seldom_pass_however_many_are_tried_on_the_same_rows() -> None:
    """Of a hundred sets of rows, each judges thirty candidates that are as good as the champion."""
    rng = np.random.default_rng(0)
    lucky = 0
    for _ in range(100):
        kinds = rng.choice(3, p=[0.8, 0.1, 0.1], size=(30, 200))
        gained, lost = ((kinds == kind).sum(1) for kind in (1, 2))
        lucky += any(
            mcnemar(int(won), int(gone)) < spent(0.05, earlier) and won > gone
            for earlier, (won, gone) in enumerate(zip(gained, lost, strict=True))
        )
    assert lucky <= 5


def test_what_follows_one_that_has_to_go_must_beat_what_would_answer_without_either() -> None:
    """Of 25 rows 23 were right and 19 are: no sure loss, with so few, and no reason to serve."""
    rows = np.arange(25)
    worse = paired(SetName.HELDOUT, rows < 23, rows < 19)
    names = Names("old", "new", leaving="marked")
    found = judge(names, "sentiment", [worse], took(20.0, 20.5), TEACHERS, Rules(recall_limit=1.0))
    assert failed(found) == [CheckName.GAIN]
    (gain,) = of(found, CheckName.GAIN)
    assert (gain.numbers["champion"], gain.numbers["candidate"]) == (0.92, 0.76)
    assert isinstance(gain.numbers["p"], float)
    assert gain.numbers["p"] > 0.05
    assert (found.passed, found.champion, found.leaving) == (False, "old", "marked")
    better = judge(names, "sentiment", GOOD, took(20.0, 20.5), TEACHERS, Rules())
    assert (better.passed, better.leaving) == (True, "marked")


def test_a_gain_of_a_few_premises_with_many_pairs_fails_alone() -> None:
    """McNemar's test counts forty pairs; they are two premises."""
    rows = np.arange(400)
    groups = np.concatenate([rows[:360], np.full(20, 360), np.full(20, 361)])
    gold = replace(planted(SetName.GOLD, 400, gained=40, lost=8), groups=groups)
    found = verdict(gold, TEST, HELDOUT)
    assert failed(found) == [CheckName.GAIN]
    (gain,) = of(found, CheckName.GAIN)
    assert isinstance(gain.numbers["p"], float)
    assert gain.numbers["p"] < 0.05
    assert verdict(replace(gold, groups=None), TEST, HELDOUT).passed


@pytest.mark.parametrize(
    ("voted", "doubts"),
    [
        (0, ()),
        (7, ()),  # 23 of 30 gained rows are surely no voters', to 8 lost ones: p = 0.011
        (12, (Doubt.VOTED_GOLD,)),  # 18 to 8: p = 0.076
        (30, (Doubt.VOTED_GOLD,)),  # none to 8, p = 0.008: a loss is no gain, however sure
        (301, (Doubt.VOTED_GOLD,)),  # 99 of 400 are no voters'
    ],
)
def test_gold_that_voters_made_is_not_enough_to_be_promoted_by_itself(
    voted: int, doubts: tuple[Doubt, ...]
) -> None:
    found = verdict(replace(GOLD, voted=voted), TEST, HELDOUT)
    assert found.passed
    assert found.doubts == doubts
    assert found.decided_on_gold is (not doubts)


def test_a_hundred_labels_beside_what_voters_made_must_be_there_whatever_the_gain() -> None:
    sure = planted(SetName.GOLD, 400, gained=80, lost=0)
    assert verdict(replace(sure, voted=50), TEST, HELDOUT).doubts == ()
    half = planted(SetName.GOLD, 140, gained=28, lost=0)
    assert verdict(replace(half, voted=9), TEST, HELDOUT).doubts == ()
    fewer = planted(SetName.GOLD, 108, gained=21, lost=0)
    assert verdict(replace(fewer, voted=8), TEST, HELDOUT).doubts == ()
    assert verdict(replace(fewer, voted=9), TEST, HELDOUT).doubts == (Doubt.VOTED_GOLD,)


def test_with_too_few_gold_rows_the_held_out_ones_judge() -> None:
    small = planted(SetName.GOLD, 99, gained=0, lost=0)
    found = verdict(small, TEST, HELDOUT)
    assert found.passed
    assert found.doubts == (Doubt.VOTES_ALONE,)
    (gain,) = of(found, CheckName.GAIN)
    assert gain.numbers["set"] == "heldout"
    assert (gain.numbers["gold"], gain.numbers["least_gold"]) == (99, 100)
    (gain,) = of(verdict(TEST, HELDOUT), CheckName.GAIN)
    assert (gain.numbers["set"], gain.numbers["gold"]) == ("heldout", 0)


def test_too_few_gold_rows_and_no_held_out_ones_show_no_gain_at_all() -> None:
    found = verdict(planted(SetName.GOLD, 99, gained=19, lost=0), TEST)
    assert not found.passed
    assert failed(found) == []
    assert [check.state for check in of(found, CheckName.GAIN)] == [CheckState.NOT_SEEN]


def test_a_worse_public_test_set_fails_alone() -> None:
    found = verdict(GOLD, planted(SetName.TEST, 2_000, gained=20, lost=40), HELDOUT)
    assert failed(found) == [CheckName.TEST]
    (test,) = of(found, CheckName.TEST)
    assert isinstance(test.numbers["low"], float)
    assert test.numbers["low"] < -0.005


@pytest.mark.parametrize(
    ("n", "gained", "low", "doubts"),
    [
        (96, 0, -0.0377, (Doubt.FEW_TESTED,)),
        (735, 0, -0.0050, (Doubt.FEW_TESTED,)),
        (740, 0, -0.0050, ()),  # 0.498 points
        (96, 12, 0.0248, ()),  # more is won, beyond chance, than may be lost
    ],
)
def test_few_rows_of_which_none_is_lost_leave_it_to_a_person(
    n: int, gained: int, low: float, doubts: tuple[Doubt, ...]
) -> None:
    """Drawn again none of them is lost either, so the bootstrap has no width below."""
    found = verdict(GOLD, planted(SetName.TEST, n, gained=gained, lost=0), HELDOUT)
    assert found.passed
    assert found.doubts == doubts
    (test,) = of(found, CheckName.TEST)
    assert test.numbers["low"] == pytest.approx(low, abs=0.00005)


def test_rows_that_came_together_are_one_that_may_be_lost() -> None:
    pair = planted(SetName.TEST, 1_000, gained=0, lost=0)
    assert verdict(GOLD, pair, HELDOUT).doubts == ()
    together = replace(pair, groups=np.arange(1_000) // 5)
    assert verdict(GOLD, together, HELDOUT).doubts == (Doubt.FEW_TESTED,)
    other = planted(SetName.TEST, 96, gained=0, lost=0, task="nsp")
    assert verdict(*GOOD, other).doubts == (Doubt.FEW_TESTED,), "nor is another task of the same trunk sure"


def test_a_missing_public_test_set_is_told() -> None:
    found = verdict(GOLD, HELDOUT)
    assert found.passed
    assert [check.state for check in of(found, CheckName.TEST)] == [CheckState.NOT_SEEN]
    assert found.doubts == (Doubt.NOT_TESTED,)
    assert verdict(HELDOUT).doubts == (Doubt.VOTES_ALONE, Doubt.NOT_TESTED)
    assert verdict(*GOOD).doubts == ()


def test_the_test_set_of_another_task_does_not_stand_for_the_own_one() -> None:
    other = planted(SetName.TEST, 2_000, gained=6, lost=6, task="nsp")
    found = verdict(GOLD, HELDOUT, other)
    assert found.passed
    assert found.doubts == (Doubt.NOT_TESTED,)


def test_of_what_was_refused_nothing_is_left_to_a_person() -> None:
    assert verdict(planted(SetName.HELDOUT, 500, gained=0, lost=10)).doubts == ()


def test_calibration_that_nobody_could_look_at_is_told() -> None:
    found = verdict(GOLD)
    (check,) = of(found, CheckName.CALIBRATION)
    assert check.state is CheckState.NOT_SEEN
    assert check.numbers == {"task": "sentiment", "margin": 0.02}
    assert found.passed
    other = planted(SetName.TEST, 2_000, gained=6, lost=6, task="nsp")
    unseen = [check.state for check in of(verdict(GOLD, other), CheckName.CALIBRATION)]
    assert unseen == [CheckState.NOT_SEEN, CheckState.PASSED]
    for seen in (TEST, HELDOUT):
        states = [check.state for check in of(verdict(GOLD, seen), CheckName.CALIBRATION)]
        assert states == [CheckState.PASSED]


def test_a_task_that_is_forgotten_fails_though_another_was_learnt() -> None:
    other = planted(SetName.TEST, 2_000, gained=20, lost=40, task="nsp")
    found = verdict(*GOOD, other)
    assert failed(found) == [CheckName.TEST]
    assert not found.passed


def one_class(n: int, gained: int, lost: int) -> Paired:
    """Gold rows with a gain in the one class, and so much lost in n rows of the other."""
    champion = np.concatenate([np.arange(400) < 320, np.arange(n) < n - n // 4])
    candidate = champion.copy()
    candidate[300:400] = True
    candidate[400 : 400 + lost] = False
    candidate[400 + n - gained :] = True
    labels = np.repeat([0, 1], [400, n])
    return paired(SetName.GOLD, champion, candidate, labels=labels)


@pytest.mark.parametrize(
    ("n", "gained", "lost", "state"),
    [
        (400, 0, 9, CheckState.FAILED),  # 2.25 points, all of them lost
        (400, 0, 8, CheckState.PASSED),  # 2 points are allowed
        (400, 30, 39, None),  # 2.25 points, as chance gives them: in doubt
        (60, 1, 6, None),  # 8.3 points, likewise
        (40, 0, 5, CheckState.FAILED),  # 12.5 points
        (40, 0, 2, CheckState.PASSED),  # 5 points, but two rows
        (40, 0, 3, None),  # 7.5 points, but three rows one way happen by chance
        (20, 2, 5, CheckState.FAILED),  # 15 points are too much, chance or not
        (8, 0, 2, CheckState.PASSED),  # 25 points, but two rows
        (8, 0, 3, CheckState.FAILED),  # 38 points, and three rows
        (8, 0, 6, CheckState.FAILED),  # all that it had right
        (2, 0, 2, CheckState.NOT_SEEN),  # the champion has two right: nothing to fail by
    ],
)
def test_a_class_that_loses_fails_alone(n: int, gained: int, lost: int, state: CheckState | None) -> None:
    """Or it passes, and is left to a person where the loss may be chance."""
    found = verdict(one_class(n, gained, lost), TEST, HELDOUT)
    (check,) = [
        check
        for check in of(found, CheckName.RECALL)
        if (check.numbers["set"], check.numbers["label"]) == ("gold", "positive")
    ]
    assert check.state is (state or CheckState.PASSED)
    assert found.doubts == (() if state else (Doubt.LOST_RECALL,))
    assert check.numbers["n"] == n
    assert failed(found) == ([CheckName.RECALL] if state is CheckState.FAILED else [])
    assert found.passed is (state is not CheckState.FAILED)


def test_models_that_are_as_good_seldom_lose_a_class_by_chance() -> None:
    """Of fifty rows, four are discordant; to refuse for that would be to refuse most candidates."""
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(50):
        kinds = rng.choice(3, p=[0.92, 0.04, 0.04], size=50)
        champion, candidate = kinds != 1, kinds != 2
        pair = paired(SetName.HELDOUT, champion, candidate, labels=np.zeros(50, np.int64))
        refused += CheckName.RECALL in failed(verdict(pair))
    assert refused / 50 < 0.06


@pytest.mark.parametrize("name", [SetName.TEST, SetName.HELDOUT])
def test_a_boastful_candidate_fails_alone(name: SetName) -> None:
    pairs = [
        replace(pair, candidate=replace(pair.candidate, confidence=np.full(len(pair), 0.92)))
        if pair.name is name
        else pair
        for pair in GOOD
    ]
    assert failed(verdict(*pairs)) == [CheckName.CALIBRATION]
    assert verdict(*pairs, rules=Rules(calibration_margin=0.15)).passed


def test_calibration_of_a_few_rows_does_not_refuse_by_chance() -> None:
    few = planted(SetName.HELDOUT, 20, gained=2, lost=1, confidence=(0.8, 0.88))
    found = verdict(GOLD, TEST, few)
    (check,) = [check for check in of(found, CheckName.CALIBRATION) if check.numbers["set"] == "heldout"]
    assert check.state is CheckState.PASSED


def test_calibration_of_rows_that_are_all_alike_and_few_does_not_refuse() -> None:
    """Drawn again and again, two rows that are both worse are worse each time."""
    for rows, state in ((29, CheckState.PASSED), (30, CheckState.FAILED)):
        alike = planted(SetName.HELDOUT, rows, gained=0, lost=0, confidence=(0.8, 0.3))
        found = verdict(GOLD, TEST, alike)
        (check,) = [check for check in of(found, CheckName.CALIBRATION) if check.numbers["set"] == "heldout"]
        assert (check.state, check.numbers["n"]) == (state, rows)
        low = check.numbers["low"]
        assert isinstance(low, float)
        assert low > 0, "by chance it would have passed"


def test_calibration_of_many_pairs_of_few_premises_does_not_refuse() -> None:
    pairs = planted(SetName.HELDOUT, 60, gained=0, lost=0, confidence=(0.8, 0.3))
    grouped = replace(pairs, groups=np.arange(60) % 20)
    found = verdict(GOLD, TEST, grouped)
    (check,) = [check for check in of(found, CheckName.CALIBRATION) if check.numbers["set"] == "heldout"]
    assert check.state is CheckState.PASSED


def test_a_slow_candidate_fails_alone() -> None:
    assert failed(verdict(*GOOD, times=took(20, 23))) == [CheckName.LATENCY]
    assert verdict(*GOOD, times=took(20, 21)).passed
    assert verdict(*GOOD, times=took(20, 5)).passed


def test_times_that_are_all_noise_do_not_refuse() -> None:
    rng = np.random.default_rng(1)
    noisy = Times(rng.exponential(20, size=(1, 5)), rng.exponential(26, size=(1, 5)))
    (check,) = of(verdict(*GOOD, times=noisy), CheckName.LATENCY)
    assert isinstance(check.numbers["ratio"], float)
    assert check.numbers["ratio"] > 1.1
    assert check.state is CheckState.PASSED


def test_a_machine_that_held_up_one_model_most_of_the_time_does_not_refuse() -> None:
    """Seven of ten tries of each question took twice as long, as beside other work."""
    held_up = np.repeat([40.0, 40.0, 20.0, 40.0, 40.0, 20.0, 40.0, 40.0, 20.0, 40.0], 10).reshape(10, 10)
    times = Times(np.full((10, 10), 20.0), held_up)
    (check,) = of(verdict(*GOOD, times=times), CheckName.LATENCY)
    assert check.state is CheckState.PASSED
    assert (check.numbers["ratio"], check.numbers["n"]) == (1.0, 100)
    assert (check.numbers["champion_ms"], check.numbers["candidate_ms"]) == (20.0, 20.0)


def test_too_few_voters_fail_alone() -> None:
    assert failed(verdict(*GOOD, teachers=Teachers(4, 0.3))) == [CheckName.VOTERS]
    assert verdict(*GOOD, teachers=Teachers(5, 0.3)).passed


def test_a_voter_with_too_many_votes_fails_alone() -> None:
    assert failed(verdict(*GOOD, teachers=Teachers(9, 0.31))) == [CheckName.VOTER_SHARE]


def test_what_was_not_measured_is_told() -> None:
    found = verdict(*GOOD, times=None, teachers=None)
    unseen = {check.name for check in found.checks if check.state is CheckState.NOT_SEEN}
    assert unseen == {CheckName.LATENCY, CheckName.VOTERS, CheckName.VOTER_SHARE}
    assert found.passed


def test_answers_with_no_numbers_are_refused_with_the_reason() -> None:
    broken = replace(TEST, candidate=Answers.of_logits(np.full((2_000, 2), np.nan, np.float32)))
    found = verdict(GOLD, broken, HELDOUT)
    assert failed(found) == [CheckName.ANSWERS]
    assert not found.passed
    assert of(found, CheckName.ANSWERS)[0].numbers == {"broken": 2_000, "n": 2_900}


def test_one_infinite_logit_is_no_number() -> None:
    logits = np.array([[0.0, np.inf], [1.0, 3.0], [-np.inf, 0.0]], np.float32)
    answers = Answers.of_logits(logits)
    assert answers.broken == 2
    assert answers.chosen[1] == 1
    assert answers.confidence[1] == pytest.approx(1 / (1 + np.exp(-2)))


def test_a_candidate_that_is_the_champion_is_refused_with_the_reason() -> None:
    same = [replace(pair, candidate=pair.champion) for pair in GOOD]
    found = verdict(*same)
    assert failed(found) == [CheckName.CHANGED, CheckName.GAIN]
    assert of(found, CheckName.CHANGED)[0].numbers["changed"] == 0


def test_a_candidate_taught_shuffled_labels_is_refused_with_the_reason() -> None:
    rng = np.random.default_rng(3)
    pairs = [
        replace(pair, candidate=Answers(rng.permutation(pair.labels), np.full(len(pair), 0.8)))
        for pair in GOOD
    ]
    found = verdict(*pairs)
    assert not found.passed
    assert {CheckName.GAIN, CheckName.TEST, CheckName.RECALL, CheckName.CALIBRATION} == set(failed(found))


ANSWERS = st.lists(st.integers(0, 1), min_size=60, max_size=60)


@settings(max_examples=25, deadline=None)
@given(answers=ANSWERS, labels=ANSWERS)
def test_no_model_ever_passes_against_itself(answers: list[int], labels: list[int]) -> None:
    chosen = Answers(np.array(answers), np.full(60, 0.7))
    pair = Paired(SetName.HELDOUT, "sentiment", np.array(labels), chosen, chosen, SENTIMENT)
    assert not verdict(pair).passed


@settings(max_examples=25, deadline=None)
@given(one=ANSWERS, other=ANSWERS, labels=ANSWERS, agree=st.integers(0, 60))
def test_two_models_never_pass_against_each_other(
    one: list[int], other: list[int], labels: list[int], agree: int
) -> None:
    """One of them is right in the last rows, so that it does pass at times."""
    first = Answers(np.array(one), np.full(60, 0.7))
    better = np.where(np.arange(60) < agree, other, labels)
    second = Answers(better, np.full(60, 0.7))
    there = Paired(SetName.HELDOUT, "sentiment", np.array(labels), first, second, SENTIMENT)
    back = replace(there, champion=second, candidate=first)
    assert not (verdict(there).passed and verdict(back).passed)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([planted(SetName.GOLD, 0, 0, 0)], "the gold set of sentiment is empty"),
        ([], "nothing to see a gain on"),
        ([TEST], "no gold and no held-out rows of sentiment"),
        ([GOLD, GOLD], "given twice"),
        ([replace(GOLD, labels=GOLD.labels + 1)], "labels beside negative, positive"),
        (
            [replace(GOLD, champion=Answers(GOLD.labels, np.full(400, np.nan)))],
            "the champion answers the gold set",
        ),
    ],
)
def test_what_cannot_be_judged_is_said(pairs: list[Paired], said: str) -> None:
    with pytest.raises(DataError, match=said):
        verdict(*pairs)


@pytest.mark.parametrize("teachers", [Teachers(-1, 0.2), Teachers(9, 20.0), Teachers(9, float("nan"))])
def test_impossible_voters_are_refused(teachers: Teachers) -> None:
    with pytest.raises(DataError, match="0 to 1"):
        verdict(*GOOD, teachers=teachers)
