"""A cap on how much of a data set comes from one voter."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b
from math import ceil

from training.feedback.ballots import Ballot, Rules

_ROUNDING = 1e-9  # a fifth of five is one


def over_the_cap(ballots: Iterable[Ballot], rules: Rules) -> frozenset[Ballot]:
    """The ballots to leave out so that nobody has more than ``rules.share`` of those that remain.

    Nothing is left out while there are too few voters for such a share: with 30 %, four have to have voted
    ``rules.at_least`` times each. Which ballots of a voter go is decided by their hash: neither the first nor
    the last, and the same ones whatever order they come in.
    """
    by_voter: dict[int, list[Ballot]] = defaultdict(list)
    for ballot in ballots:
        by_voter[ballot.voter].append(ballot)
    counts = [len(cast) for cast in by_voter.values()]
    if sum(count >= rules.at_least for count in counts) < ceil(1 / rules.share):
        return frozenset()
    limit = _limit(counts, rules.share)
    return frozenset(ballot for cast in by_voter.values() for ballot in sorted(cast, key=_hashed)[limit:])


def _limit(counts: list[int], share: float) -> int:
    """The most that one may keep, if nobody keeps more than ``share`` of all that is kept.

    What is kept grows with the limit ever more slowly, so what is small enough is found by halving.
    """

    def too_many(limit: int) -> bool:
        return limit > share * sum(min(count, limit) for count in counts) + _ROUNDING

    return bisect_left(range(1, max(counts) + 1), True, key=too_many)


def _hashed(ballot: Ballot) -> bytes:
    return blake2b(f"{ballot.voter} {ballot.item} {ballot.slot}".encode(), digest_size=8).digest()
