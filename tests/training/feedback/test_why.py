"""The maintainer sees who said what, who counted, and why."""

from __future__ import annotations

import pytest

from tests.training.feedback.planted import inverted, mostly_right, planted
from training.feedback.agreement import agree
from training.feedback.ballots import Agreement, Ballot, Method, Place, Settled, Verdict
from training.feedback.why import account, conflicts, confusion

TWO = ("negative", "positive")


@pytest.fixture(scope="module")
def found() -> Agreement:
    truth, ballots = planted([*[mostly_right(1.0, TWO)] * 4, inverted(TWO)], 60, [4], TWO, seed=0)
    return agree(ballots, labels=TWO, gold={Place(0, 0): truth[Place(0, 0)]})


def test_an_item_tells_who_counted(found: Agreement) -> None:
    place = next(each.place for each in found.ballots if each.voter == 4 and each.item > 0)

    told = account(found, place)

    assert told.decided == found.consensus[place]
    assert [each.ballot.voter for each in told.said] == sorted(each.ballot.voter for each in told.said)
    assert {each.ballot.voter: each.counted for each in told.said} == {
        each.ballot.voter: each.ballot.voter != 4 for each in told.said
    }
    liar = told.said[-1].standing
    assert (liar.voter, liar.verdict) == (4, Verdict.INVERTED)
    assert liar.trust < 0.15


def test_conflicts_are_where_voters_differ_the_least_sure_first() -> None:
    def ballot(item: int, voter: int, label: str) -> Ballot:
        return Ballot(item, 0, voter, label, blind=True)

    found = agree(
        [
            *(ballot(1, voter, "positive") for voter in range(3)),
            *(ballot(2, voter, TWO[voter > 0]) for voter in range(4)),
            *(ballot(3, voter, TWO[voter > 0]) for voter in range(2)),
        ],
        labels=TWO,
    )

    told = conflicts(found)

    assert [each.said[0].ballot.item for each in told] == [3, 2]
    assert told[0].decided is not None
    assert told[0].decided.label is None


def test_what_nobody_counts_in_is_a_conflict_without_a_label() -> None:
    gold = {(item, 0): TWO[0] for item in range(10)}
    wrong = [Ballot(item, 0, voter, TWO[1], blind=False) for item in range(10) for voter in (1, 2)]
    split = [Ballot(50, 0, voter, TWO[voter - 1], blind=False) for voter in (1, 2)]

    told = conflicts(agree([*wrong, *split], labels=TWO, gold=gold))

    assert [each.decided for each in told] == [None]
    assert [each.counted for each in told[0].said] == [False, False]


def test_who_contradicts_an_imported_label_is_a_conflict_and_does_not_move_it() -> None:
    """Nobody agrees with it in 1, everybody in 2, two of three in 3; 4 is not imported."""
    said = {1: "nn", 2: "ppp", 3: "ppn", 4: "pnn"}
    cast = [
        Ballot(item, 0, voter, TWO[label == "p"], blind=False)
        for item, labels in said.items()
        for voter, label in enumerate(labels)
    ]
    imported = {Place(item, 0): Settled("positive", 1.0, Method.IMPORTED) for item in (1, 2, 3)}

    found = agree(cast, labels=TWO, settled=imported)
    told = conflicts(found)

    decided = [each.decided for each in told if each.decided is not None]
    assert [each.item for each in decided] == [1, 3, 4]
    assert [(each.label, each.confidence, each.voters) for each in decided[:2]] == [("positive", 1.0, ())] * 2
    assert decided[2].method is Method.MAJORITY
    assert decided[2].voters == (0, 1, 2)
    assert not any(each.known for judged in found.judged.values() for each in judged), "it is no proof either"


def test_an_item_without_ballots_has_no_account(found: Agreement) -> None:
    with pytest.raises(KeyError):
        account(found, Place(12345, 0))


def test_confusion_counts_what_was_said_for_what_is_right(found: Agreement) -> None:
    liar = confusion(found, 4)

    assert list(liar) == list(TWO)
    assert all(set(said) == {other} for (truth, said), other in zip(liar.items(), reversed(TWO), strict=True))
    assert sum(number for said in liar.values() for number in said.values()) == found.standings[4].judged
    assert confusion(found, 99) == {}


def test_confusion_tells_which_is_taken_for_which() -> None:
    gold = {(item, 0): TWO[item == 0] for item in range(4)}
    found = agree([Ballot(item, 0, 1, "positive", blind=True) for item in range(4)], labels=TWO, gold=gold)

    assert confusion(found, 1) == {"negative": {"positive": 3}, "positive": {"positive": 1}}
