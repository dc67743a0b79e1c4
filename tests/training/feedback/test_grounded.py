"""Five accounts of one person are not five people, as far as that can be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from storage.snapshots import Member
from training.feedback.agreement import agree
from training.feedback.ballots import Agreement, Ballot, Gold, Method, Place, Rules, Settled, Verdict
from training.feedback.behind import teachers
from training.feedback.grounded import LEAST, by_known_labels, grounded, proved_by_gold
from training.gate.rules import Rules as Bounds

pytest.importorskip("crowdkit")
LABELS = ("negative", "positive")
HONEST, PUPPETS = range(5), range(10, 15)


def truth(item: int) -> str:
    return LABELS[item % 2]


def ballots(voters: Iterable[int], items: Iterable[int], *, wrong: bool = False) -> list[Ballot]:
    """All say of all items what is right, or all the same that is not."""
    return [Ballot(item, 0, voter, truth(item + wrong), blind=False) for item in items for voter in voters]


def found(
    *cast: list[Ballot], gold: Gold | None = None, settled: Mapping[Place, Settled] | None = None
) -> Agreement:
    return agree([each for some in cast for each in some], labels=LABELS, gold=gold, settled=settled)


def test_five_new_accounts_that_agree_with_each_other_are_nobody_yet() -> None:
    honest = ballots(HONEST, range(40))
    puppets = ballots(PUPPETS, range(100, 100 + LEAST - 1))
    agreed = found(honest, puppets)
    assert {agreed.standings[each].verdict for each in PUPPETS} == {Verdict.TRUSTED}
    assert grounded(agreed) == set(HONEST)
    taught = [Member(item, 0, "train", truth(item)) for item in range(100, 100 + LEAST - 1)]
    assert teachers(agreed, taught).voters == 0 < Bounds().least_voters
    honestly = [Member(item, 0, "train", truth(item)) for item in range(40)]
    assert teachers(agreed, [*honestly, *taught]).voters == len(HONEST)


def test_known_labels_of_some_tell_a_circle_apart_that_agrees_on_texts_of_its_own() -> None:
    honest, puppets = ballots(HONEST, range(40)), ballots(PUPPETS, range(100, 160), wrong=True)
    assert grounded(found(honest, puppets)) == {*HONEST, *PUPPETS}, "without gold nobody can tell"
    gold = {Place(item, 0): truth(item) for item in range(200, 200 + LEAST)}
    tried = ballots([0], range(200, 200 + LEAST))
    agreed = found(honest, puppets, tried, gold=gold)
    assert grounded(agreed) == set(HONEST)
    joined = ballots([20], [*range(5), *range(100, 160)], wrong=False)
    assert 20 not in grounded(found(honest, puppets, tried, joined, gold=gold)), "five alike are too few"


def test_what_voters_made_gold_proves_none_of_them() -> None:
    honest, puppets = ballots(HONEST, range(12)), ballots(PUPPETS, range(100, 250), wrong=True)
    gold = {Place(item, 0): truth(item) for item in range(12)}
    theirs = {
        Place(item, 0): Settled(truth(item + 1), 1.0, Method.GOLD_BY_VOTERS) for item in range(100, 250)
    }
    assert grounded(found(honest, puppets, gold=gold)) == set(HONEST)
    agreed = found(honest, puppets, gold=gold, settled=theirs)
    assert grounded(agreed) == proved_by_gold(agreed) == set(HONEST)
    assert not any(each.known for puppet in PUPPETS for each in agreed.judged[puppet])
    assert {agreed.consensus[place].method for place in theirs} == {Method.GOLD_BY_VOTERS}
    assert not by_known_labels(found(honest, puppets, settled=theirs)), "the maintainer knows nothing"


def test_who_guesses_on_gold_is_not_proved_by_a_circle_of_their_own() -> None:
    """Right in ten of twenty known labels, and of one mind with four others elsewhere."""
    gold = {Place(item, 0): truth(item) for item in range(20)}
    tried = [*ballots(PUPPETS, range(10)), *ballots(PUPPETS, range(10, 20), wrong=True)]
    own = ballots(PUPPETS, range(100, 160), wrong=True)
    agreed = found(ballots(HONEST, range(20)), tried, own, gold=gold)
    assert all(agreed.standings[each].known for each in PUPPETS)
    assert proved_by_gold(agreed) == set(HONEST)


def test_free_words_that_are_wrong_prove_nobody() -> None:
    gold = {Place(item, 0): "봄" for item in range(LEAST)}
    words = ("비", "봄")
    cast = [Ballot(item, 0, voter, words[voter], blind=False) for item in range(LEAST) for voter in (0, 1)]
    assert proved_by_gold(agree(cast, labels=None, gold=gold)) == {1}


def test_who_agrees_with_those_who_agree_with_the_proven_counts_too() -> None:
    gold = {Place(item, 0): truth(item) for item in range(200, 200 + LEAST)}
    tried = ballots([0], range(200, 200 + LEAST))
    near, far = ballots([0, 1, 2], range(20)), ballots([1, 2, 3, 4], range(50, 70))
    assert grounded(found(tried, near, far, gold=gold)) == {0, 1, 2, 3, 4}


def test_who_errs_or_guesses_does_not_count_and_who_voted_too_much_does() -> None:
    honest = ballots(HONEST, range(40))
    liar = ballots([7], range(40), wrong=True)
    busy = ballots([8], range(400))
    agreed = agree([*honest, *liar, *busy], labels=LABELS, rules=Rules(share=0.2))
    assert agreed.standings[8].verdict is Verdict.CAPPED
    assert agreed.standings[8].known
    assert grounded(agreed) == {*HONEST, 8}


def test_a_newcomer_who_voted_too_much_is_known_no_better_for_it() -> None:
    busy = ballots([8], range(100, 500))
    agreed = agree([*ballots(HONEST, range(40)), *busy], labels=LABELS, rules=Rules(share=0.2))
    assert agreed.standings[8].verdict is Verdict.CAPPED
    assert not agreed.standings[8].known
    assert 8 not in grounded(agreed)
