"""The frozen values of what voters say and agree on, as they cross the seam between storage and training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

IMPORTED = "imported"
"""How a label was decided that came with its text, without votes: it is the maintainer's and stays."""

GOLD = "gold"
"""How a label was decided that the maintainer knows to be right."""
GOLD_BY_VOTERS = "gold-by-voters"
"""How a label was decided that voters made known."""

MAINTAINER = "maintainer"
"""Whose a known label is that the maintainer gave: it proves who is right."""
VOTERS = "voters"
"""Whose a known label is that voters agreed on: it measures models, and proves no voter."""


@dataclass(frozen=True, slots=True)
class CastVote:
    """The newest that one person said about one slot of a text.

    Attributes:
        item: The input.
        slot: The blank's index for mask, else 0.
        voter: The annotator.
        label: What they say; None for "I do not know" and, for mask, "none of these".
        blind: Whether they had not been shown what the model answered.
    """

    item: int
    slot: int
    voter: int
    label: str | None
    blind: bool


@dataclass(frozen=True, slots=True)
class NewLabel:
    """What the voters hold to be right in one slot of a text.

    Attributes:
        item: The input.
        slot: The blank's index for mask, else 0.
        label: What is held to be right.
        method: How it was decided.
        confidence: How probable it is, 0…1.
        voters: How many counted; of one that was imported, what its file says.
        given_method: How one that was imported had been decided elsewhere; None if its file tells of no vote.
    """

    item: int
    slot: int
    label: str
    method: str
    confidence: float
    voters: int
    given_method: str | None = None


@dataclass(frozen=True, slots=True)
class KnownLabel:
    """What is known to be right in one slot of a text.

    Attributes:
        label: What is right.
        source: ``MAINTAINER`` or ``VOTERS``: who says so.
    """

    label: str
    source: str


@dataclass(frozen=True, slots=True)
class NewTrust:
    """How far a person's votes on a task turned out right.

    Attributes:
        voter: The annotator.
        votes: All their votes.
        judged: Those that could be told right or wrong.
        correct: How many of these were right.
        trust: How often they are right, 0…1; None where nothing is judged.
        verdict: What follows from it.
        reason: The facts, in words.
        proved: Whether enough of their votes were right for them to count among those behind a model.
    """

    voter: int
    votes: int
    judged: int
    correct: int
    trust: float | None
    verdict: str
    reason: str
    proved: bool
    taught: int


@dataclass(frozen=True, slots=True)
class KnownTrust(NewTrust):
    """The same as it is kept.

    Attributes:
        pseudonym: First digits of the person's pseudonym, to tell voters apart.
        updated_at: When it was found out, UTC.
    """

    pseudonym: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Text:
    """A text, or a pair, that people voted on.

    Attributes:
        item: The input.
        text_a: The text, or the first of a pair.
        text_b: The second of a pair.
        content_hash: Hash of the folded texts: the same in every database.
    """

    item: int
    text_a: str
    text_b: str | None
    content_hash: str


@dataclass(frozen=True, slots=True)
class LabelledText(Text):
    """A text with what is held to be right in one slot of it.

    Attributes:
        slot: The blank's index for mask, else 0.
        label: What is right.
        method: How that was decided, elsewhere if its file tells; ``GOLD`` or ``GOLD_BY_VOTERS`` for what is
            known.
        confidence: How probable it is, 0…1.
        voters: How many counted.
        gold: Whether it is known and nothing may be trained on it.
    """

    slot: int
    label: str
    method: str
    confidence: float
    voters: int
    gold: bool


@dataclass(frozen=True, slots=True)
class ImportedText:
    """A text that comes with its label.

    Attributes:
        task: What the label is of.
        text_a: The text, or the first of a pair.
        text_b: The second of a pair.
        slot: The blank's index for mask, else 0.
        label: What is right.
        confidence: How probable that is, 0…1.
        gold: Whether it is known and nothing may be trained on it.
        source: Who knows it, where it is gold: ``MAINTAINER`` or ``VOTERS``.
        method: How it was decided where a snapshot with it was drawn.
        voters: How many counted there.
    """

    task: str
    text_a: str
    text_b: str | None
    slot: int
    label: str
    confidence: float = 1.0
    gold: bool = False
    source: str = MAINTAINER
    method: str = IMPORTED
    voters: int = 0

    @property
    def decided_by(self) -> str | None:
        """How voters had decided it; None if they had not, or that it is known says so already."""
        return None if self.method in {IMPORTED, GOLD, GOLD_BY_VOTERS} else self.method


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """How far the teaching of one task is.

    Attributes:
        task: Which.
        texts: Texts that were asked about.
        votes: Votes on them, skips not counted.
        blind: How many of these were given without seeing the model's answer.
        skips: How often somebody did not know, or found none of a blank's words right.
        voters: How many people gave these votes, those who only skipped not among them.
        proved: How many people's votes have proved right, as was found out last.
        teachers: How many of them voted on what a training would learn from: the gate counts them alone.
        busiest: The largest share that one person has of all votes on that, 0…1.
        queue: Texts that fewer than ``ENOUGH`` people have voted on.
        labels: Decided labels by what they say.
        imported: How many labels came with their texts.
        gold: Known labels by where they come from.
    """

    task: str
    texts: int
    votes: int
    blind: int
    skips: int
    voters: int
    proved: int
    teachers: int
    busiest: float
    queue: int
    labels: Mapping[str, int]
    imported: int
    gold: Mapping[str, int]

    @property
    def learnable(self) -> int:
        """How many labels may be learnt from: gold only measures."""
        return max(0, sum(self.labels.values()) - sum(self.gold.values()))


ENOUGH = 3
"""So many people have voted on a text before it is out of the queue."""
