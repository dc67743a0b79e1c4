"""What a button carries: a short, versioned text that names rows of the database.

It reads ``1:<letter>:<field>:<field>…``: the version, the kind of tap, and what that kind says, in the order
of :data:`_KINDS`. Row numbers are in base 36; Telegram allows 64 bytes. A new kind is a class of its own, its
line in that table, and a line in :mod:`handlers.feedback` for what it does.

``language`` is that of the answer the button hangs on, so that a redrawn keyboard keeps it
whoever taps. Anything else is :class:`BadCallbackData`: forged, or from another version of the bot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from handlers.replies.texts import LANGUAGES, Language
from models.results import Task

_VERSION = "1"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MAX_ID = 2**63 - 1  # a database row number is a signed 64-bit integer


class BadCallbackData(ValueError):
    """The data of a button is not one this version of the bot writes."""


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


@dataclass(frozen=True, slots=True)
class _Field:
    """How one value is written."""

    form: re.Pattern[str]
    write: Callable[[Any], str] = str
    read: Callable[[str], Any] = str


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of tap is written.

    Attributes:
        letter: What tells it from the others.
        tap: Makes one of its values.
        fields: How each value is written, by its name in the tap and in the order in which they are written.
    """

    letter: str
    tap: type[Tap]
    fields: Mapping[str, _Field]


def _base36(number: int) -> str:
    if not 0 <= number <= _MAX_ID:
        raise ValueError(f"row number {number} is not in 0…{_MAX_ID}")
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits


def _row(digits: str) -> int:
    number = int(digits, 36)
    if number > _MAX_ID:
        raise BadCallbackData("row number past 64 bits")
    return number


def _one_of(values: type[StrEnum]) -> _Field:
    return _Field(re.compile("|".join(values)), read=values)


_ROW = _Field(re.compile("[0-9a-z]{1,13}"), _base36, _row)
_GROUP = _Field(_ROW.form, lambda group_id: _base36(-group_id), lambda digits: -_row(digits))
_INDEX = _Field(re.compile("[0-9]{1,3}"), read=int)
_WORD = _Field(re.compile("[0-9a-z]{0,16}"))
_YES_NO = _Field(re.compile("[yn]"), lambda yes: "y" if yes else "n", lambda letter: letter == "y")
_LANGUAGE = _Field(re.compile("|".join(LANGUAGES)))
_ANY_TASK = _Field(
    re.compile("|".join(["", *Task])), lambda task: task or "", lambda name: Task(name) if name else None
)

_KINDS = (
    _Kind("v", VoteTap, {"prediction_id": _ROW, "slot": _INDEX, "choice": _INDEX, "language": _LANGUAGE}),
    _Kind("u", UndoTap, {"prediction_id": _ROW, "language": _LANGUAGE}),
    _Kind("l", LanguageTap, {"language": _LANGUAGE}),
    _Kind(
        "g",
        SettingTap,
        {"group_id": _GROUP, "setting": _one_of(Setting), "value": _WORD, "language": _LANGUAGE},
    ),
    _Kind("c", ConsentTap, {"agrees": _YES_NO, "place": _one_of(Place)}),
    _Kind("a", AskTap, {}),
    _Kind("f", ForgetTap, {"sure": _YES_NO}),
    _Kind("o", OfferTap, {"task": _one_of(Task)}),
    _Kind(
        "p",
        ModelsTap,
        {"step": _one_of(Step), "task": _one_of(Task), "champion_id": _ROW, "other_id": _ROW},
    ),
    _Kind("t", TrainTap, {"step": _one_of(TrainStep), "task": _one_of(Task), "run_id": _ROW}),
    _Kind("s", SkipTap, {"prediction_id": _ROW, "language": _LANGUAGE}),
    _Kind("w", WordTap, {"prediction_id": _ROW, "language": _LANGUAGE}),
    _Kind("r", CloseTap, {"prediction_id": _ROW, "language": _LANGUAGE}),
    _Kind("i", ItemTap, {"assignment_id": _ROW, "action": _one_of(ItemAction), "choice": _INDEX}),
    _Kind("m", MoreTap, {"task": _ANY_TASK}),
)
_BY_LETTER = {kind.letter: kind for kind in _KINDS}
_BY_TAP = {kind.tap: kind for kind in _KINDS}


def encode(tap: Tap) -> str:
    """Write a tap as callback data of at most 64 bytes.

    Raises:
        ValueError: If a value is not one that :func:`decode` reads.
    """
    kind, written = _BY_TAP[type(tap)], []
    for name, field in kind.fields.items():
        value = field.write(getattr(tap, name))
        if not field.form.fullmatch(value):
            raise ValueError(f"{name} {value} is not in {field.form.pattern}")
        written.append(value)
    return ":".join([_VERSION, kind.letter, *written])


def decode(data: str | None) -> Tap:
    """Read what :func:`encode` wrote.

    Raises:
        BadCallbackData: For anything else, also None (a game button).
    """
    version, *rest = (data or "").split(":")
    kind = _BY_LETTER.get(rest[0]) if rest else None
    if version != _VERSION or kind is None or len(rest) != 1 + len(kind.fields):
        raise BadCallbackData("callback data of another version, or forged")
    values = {}
    for (name, field), written in zip(kind.fields.items(), rest[1:], strict=True):
        if not field.form.fullmatch(written):
            raise BadCallbackData(f"a {name} that no button has")
        values[name] = field.read(written)
    return kind.tap(**values)
