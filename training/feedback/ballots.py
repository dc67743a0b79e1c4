"""The frozen values that agreement takes and gives, and the numbers it goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from storage.agreed import GOLD, GOLD_BY_VOTERS, IMPORTED


class Place(NamedTuple):
    """What is agreed on: one slot of one item (mask: one blank; else the item has one slot, 0)."""

    item: int
    slot: int


@dataclass(frozen=True, slots=True, order=True)
class Ballot:
    """What one voter holds to be right in one place; a skip is no ballot.

    Attributes:
        item: Which input.
        slot: Which slot of it.
        voter: Who.
        label: What they say.
        blind: Whether they said so before they saw the model's answer.
    """

    item: int
    slot: int
    voter: int
    label: str
    blind: bool

    @property
    def place(self) -> Place:
        """What it is about."""
        return Place(self.item, self.slot)


Gold = Mapping[Place, str] | Mapping[tuple[int, int], str]
"""The label that the maintainer knows, by item and slot."""


class Method(StrEnum):
    """How a label was decided."""

    GOLD = GOLD
    GOLD_BY_VOTERS = GOLD_BY_VOTERS
    IMPORTED = IMPORTED
    DAWID_SKENE = "dawid-skene"
    MAJORITY = "majority"


@dataclass(frozen=True, slots=True)
class Settled:
    """A label that votes do not move, and that proves nobody right or wrong either.

    Attributes:
        label: What is held to be right.
        confidence: How probable it is, 0…1.
        method: Why it is settled.
    """

    label: str
    confidence: float
    method: Method


class Verdict(StrEnum):
    """What is known of a voter. The votes of those at chance and of the inverted count nowhere."""

    NEW = "new"  # too little to judge by: counts as anybody
    TRUSTED = "trusted"
    WEIGHED = "weighed"  # free words have no level of chance: each vote counts as far as it is trusted
    CAPPED = "capped"  # counts, but has voted so much that a part is left out
    CHANCE = "chance"
    INVERTED = "inverted"

    @property
    def counts(self) -> bool:
        """Whether votes of such a voter move labels."""
        return self not in {Verdict.CHANCE, Verdict.INVERTED}


@dataclass(frozen=True, slots=True)
class Consensus:
    """What is held to be right in one place.

    Attributes:
        item: Which input.
        slot: Which slot of it.
        label: None where the best labels are level: a tie decides nothing.
        confidence: How probable the label is (a tie: each of the best), 0…1.
        method: How it was decided.
        voters: Who counted, in order; nobody where the label was imported.
    """

    item: int
    slot: int
    label: str | None
    confidence: float
    method: Method
    voters: tuple[int, ...]

    @property
    def place(self) -> Place:
        """What it is about."""
        return Place(self.item, self.slot)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one voter.

    Attributes:
        voter: Who.
        votes: All their ballots.
        judged: Those that could be told right or wrong, and that the verdict rests on.
        right: How many of these were right.
        trust: How often they are right, estimated, 0…1; where nothing is known, what is assumed of anybody.
        verdict: What follows from it.
        reason: The facts, in words.
        left_out: How many ballots count nowhere, for the verdict or for the cap.
        known: Whether more is known of them than is assumed of a newcomer, and it is good.
        by_gold: Whether the maintainer's known labels alone say so, and they were right there more often than
            wrong.
    """

    voter: int
    votes: int
    judged: int
    right: int
    trust: float
    verdict: Verdict
    reason: str
    left_out: int
    known: bool
    by_gold: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """One vote beside what is held to be right.

    Attributes:
        ballot: The vote.
        truth: The known label, or what the others agree on.
        confidence: How probable the truth is; 1 where it is known.
        known: Whether the maintainer knows it; else others agree on it.
    """

    ballot: Ballot
    truth: str
    confidence: float
    known: bool

    @property
    def right(self) -> bool:
        """Whether the vote says the same."""
        return self.ballot.label == self.truth


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers that a maintainer may change.

    Attributes:
        share: At most this part of a data set comes from one voter; 1 for no cap.
        at_least: A voter with fewer ballots than this is not among those between whom the cap shares out,
            so that a second person's first taps do not cost the first one's hundreds.
        fewest_voters: Dawid–Skene needs so many voters. With two who differ, nothing tells who of them is
            wrong; a third view makes it identifiable (Zhang et al. 2014, https://arxiv.org/abs/1406.3824).
        fewest_shared: … each with so many places where somebody else voted too. A confusion matrix of two
            labels is two rates; from fewer than ten votes they are hardly known better than assumed.
            With free words a voter's trust weighs from so many judged votes on.
        sure: A vote is judged by the others' consensus where that is at least so probable.
        enough: Judged votes before "at chance" can be said.
        useful: It is not said either while the voter may still be one who is right as often as this: others
            agree on wrong labels too, and against these an honest voter looks like a guesser sooner.
        significance: "Inverted" is said when so many errors are less probable than this by guessing.
    """

    share: float = 0.3
    at_least: int = 10
    fewest_voters: int = 3
    fewest_shared: int = 10
    sure: float = 0.7
    enough: int = 40
    useful: float = 0.7
    significance: float = 0.01

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: A share or probability outside of 0…1, or a number below 1.
        """
        for name in ("share", "sure", "useful", "significance"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} is a part, more than 0 and at most 1")
        for name in ("at_least", "fewest_voters", "fewest_shared", "enough"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is at least 1")


@dataclass(frozen=True, slots=True)
class Agreement:
    """All that was found out about the ballots of one task.

    Attributes:
        consensus: Per place with a ballot that counts, or with one and a known or imported label; in order.
        standings: Per voter, in order.
        alpha: Krippendorff's alpha of all ballots; None where it is undefined.
        ballots: All, in order.
        counted: Those of them that moved labels.
        judged: Per voter the votes that could be told right or wrong.
    """

    consensus: Mapping[Place, Consensus]
    standings: Mapping[int, Standing]
    alpha: float | None
    ballots: tuple[Ballot, ...]
    counted: frozenset[Ballot]
    judged: Mapping[int, tuple[Judged, ...]]
