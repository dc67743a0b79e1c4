"""People who vote on answers and label texts: taps without end, each known by its number."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, islice

from storage.store import ConsentStatus, Store
from tests.kills.killing import Tell
from tests.kills.looking import PEPPER

CHAT = -1001234567890
LABELS = ("positive", "negative")
VOTERS = range(1, 9)
NEWCOMERS = 1_000
"""Their ids begin here."""


class Kind(StrEnum):
    VOTE = "vote"
    SKIP = "skip"
    UNDO = "undo"
    LABEL = "label"
    UNSURE = "unsure"
    UNLABEL = "unlabel"
    BEGIN = "begin"


_VOTING = (*(Kind.VOTE,) * 4, Kind.SKIP, Kind.UNDO, *(Kind.LABEL,) * 4, Kind.UNSURE, Kind.UNLABEL, Kind.BEGIN)


@dataclass(frozen=True, slots=True)
class Given:
    """A text that somebody was given to label: its assignment and prediction."""

    person: int
    assignment: int
    prediction: int


@dataclass(frozen=True, slots=True)
class Tap:
    """What somebody does; Telegram brings it again when nobody acknowledged it.

    Attributes:
        kind: What.
        person: Who.
        on: The prediction.
        assignment: For a label.
        choice: Index of a button, 0 or 1.
    """

    kind: Kind
    person: int
    on: int
    assignment: int
    choice: int

    def change(self, votes: dict[tuple[int, int], str]) -> None:
        """Do to votes, by prediction and person, what it does."""
        its = (self.on, self.person)
        match self.kind:
            case Kind.VOTE:
                votes[its] = LABELS[self.choice]
            case Kind.LABEL:
                votes[its] = sorted(LABELS)[self.choice]
            case Kind.SKIP | Kind.UNSURE:
                votes[its] = ""
            case Kind.UNDO | Kind.UNLABEL:
                votes.pop(its, None)
            case Kind.BEGIN:
                pass


def taps(seed: int, predictions: list[int], given: list[Given]) -> Iterator[Tap]:
    rng = random.Random(seed)
    for number in count():
        kind, choice = rng.choice(_VOTING), rng.randrange(2)
        if kind in {Kind.VOTE, Kind.SKIP, Kind.UNDO}:
            yield Tap(kind, rng.choice(VOTERS), rng.choice(predictions), 0, choice)
        elif kind is Kind.BEGIN:
            yield Tap(kind, NEWCOMERS + number, 0, 0, choice)
        else:
            its = rng.choice(given)
            yield Tap(kind, its.person, its.prediction, its.assignment, choice)


def tap_on(
    tell: Tell, url: str, seed: int, predictions: list[int], given: list[Given], done: int, end: int | None
) -> None:
    """Go on after the taps that are done; tells the number of each that is acknowledged."""
    asyncio.run(_tap_on(tell, url, islice(enumerate(taps(seed, predictions, given)), done, end)))


async def _tap_on(tell: Tell, url: str, numbered: Iterator[tuple[int, Tap]]) -> None:
    store = await Store.open(url, pepper=PEPPER)
    for number, tap in numbered:
        await _do(store, tap)
        tell("tap", number)
    await store.close()


async def _do(store: Store, tap: Tap) -> None:
    match tap.kind:
        case Kind.VOTE:
            await store.vote(tap.on, tap.person, 0, tap.choice, chat_id=CHAT)
        case Kind.SKIP:
            await store.skip(tap.on, tap.person, chat_id=CHAT)
        case Kind.UNDO:
            await store.undo_all(tap.on, tap.person, chat_id=CHAT)
        case Kind.LABEL:
            await store.labelling.label(tap.person, tap.assignment, tap.choice)
        case Kind.UNSURE:
            await store.labelling.skip(tap.person, tap.assignment)
        case Kind.UNLABEL:
            await store.labelling.undo(tap.person, tap.assignment)
        case Kind.BEGIN:
            await store.set_consent(tap.person, ConsentStatus.AGREED)
            await store.labelling.start(tap.person)
