"""What a button carries: a short, versioned text for one of :mod:`handlers.taps`.

It reads ``1:<letter>:<field>:<field>…``: the version, the kind of tap, and what that kind says, in the order
of :data:`_KINDS`. Row numbers are in base 36; Telegram allows 64 bytes. A new kind is a class among the taps,
its line in that table, and a line in :mod:`handlers.feedback` for what it does. Anything else is
:class:`BadCallbackData`: forged, or from another version of the bot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from handlers.replies.texts import LANGUAGES
from handlers.taps import (
    AskTap,
    CloseTap,
    ConsentTap,
    ForgetTap,
    GuideTap,
    ItemAction,
    ItemTap,
    LanguageTap,
    ModelsTap,
    MoreTap,
    OfferTap,
    Place,
    Setting,
    SettingTap,
    SkipTap,
    Step,
    Tap,
    TrainStep,
    TrainTap,
    UndoTap,
    VoteTap,
    WordTap,
)
from models.results import Task

_VERSION = "1"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MAX_ID = 2**63 - 1  # a database row number is a signed 64-bit integer


class BadCallbackData(ValueError):
    """The data of a button is not one this version of the bot writes."""


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
    _Kind("h", GuideTap, {"task": _one_of(Task)}),
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
