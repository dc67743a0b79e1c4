"""Votes of known voters on items of known labels."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from training.feedback.ballots import Agreement, Ballot, Consensus, Place

Voter = Callable[[str, random.Random], str]
"""What a voter says where something is right."""


def mostly_right(share: float, labels: Sequence[str]) -> Voter:
    """Errs now and then, towards any of the other labels."""

    def says(truth: str, rng: random.Random) -> str:
        return truth if rng.random() < share else rng.choice([label for label in labels if label != truth])

    return says


def guesser(labels: Sequence[str]) -> Voter:
    return lambda _, rng: rng.choice(labels)


def inverted(labels: Sequence[str]) -> Voter:
    """Says on purpose what is wrong."""
    return mostly_right(0.0, labels)


def planted(
    voters: Sequence[Voter], items: int, votes: Sequence[int], labels: Sequence[str], seed: int
) -> tuple[dict[Place, str], list[Ballot]]:
    """Let some of the voters vote on each item; ``votes`` are the numbers of them that may come."""
    rng = random.Random(seed)
    truth = {Place(item, 0): rng.choice(labels) for item in range(items)}
    ballots = [
        Ballot(place.item, 0, voter, voters[voter](label, rng), blind=False)
        for place, label in truth.items()
        for voter in rng.sample(range(len(voters)), rng.choice(votes))
    ]
    return truth, ballots


def share_right(found: Mapping[Place, str | None], truth: Mapping[Place, str]) -> float:
    return sum(found.get(place) == label for place, label in truth.items()) / len(truth)


def decided(agreement: Agreement) -> dict[Place, str | None]:
    return {place: each.label for place, each in agreement.consensus.items()}


def majority(ballots: Sequence[Ballot]) -> dict[Place, str | None]:
    """The label with the most votes; of several the first, as crowd-kit's MajorityVote has it."""
    at: dict[Place, Counter[str]] = {}
    for ballot in ballots:
        at.setdefault(ballot.place, Counter())[ballot.label] += 1
    return {place: min(counts, key=lambda label: (-counts[label], label)) for place, counts in at.items()}


def at(agreement: Agreement, item: int) -> Consensus:
    return agreement.consensus[Place(item, 0)]
