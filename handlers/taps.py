"""What a tap on a button may stand for: one class for each kind, whose values name rows of the database.

How they are written on a button is told in :mod:`handlers.callback_data`, what each of them does in
:mod:`handlers.feedback`. ``language`` is that of the answer the button hangs on, so that a redrawn keyboard
keeps it whoever taps.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from handlers.replies.texts import Language
from models.results import Task


class Tap:
    """What a tap on a button stands for."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class VoteTap(Tap):
    """A vote for one label.

    Attributes:
        prediction_id: Row of the answer voted on.
        slot: Index of the blank for ``mask``, 0 elsewhere.
        choice: Index into the labels that the slot offers.
        language: Language of the answer.
    """

    prediction_id: int
    slot: int
    choice: int
    language: Language


@dataclass(frozen=True, slots=True)
class UndoTap(Tap):
    """The tapper takes back every vote of theirs on one answer."""

    prediction_id: int
    language: Language


@dataclass(frozen=True, slots=True)
class LanguageTap(Tap):
    """The tapper wants to be spoken to in this language."""

    language: Language


class Setting(StrEnum):
    """What a group may set."""

    LANGUAGE = "l"
    PRESET = "p"
    VOTERS = "v"
    COOLDOWN = "c"


@dataclass(frozen=True, slots=True)
class SettingTap(Tap):
    """The tapper wants a group to have this setting.

    Attributes:
        group_id: The group, as these buttons work in a private chat too; whether the tapper may is not for
            the button to say.
        setting: Which one.
        value: Lower-case letters and digits that mean something to the setting; nothing for the default.
        language: Language of the message with the buttons.
    """

    group_id: int
    setting: Setting
    value: str
    language: Language


class Place(StrEnum):
    """Where the question about consent was answered."""

    ANSWER = "a"  # under an answer, by whoever asked
    PRIVACY = "p"  # under /privacy
    VOTE = "v"  # beside the votes on an answer, by whoever wants to vote
    LABEL = "l"  # under /label, by whoever wants to label


@dataclass(frozen=True, slots=True)
class ConsentTap(Tap):
    """The tapper agrees that their texts and votes are kept, or does not, or no longer."""

    place: Place
    agrees: bool


@dataclass(frozen=True, slots=True)
class AskTap(Tap):
    """The tapper would like to vote on an answer that is not kept."""


@dataclass(frozen=True, slots=True)
class ForgetTap(Tap):
    """The tapper wants everything about them deleted, or rather not."""

    sure: bool


@dataclass(frozen=True, slots=True)
class OfferTap(Tap):
    """The writer of a text without a command wants this asked of it."""

    task: Task


class Step(StrEnum):
    """How far somebody who runs the bot is on the way to another champion."""

    LIST = "l"  # back to where all began
    PROMOTE = "p"
    PROMOTE_SURELY = "q"
    ROLL_BACK = "r"
    ROLL_BACK_SURELY = "s"


@dataclass(frozen=True, slots=True)
class ModelsTap(Tap):
    """The tapper wants another checkpoint to answer a task; whether they may is not for the button to say.

    Attributes:
        step: How sure they are.
        task: The task.
        champion_id: Row of the champion that they were shown; 0 for the catalogue's own checkpoint.
        other_id: The same of the one that is to take its place.
    """

    step: Step
    task: Task
    champion_id: int
    other_id: int


class TrainStep(StrEnum):
    """What somebody who runs the bot wants of a training."""

    SHOW = "s"
    START = "g"
    CANCEL = "c"


@dataclass(frozen=True, slots=True)
class TrainTap(Tap):
    """The tapper wants a training; whether they may is not for the button to say.

    Attributes:
        step: What of it.
        task: What is taught.
        run_id: Which training is to be cancelled; else 0.
    """

    step: TrainStep
    task: Task
    run_id: int = 0


@dataclass(frozen=True, slots=True)
class SkipTap(Tap):
    """The tapper does not know what is right."""

    prediction_id: int
    language: Language


@dataclass(frozen=True, slots=True)
class WordTap(Tap):
    """The tapper would like to write a word for a blank that has no button."""

    prediction_id: int
    language: Language


@dataclass(frozen=True, slots=True)
class CloseTap(Tap):
    """The tapper wants a group's labelling closed and its result shown."""

    prediction_id: int
    language: Language


@dataclass(frozen=True, slots=True)
class GuideTap(Tap):
    """The tapper wants to know how to decide what a group labels."""

    task: Task


class ItemAction(StrEnum):
    """What may be done with a text that somebody is given to label."""

    CHOOSE = "c"
    SKIP = "s"
    UNDO = "u"
    GUIDE = "g"
    BACK = "b"
    STOP = "x"


@dataclass(frozen=True, slots=True)
class ItemTap(Tap):
    """The tapper labels a text that they were given, or does something else with it.

    Attributes:
        assignment_id: What they were given.
        action: What they do.
        choice: Index into the item's labels, 0 where none is chosen.
    """

    assignment_id: int
    action: ItemAction
    choice: int = 0


@dataclass(frozen=True, slots=True)
class MoreTap(Tap):
    """The tapper would like more texts to label, of one task or of any (None)."""

    task: Task | None
