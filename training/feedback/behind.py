"""Whose votes are behind what a training learns from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from storage.snapshots import Member
from training.feedback.ballots import Agreement, Place

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
