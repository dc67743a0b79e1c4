"""The frozen values that cross the seam between storage and its callers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

CONSENT_VERSION = 2
"""Of the promise that people agree to; when it comes to promise less, the next number asks them again."""


class VoteStatus(StrEnum):
    """What a tap did."""

    COUNTED = "counted"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    UNDONE = "undone"
    NOTHING_TO_UNDO = "nothing_to_undo"
    KEPT = "kept"  # another vote, given before the answer was seen, stands
    CLOSED = "closed"  # what was put up for labelling is so no more


PIECES_WRONG = "wrong"
"""Label of a vote that says that ``tokens`` cut a text wrongly."""

TYPED = -1
"""The choice of a vote for a word that the person wrote, in place of a button's index."""

SKIPPED = -2
"""The choice of a vote that says "I do not know", in place of a button's index."""


class VoteKind(StrEnum):
    """Whether a vote agrees with what the model answered, shown or not."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    SKIP = "skip"


class AnswerKind(StrEnum):
    """What a message of the bot shows where that is no answer of a model, in place of what was asked."""

    ITEM = "item"  # a text that its reader is given to label
    POST = "post"  # a text that a group is given to label, also once that is closed


class PostStatus(StrEnum):
    """How far a group is with a text that was put up for it to label."""

    OPEN = "open"  # the answer is not shown, and everybody may vote
    CLOSED = "closed"  # the answer was shown, and no vote changes any more


class ConsentStatus(StrEnum):
    """How far a person is with the question whether their texts and votes may be kept."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"  # said no, or withdrew


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person said to the question.

    Attributes:
        status: What they said.
        version: The promise that they were asked about.
        at: When, UTC.
    """

    status: ConsentStatus
    version: int
    at: datetime

    @property
    def in_force(self) -> bool:
        """Whether texts and votes of this person may be kept."""
        return self.status is ConsentStatus.AGREED and self.version == CONSENT_VERSION

    @property
    def settled(self) -> bool:
        """Whether the question needs no asking: a no stays a no, whatever is promised later."""
        return self.status is ConsentStatus.DECLINED or self.version == CONSENT_VERSION


class Voters(StrEnum):
    """Whose votes count in a group."""

    EVERYBODY = "everybody"
    ADMINS = "admins"


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """What the administrators of a group have set.

    Attributes:
        language: The language in which the bot answers there; ``None`` for each member's own.
        preset: Which models answer there; ``None`` for the operator's choice.
        voters: Whose votes count there.
        cooldown: Seconds between two questions there; ``None`` for the operator's choice.
    """

    language: str | None = None
    preset: str | None = None
    voters: Voters = Voters.EVERYBODY
    cooldown: int | None = None


@dataclass(frozen=True, slots=True)
class NewPrediction:
    """An answer about to be shown.

    Attributes:
        task: ``mask``, ``nsp``, ``sentiment``, ``nli`` or ``tokens``.
        text_a: The text, or the first of a pair.
        text_b: The second of a pair.
        model: Name of the preset or version that answered.
        label: The answer shown (mask: a JSON list of the top token per blank; tokens: empty).
        probabilities: What the model gave, JSON-able and finite.
        options: Per slot (mask: per blank; else one) the labels its buttons stand for, in order; a blank that
            was cut away has none.
        version: First digits of the SHA-256 of the weights that answered; empty if unknown.
    """

    task: str
    text_a: str
    text_b: str | None
    model: str
    label: str
    probabilities: Mapping[str, object]
    options: tuple[tuple[str, ...], ...]
    version: str = ""


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """The message that answered a command before.

    Attributes:
        message_id: The bot's message.
        prediction_id: The stored prediction it shows, if it shows one.
        task: What was asked, also where nothing else is kept, or an :class:`AnswerKind`; None where nothing
            is answered yet.
    """

    message_id: int
    prediction_id: int | None
    task: str | None = None


@dataclass(frozen=True, slots=True)
class VoteCounts:
    """What the keyboard shows.

    Attributes:
        prediction_id: The prediction voted on.
        task: Its task.
        shown: The label shown.
        options: ``options[slot][choice]`` is the label of a button.
        counts: ``counts[slot][choice]`` is the number of votes it has; same shape as ``options``. Votes by
            labellers elsewhere, who were not shown the answer, are not for its chat to see.
        total: Votes in all slots together, those for no button (typed words, "not sure") among them.
        typed: Votes for words that have no button.
        voters: People who have voted.
        post: Whether it is put up for labelling there, or was; None for an answer.
    """

    prediction_id: int
    task: str
    shown: str
    options: tuple[tuple[str, ...], ...]
    counts: tuple[tuple[int, ...], ...]
    total: int
    typed: int = 0
    voters: int = 0
    post: PostStatus | None = None


@dataclass(frozen=True, slots=True)
class VoteOutcome:
    """What a tap did and how the votes stand after it.

    Attributes:
        tally: The counts after the tap.
        status: What the tap did.
        label: The label this person's vote now holds, several joined by commas; ``None`` when they hold none.
    """

    tally: VoteCounts
    status: VoteStatus
    label: str | None
