"""Which voters have shown that they are right: they alone count where several people must be behind a model.

Anybody can make five accounts, and five accounts that say the same agree with each other. So an account
counts once enough of its votes were judged and proved right. As soon as labels that the maintainer knows
(gold) have shown that of one person, what others agree on shows it of those alone who said the same as such
people: a circle of accounts that agree among themselves, on texts of their own, stays outside. Without such
labels nothing tells the circle from honest people; what it made gold itself is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from training.feedback.ballots import Agreement, Judged, Place

LEAST = 10
"""So many votes of an account must have been judged."""


def grounded(found: Agreement) -> frozenset[int]:
    """Return the voters whose votes count and have proved right often enough."""
    proved = {
        voter: judged
        for voter, judged in found.judged.items()
        if len(judged) >= LEAST and found.standings[voter].known
    }
    sure = set(proved_by_gold(found))
    if not sure:
        return frozenset(proved)
    while more := _beside(sure, proved, found):
        sure |= more
    return frozenset(sure)


def proved_by_gold(found: Agreement) -> frozenset[int]:
    """Return the voters of whom labels that the maintainer knows show by themselves that they are right."""
    return frozenset(
        voter
        for voter, judged in found.judged.items()
        if sum(each.known for each in judged) >= LEAST and found.standings[voter].by_gold
    )


def by_known_labels(found: Agreement) -> bool:
    """Say whether known labels have shown of anybody that they are right; else all merely agree."""
    return bool(proved_by_gold(found))


def _beside(sure: Collection[int], proved: Mapping[int, tuple[Judged, ...]], found: Agreement) -> set[int]:
    """Return who else said the same as those who are sure, often enough, and was right."""
    said: dict[Place, set[str]] = defaultdict(set)
    for ballot in found.ballots:
        if ballot.voter in sure:
            said[ballot.place].add(ballot.label)
    return {
        voter
        for voter, judged in proved.items()
        if voter not in sure
        and sum(each.right and each.ballot.label in said[each.ballot.place] for each in judged) >= LEAST
    }
