"""What a button carries: a short, versioned text that names rows of the database.

Formats (version 1; ``id`` in base 36, Telegram allows 64 bytes):

- ``1:v:<id>:<slot>:<choice>:<language>``  a vote
- ``1:u:<id>:<language>``                  take back the tapper's votes on this answer
- ``1:l:<language>``                       a choice of language
- ``1:g:<group>:<setting>:<value>:<language>``  a choice in a group's settings; ``group`` is its number
  without the sign, as these buttons work in a private chat too
- ``1:c:<y or n>:<place>``                 what somebody says to the question whether their texts may be kept
- ``1:a``                                  the asker would like to vote on an answer that is not kept
- ``1:f:<y or n>``                         delete everything kept about the tapper, or leave it
- ``1:o:<task>``                           what to ask of the text that the offer answers

``language`` is that of the answer the button hangs on, so that a redrawn keyboard keeps it
whoever taps. Anything else is :class:`BadCallbackData`: forged, or from another version of the bot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from handlers.replies.texts import LANGUAGES, Language
from models.results import Task

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LANGUAGE = "|".join(LANGUAGES)
_VOTE = re.compile(rf"1:v:([0-9a-z]{{1,13}}):(\d{{1,3}}):(\d{{1,3}}):({_LANGUAGE})", re.ASCII)
_UNDO = re.compile(rf"1:u:([0-9a-z]{{1,13}}):({_LANGUAGE})", re.ASCII)
_CHOOSE = re.compile(rf"1:l:({_LANGUAGE})", re.ASCII)
_SETTING = re.compile(rf"1:g:([0-9a-z]{{1,13}}):([lpvc]):([0-9a-z]{{0,16}}):({_LANGUAGE})", re.ASCII)
_CONSENT = re.compile(r"1:c:([yn]):([apv])", re.ASCII)
_ASK = "1:a"
_FORGET = re.compile(r"1:f:([yn])", re.ASCII)
_OFFER = re.compile(rf"1:o:({'|'.join(Task)})", re.ASCII)
_MAX_ID = 2**63 - 1  # a database row number is a signed 64-bit integer


class BadCallbackData(ValueError):
    """The data of a button is not one this version of the bot writes."""


@dataclass(frozen=True, slots=True)
class VoteTap:
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
class UndoTap:
    """The tapper takes back every vote of theirs on one answer."""

    prediction_id: int
    language: Language


@dataclass(frozen=True, slots=True)
class LanguageTap:
    """The tapper wants to be spoken to in this language."""

    language: Language


class Setting(StrEnum):
    """What a group may set."""

    LANGUAGE = "l"
    PRESET = "p"
    VOTERS = "v"
    COOLDOWN = "c"


@dataclass(frozen=True, slots=True)
class SettingTap:
    """The tapper wants a group to have this setting.

    Attributes:
        group_id: The group; whether the tapper may is not for the button to say.
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


@dataclass(frozen=True, slots=True)
class ConsentTap:
    """The tapper agrees that their texts and votes are kept, or does not, or no longer."""

    place: Place
    agrees: bool


@dataclass(frozen=True, slots=True)
class AskTap:
    """The tapper would like to vote on an answer that is not kept."""


@dataclass(frozen=True, slots=True)
class ForgetTap:
    """The tapper wants everything about them deleted, or rather not."""

    sure: bool


@dataclass(frozen=True, slots=True)
class OfferTap:
    """The writer of a text without a command wants this asked of it."""

    task: Task


Tap = VoteTap | UndoTap | LanguageTap | SettingTap | ConsentTap | AskTap | ForgetTap | OfferTap


def encode(tap: Tap) -> str:  # noqa: PLR0911  # one for each kind
    """Write a tap as callback data of at most 64 bytes.

    Raises:
        ValueError: If a number is out of the range that :func:`decode` reads.
    """
    match tap:
        case VoteTap(prediction_id, slot, choice, language):
            if not (0 <= slot <= 999 and 0 <= choice <= 999):
                raise ValueError(f"slot {slot} or choice {choice} is not in 0…999")
            return f"1:v:{_base36(prediction_id)}:{slot}:{choice}:{language}"
        case UndoTap(prediction_id, language):
            return f"1:u:{_base36(prediction_id)}:{language}"
        case LanguageTap(language):
            return f"1:l:{language}"
        case SettingTap(group_id, setting, value, language):
            return f"1:g:{_base36(-group_id)}:{setting}:{value}:{language}"
        case ConsentTap(place, agrees):
            return f"1:c:{_yes_or_no(agrees)}:{place}"
        case AskTap():
            return _ASK
        case ForgetTap(sure):
            return f"1:f:{_yes_or_no(sure)}"
        case OfferTap(task):
            return f"1:o:{task}"


def decode(data: str | None) -> Tap:  # noqa: PLR0911  # one for each kind
    """Read what :func:`encode` wrote.

    Raises:
        BadCallbackData: For anything else, also None (a game button).
    """
    text = data or ""
    if match := _VOTE.fullmatch(text):
        return VoteTap(_row(match[1]), int(match[2]), int(match[3]), _language(match[4]))
    if match := _UNDO.fullmatch(text):
        return UndoTap(_row(match[1]), _language(match[2]))
    if match := _CHOOSE.fullmatch(text):
        return LanguageTap(_language(match[1]))
    if match := _SETTING.fullmatch(text):
        return SettingTap(-_row(match[1]), Setting(match[2]), match[3], _language(match[4]))
    if match := _CONSENT.fullmatch(text):
        return ConsentTap(Place(match[2]), agrees=match[1] == "y")
    if text == _ASK:
        return AskTap()
    if match := _FORGET.fullmatch(text):
        return ForgetTap(sure=match[1] == "y")
    if match := _OFFER.fullmatch(text):
        return OfferTap(Task(match[1]))
    raise BadCallbackData("callback data of another version, or forged")


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


def _yes_or_no(yes: bool) -> str:  # noqa: FBT001
    return "y" if yes else "n"


def _language(code: str) -> Language:
    return "ko" if code == "ko" else "en"
