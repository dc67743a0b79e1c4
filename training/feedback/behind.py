"""Whose votes are behind what a training learns from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from storage.snapshots import Member
from training.feedback.ballots import Agreement, Place
from training.feedback.grounded import by_known_labels, grounded
from training.gate.rules import Teachers

_LEARNT = ("train", "dev")


def votes_behind(found: Agreement, members: Iterable[Member]) -> Counter[int]:
    """Count the votes of each voter that decided a label of what is learnt, or the best weights chosen by.

    Args:
        found: What the voters agree on.
        members: Of a data set.
    """
    votes: Counter[int] = Counter()
    for member in members:
        decided = found.consensus.get(Place(member.item, member.slot))
        if decided is not None and member.split in _LEARNT:
            votes.update(decided.voters)
    return votes


def teachers(found: Agreement, members: Iterable[Member]) -> Teachers:
    """Count the people who have shown to be right among those whose votes are behind what is learnt.

    The share is that of the busiest of all.
    """
    votes = votes_behind(found, members)
    most = max(votes.values(), default=0)
    return Teachers(
        len(votes.keys() & grounded(found)),
        most / votes.total() if most else 0.0,
        known=by_known_labels(found),
    )
