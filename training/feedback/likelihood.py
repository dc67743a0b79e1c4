"""How probable each label of a place is, given who said what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Protocol

from training.feedback.ballots import Ballot, Place

ASSUMED = 0.8
"""How often somebody of whom nothing is known is right: the trust of a newcomer."""
ASSUMED_VOTES = 5
"""So many judged votes the assumption is worth: a newcomer's first error does not make them a bad voter."""

LEVEL = 1e-9  # log-probabilities as near as this are a tie: sums differ in the last digit


class Voting(Protocol):
    """What is believed of the voters."""

    def prior(self, label: str) -> float:
        """Log-probability of a label before anybody has voted."""

    def said(self, ballot: Ballot, truth: str | None, choices: int) -> float:
        """Log-probability that the voter says that where ``truth`` is right; None: none that is named."""


@dataclass(frozen=True, slots=True)
class OneCoin:
    """Each voter is right as often as they are trusted, and else says any of the other labels.

    With equal trust that is the majority. A vote trusted less than guessing counts for nothing, rather than
    against what it says: who is known to err does not choose by erring.
    """

    trust: Mapping[int, float]

    def prior(self, label: str) -> float:  # noqa: ARG002 - as Voting has it
        """Any label is as probable as another."""
        return 0.0

    def said(self, ballot: Ballot, truth: str | None, choices: int) -> float:
        """Log-probability of the vote."""
        trust = max(self.trust.get(ballot.voter, ASSUMED), 1 / choices)
        return log(trust) if ballot.label == truth else log((1 - trust) / (choices - 1))


@dataclass(frozen=True, slots=True)
class Scores:
    """Per place the log-probability of each label, up to a constant, and what each ballot gave to it.

    With free words a label that nobody said, ``None``, stands for all others.
    """

    totals: Mapping[Place, Mapping[str | None, float]]
    parts: Mapping[Ballot, Mapping[str | None, float]]
    others: Mapping[Place, int]
    """Counted ballots per place."""

    @classmethod
    def of(cls, ballots: Iterable[Ballot], voting: Voting, labels: tuple[str, ...] | None) -> Scores:
        """Add up what the ballots say.

        Args:
            ballots: Those that count, in order.
            voting: What is believed of the voters.
            labels: The closed set; None for free words.
        """
        at: dict[Place, list[Ballot]] = defaultdict(list)
        for ballot in ballots:
            at[ballot.place].append(ballot)
        totals: dict[Place, Mapping[str | None, float]] = {}
        parts: dict[Ballot, Mapping[str | None, float]] = {}
        for place, cast in at.items():
            offered: tuple[str | None, ...] = labels or (*sorted({each.label for each in cast}), None)
            for ballot in cast:
                parts[ballot] = {label: voting.said(ballot, label, len(offered)) for label in offered}
            totals[place] = {
                label: (0.0 if label is None else voting.prior(label))
                + sum(parts[ballot][label] for ballot in cast)
                for label in offered
            }
        return cls(totals, parts, {place: len(cast) for place, cast in at.items()})

    def best(self, place: Place) -> tuple[str | None, float]:
        """The likeliest label of a place, None in a tie, and its probability."""
        return _best(self.totals[place])

    def best_without(self, ballot: Ballot) -> tuple[str | None, float, int]:
        """The same from the ballots of the others, and how many these are."""
        totals, others = self.totals.get(ballot.place), self.others.get(ballot.place, 0)
        if totals is None:
            return None, 0.0, 0
        if (own := self.parts.get(ballot)) is not None:
            totals = {label: total - own[label] for label, total in totals.items()}
            others -= 1
        return *_best(totals), others


def _best(totals: Mapping[str | None, float]) -> tuple[str | None, float]:
    top = max(totals.values())
    level = [label for label, total in totals.items() if total > top - LEVEL]
    probability = 1 / sum(exp(total - top) for total in totals.values())
    return (level[0] if len(level) == 1 else None), probability
