"""Labels from many voters, of whom some are careless and some hostile: planted truths are found again."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.feedback.planted import (
    Voter,
    at,
    decided,
    guesser,
    inverted,
    majority,
    mostly_right,
    planted,
    share_right,
)
from training.feedback import agreement
from training.feedback.agreement import agree
from training.feedback.ballots import Ballot, Method, Place, Rules, Standing, Verdict

TWO = ("negative", "positive")
THREE = ("entailment", "neutral", "contradiction")


def good(number: int, labels: tuple[str, ...] = TWO) -> list[Voter]:
    return [mostly_right(0.9, labels)] * number


def ballot(item: int, voter: int, label: str) -> Ballot:
    return Ballot(item, 0, voter, label, blind=False)


@pytest.mark.parametrize("seed", range(3))
def test_a_guesser_and_a_liar_among_ten_are_found_and_left_out(seed: int) -> None:
    truth, ballots = planted([*good(8), guesser(TWO), inverted(TWO)], 400, [4], TWO, seed)

    found = agree(ballots, labels=TWO)

    by_majority = share_right(majority(ballots), truth)
    assert 0.83 < by_majority < 0.92
    assert share_right(decided(found), truth) > max(0.94, by_majority + 0.05)
    assert [each.verdict for each in found.standings.values()] == [
        *[Verdict.TRUSTED] * 8,
        Verdict.CHANCE,
        Verdict.INVERTED,
    ]
    assert {each.voter for each in found.counted} == set(range(8))
    assert {each.method for each in found.consensus.values()} == {Method.DAWID_SKENE}


@pytest.mark.parametrize("seed", range(3))
def test_two_liars_among_twelve_change_little(seed: int) -> None:
    truth, ballots = planted([*good(10), inverted(TWO), inverted(TWO)], 300, [3, 4], TWO, seed)

    found = agree(ballots, labels=TWO)

    assert share_right(decided(found), truth) > max(0.92, share_right(majority(ballots), truth) + 0.05)
    bad = {voter for voter, each in found.standings.items() if not each.verdict.counts}
    assert bad == {10, 11}
    assert all(each.left_out == each.votes > 50 for each in found.standings.values() if each.voter in bad)


def test_a_pair_that_lies_together_finds_no_third() -> None:
    """They vote on the same items, two against one or two, so that they win or tie each by majority."""
    rng = random.Random(0)
    honest = mostly_right(0.95, TWO)
    truth = {Place(item, 0): rng.choice(TWO) for item in range(300)}
    ballots = []
    for place, label in truth.items():
        others = rng.sample(range(6), 2 if place.item % 3 == 0 else 4)
        ballots += [ballot(place.item, voter, honest(label, rng)) for voter in others]
        if place.item % 3 == 0:
            lie = TWO[label == TWO[0]]
            ballots += [ballot(place.item, liar, lie) for liar in (6, 7)]

    found = agree(ballots, labels=TWO)

    assert share_right(majority(ballots), truth) < 0.85
    assert share_right(decided(found), truth) > 0.93
    assert {v for v, each in found.standings.items() if each.verdict is Verdict.INVERTED} == {6, 7}


def test_gold_shows_a_hostile_majority() -> None:
    """Without gold three who lie together are the majority, and the two who do not are the ones left out."""
    truth, ballots = planted([*[inverted(TWO)] * 3, *good(2)], 120, [5], TWO, seed=1)
    gold = {place: label for place, label in truth.items() if place.item < 15}
    rest = {place: label for place, label in truth.items() if place not in gold}

    assert share_right(decided(agree(ballots, labels=TWO)), rest) < 0.1
    found = agree(ballots, labels=TWO, gold=gold)

    assert (
        share_right(decided(found), rest) > 0.8
    )  # what two of 90 % can tell where they agree or one is surer
    assert [each.verdict.counts for each in found.standings.values()] == [False] * 3 + [True] * 2
    assert "right in 0 of 15 known labels" in found.standings[0].reason
    assert {at(found, item).method for item in range(15)} == {Method.GOLD}


def test_where_everybody_is_wrong_on_gold_nothing_else_is_decided() -> None:
    truth, ballots = planted([inverted(TWO)] * 4, 60, [4], TWO, seed=2)
    gold = {place: label for place, label in truth.items() if place.item < 20}

    found = agree(ballots, labels=TWO, gold=gold)

    assert decided(found) == gold
    assert not found.counted
    assert at(found, 0).voters == ()
    assert at(found, 0).confidence == 1


def test_gold_that_nobody_guessed_is_gold_all_the_same() -> None:
    truth, ballots = planted(good(5, THREE[:2]), 60, [4], THREE[:2], seed=3)
    place = min(truth)

    found = agree(ballots, labels=THREE, gold={place: THREE[2], (999, 0): THREE[0]})

    assert found.consensus[place].label == THREE[2]
    assert set(found.consensus[place].voters) == {each.voter for each in ballots if each.place == place}
    assert Place(999, 0) not in found.consensus  # nobody voted there


@pytest.mark.parametrize("labels", [TWO, THREE])
def test_few_votes_are_counted_by_majority(labels: tuple[str, ...]) -> None:
    truth, ballots = planted([mostly_right(1.0, labels)] * 3, 9, [3], labels, seed=4)

    found = agree(ballots, labels=labels)

    assert {each.method for each in found.consensus.values()} == {Method.MAJORITY}
    assert decided(found) == truth
    more = [*ballots, *(ballot(100, voter, labels[0]) for voter in range(3))]
    assert at(agree(more, labels=labels), 100).method is Method.DAWID_SKENE


def test_a_lone_voter_decides_as_surely_as_anybody_is_trusted() -> None:
    found = agree([ballot(item, 7, TWO[item % 2]) for item in range(500)], labels=TWO)

    assert [at(found, item).label for item in range(500)] == [TWO[item % 2] for item in range(500)]
    assert {round(each.confidence, 9) for each in found.consensus.values()} == {0.8}
    standing = found.standings[7]
    assert (standing.verdict, standing.judged, standing.left_out) == (Verdict.NEW, 0, 0)
    assert "none of their votes could be judged" in standing.reason


def test_of_two_who_always_differ_nobody_is_said_to_lie() -> None:
    found = agree([ballot(item, voter, TWO[voter]) for item in range(100) for voter in (0, 1)], labels=TWO)

    assert {each.verdict for each in found.standings.values()} == {Verdict.NEW}
    assert {each.label for each in found.consensus.values()} == {None}
    assert {round(each.confidence, 9) for each in found.consensus.values()} == {0.5}


@pytest.mark.parametrize("labels", [TWO, THREE, None])
def test_a_tie_decides_nothing(labels: tuple[str, ...] | None) -> None:
    one, two = (labels or ("봄", "여름"))[:2]
    found = at(
        agree([ballot(1, 1, one), ballot(1, 2, two), ballot(1, 3, one), ballot(1, 4, two)], labels=labels), 1
    )

    assert found.label is None
    assert 0.4 < found.confidence <= 0.5
    assert found.voters == (1, 2, 3, 4)


def test_a_majority_names_all_who_counted() -> None:
    found = at(
        agree([ballot(1, 3, "positive"), ballot(1, 1, "negative"), ballot(1, 2, "positive")], labels=TWO), 1
    )

    assert (found.label, found.voters) == ("positive", (1, 2, 3))
    assert found.confidence == pytest.approx(0.8)  # 0.8² · 0.2 against 0.2² · 0.8


def test_free_words_go_by_majority_and_trust() -> None:
    """Two newcomers against two who were right on gold: a tie by number, not by trust."""
    gold = {(item, 0): "꽃" for item in range(30)}
    known = [ballot(item, voter, "꽃") for item in range(30) for voter in (1, 2)]
    wrong = [ballot(item, 5, "돌") for item in range(30)]
    split = [ballot(50, voter, "비") for voter in (1, 2)] + [ballot(50, voter, "눈") for voter in (3, 4, 5)]

    found = agree([*known, *wrong, *split], labels=None, gold=gold)

    assert at(found, 50).label == "비"
    assert at(found, 50).method is Method.MAJORITY
    assert found.standings[5].trust == pytest.approx(4 / 35)
    assert found.standings[5].verdict is Verdict.WEIGHED
    assert found.alpha is None


def test_slots_of_an_item_are_apart() -> None:
    found = agree([Ballot(1, 0, 1, "봄", blind=True), Ballot(1, 1, 1, "비", blind=True)], labels=None)

    assert decided(found) == {Place(1, 0): "봄", Place(1, 1): "비"}


def test_nothing_in_nothing_out() -> None:
    found = agree([], labels=TWO)

    assert (found.consensus, found.standings, found.alpha) == ({}, {}, None)


def test_who_only_skipped_has_a_standing() -> None:
    found = agree([ballot(1, 1, "positive")], labels=TWO, voters=[1, 9])

    assert list(found.standings) == [1, 9]
    skipper = found.standings[9]
    assert (skipper.votes, skipper.verdict) == (0, Verdict.NEW)
    assert skipper.trust == pytest.approx(0.8)
    assert skipper.reason == "has not voted, or only skipped"


@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 5), order=st.randoms(use_true_random=False))
@pytest.mark.parametrize("labels", [THREE, None])
def test_the_order_of_ballots_changes_nothing(
    labels: tuple[str, ...] | None, seed: int, order: random.Random
) -> None:
    truth, ballots = planted([*good(5, THREE), guesser(THREE), inverted(THREE)], 40, [2, 3, 4], THREE, seed)
    gold = {place: label for place, label in truth.items() if place.item < 5}
    shuffled = order.sample(ballots, len(ballots))

    first = agree(ballots, labels=labels, gold=gold)
    second = agree(shuffled, labels=labels, gold=dict(reversed(gold.items())))

    assert first == second
    assert list(first.consensus) == list(second.consensus)


@pytest.mark.parametrize(
    ("ballots", "labels", "gold", "why"),
    [
        (
            [ballot(1, 2, "positive"), ballot(1, 2, "negative")],
            TWO,
            {},
            "voter 2 has two ballots in slot 0 of item 1",
        ),
        ([ballot(1, 2, "good")], TWO, {}, "no label of this task: 'good'"),
        ([], TWO, {(1, 0): "bad"}, "no label of this task: 'bad'"),
        ([], ("positive",), {}, "two or more"),
    ],
)
def test_what_cannot_be_is_refused(
    ballots: list[Ballot], labels: tuple[str, ...], gold: dict[tuple[int, int], str], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        agree(ballots, labels=labels, gold=gold)


@pytest.mark.parametrize("wrong", [{"share": 0.0}, {"sure": 1.5}, {"enough": 0}])
def test_rules_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Rules(**wrong)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=8)
@given(
    votes=st.dictionaries(
        st.tuples(st.integers(0, 14), st.integers(0, 3)), st.sampled_from(TWO), min_size=30
    ),
    known=st.sets(st.integers(0, 14), min_size=7, max_size=9),
)
def test_whose_verdict_does_not_count_has_no_ballot_that_does(
    votes: dict[tuple[int, int], str], known: set[int]
) -> None:
    ballots = [ballot(item, voter, label) for (item, voter), label in votes.items()]
    ballots += [ballot(item, 4, TWO[1]) for item in range(15)]  # wrong on all gold

    found = agree(ballots, labels=TWO, gold={(item, 0): TWO[0] for item in known})

    for voter, each in found.standings.items():
        counted = sum(one.voter == voter for one in found.counted)
        assert each.votes == counted + each.left_out
        assert each.verdict.counts or counted == 0
    assert all(0 < each.confidence <= 1 for each in found.consensus.values())


def test_voters_who_take_turns_in_being_left_out_are_all_left_out_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each looks like a guesser only while the other counts: said to each of them in every second round."""
    asked = Counter[int]()

    def in_turns(voter: int, votes: int, *_: object) -> Standing:
        asked[voter] += 1
        guesses = voter == asked[voter] % 2
        verdict = Verdict.CHANCE if guesses else Verdict.NEW
        out, why = votes if guesses else 0, str(asked[voter])
        return Standing(voter, votes, 0, 0, 0.8, verdict, why, out, known=False, by_gold=False)

    monkeypatch.setattr(agreement, "standing", in_turns)

    found = agree([ballot(item, voter, "positive") for item in range(5) for voter in range(3)], labels=TWO)

    assert {voter for voter, each in found.standings.items() if not each.verdict.counts} == {0, 1}
    assert {each.voter for each in found.counted} == {2}
