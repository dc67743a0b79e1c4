"""Which texts a person is given to label: the most useful of a bounded number, some at random, some gold.

Useful is what the model is unsure of and people disagree on. In a large database not every text is weighed,
but the newest, a stretch of others at a place that changes with person, day and batch, and those last voted
on; only when these are used up does a search go through the rest. All that looks random is a hash of person,
day and batch, so that the same is chosen after a restart.

Never given are texts that the person asked about, voted on or was given before, texts of people who have not
agreed to the present promise, which is to show them to others, and what a group is labelling.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.tables import Annotator, Answer, Input, Prediction, Vote
from storage.teaching_tables import Assignment, GoldItem
from storage.values import CONSENT_VERSION, SKIPPED, AnswerKind, ConsentStatus

BATCH = 10
"""Texts that are given at once."""

GOLD = 1
"""Of these, so many whose label is known, where there are any: they measure who labels."""

RANDOM = 2
"""Of these, so many at random, so that what is labelled is not only what one model finds hard."""

_STRETCH = 500  # predictions looked at of the newest, and of the others
_VOTED = 300  # newest votes whose answers are looked at
_STEP = 5_000  # predictions looked at in one step of the search through the rest
_AT_ONCE = 500  # rows named in one statement


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer whose text somebody may be given to label."""

    prediction_id: int
    input_id: int
    task: str
    uncertainty: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """Chooses for one person, in one transaction that only reads.

    Attributes:
        connection: The transaction.
        annotator_id: Who will label.
        tasks: What they label.
        seed: What the chance is drawn from: the same gives the same.
    """

    connection: AsyncConnection
    annotator_id: int
    tasks: Collection[str]
    seed: str

    async def choose(self) -> tuple[int, ...]:
        """Return up to ``BATCH`` predictions in the order in which they are given."""
        found = await self._pool()
        if not found:
            return tuple(one.prediction_id for one in await self._gold(BATCH))
        gold = await self._gold(GOLD)
        by_chance = self._shuffled(found)[:RANDOM]
        rest = [one for one in found if one not in by_chance]
        scores = await self._usefulness(rest)
        rest.sort(key=lambda one: (-scores[one.input_id], self._chance(one)))
        chosen = rest[: BATCH - len(gold) - len(by_chance)]
        for one in (*by_chance, *gold):  # anywhere among the others, so that nothing tells them apart
            chosen.insert(self._chance(one) % (len(chosen) + 1), one)
        order = list(dict.fromkeys(one.task for one in chosen))
        chosen.sort(key=lambda one: order.index(one.task))  # one question after the other
        return tuple(one.prediction_id for one in chosen)

    async def _pool(self) -> list[Candidate]:
        """Return texts to choose from, each once: at least a batch of them if there are as many."""
        newest = await self.connection.scalar(select(func.max(Prediction.id)))
        if newest is None:
            return []
        pivot = 1 + self._hash("pivot") % newest
        found: dict[int, Candidate] = {}
        ungolden = ~exists().where(GoldItem.input_id == Prediction.input_id)
        voted = select(Vote.prediction_id).order_by(Vote.id.desc()).limit(_VOTED)
        recent = list(dict.fromkeys((await self.connection.scalars(voted)).all()))
        for where in (
            Prediction.id > newest - _STRETCH,
            Prediction.id.between(pivot - _STRETCH, pivot),
            Prediction.id.in_(recent),
        ):
            await self._add(found, where, ungolden)
        for first, last in _steps(pivot, newest):
            if len(found) >= BATCH:
                break
            await self._add(found, Prediction.id.between(first, last), ungolden)
        return list(found.values())

    async def _gold(self, most: int) -> list[Candidate]:
        found: dict[int, Candidate] = {}
        golden = exists().where(GoldItem.input_id == Prediction.input_id)
        known = select(GoldItem.input_id).order_by(GoldItem.id.desc())
        inputs = self._shuffled_ids((await self.connection.scalars(known.distinct().limit(_STEP))).all())
        for some in _portions(inputs):
            if len(found) >= most:
                break
            await self._add(found, Prediction.input_id.in_(some), golden)
        return self._shuffled(list(found.values()))[:most]

    async def _add(self, found: dict[int, Candidate], *where: ColumnElement[bool]) -> None:
        """Add what may be given of some predictions, by input, the newest prediction of each."""
        query = (
            select(
                Prediction.id, Prediction.input_id, Input.task, Prediction.probabilities, Prediction.options
            )
            .join(Input, Input.id == Prediction.input_id)
            .join(Annotator, Annotator.id == Prediction.asker_id)
            .where(*where, Input.task.in_(self.tasks), may_be_shown(), *self._new_to_them())
            .order_by(Prediction.id.desc())
        )
        for row in await self.connection.execute(query):
            if row.input_id not in found and _is_one_question(row):
                found[row.input_id] = Candidate(row.id, row.input_id, row.task, _uncertainty(row))

    def _new_to_them(self) -> Iterator[ColumnElement[bool]]:
        same = aliased(Prediction)
        is_same = same.input_id == Prediction.input_id
        yield ~exists().where(is_same, same.asker_id == self.annotator_id)
        for table in (Vote, Assignment):
            yield ~exists().where(
                is_same, table.prediction_id == same.id, table.annotator_id == self.annotator_id
            )
        posts = [AnswerKind.POST.value, AnswerKind.CLOSED.value]
        yield ~exists().where(Answer.prediction_id == Prediction.id, Answer.task.in_(posts))

    async def _usefulness(self, found: Sequence[Candidate]) -> Mapping[int, float]:
        """Score texts by what another label would tell: much where people disagree, or the model is unsure.

        Each vote says something of what the model was unsure of, so that counts less with every one.
        """
        votes: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        for some in _portions([one.input_id for one in found]):
            query = (
                select(Prediction.input_id, Vote.label, func.count())
                .join(Prediction, Prediction.id == Vote.prediction_id)
                .where(Prediction.input_id.in_(some), Vote.choice != SKIPPED, Vote.slot == 0)
                .group_by(Prediction.input_id, Vote.label)
            )
            for text, label, count in await self.connection.execute(query):
                votes[text][label] += count
        scores: dict[int, float] = {}
        for one in found:
            counts = votes[one.input_id].values()
            voters = sum(counts)
            disagreement = 1 - max(counts) / voters if voters else 0.0
            scores[one.input_id] = disagreement + one.uncertainty / (1 + voters)
        return scores

    def _shuffled(self, found: Sequence[Candidate]) -> list[Candidate]:
        return sorted(found, key=self._chance)

    def _shuffled_ids(self, ids: Sequence[int]) -> list[int]:
        return sorted(ids, key=lambda number: self._hash(f"input {number}"))

    def _chance(self, one: Candidate) -> int:
        return self._hash(str(one.prediction_id))

    def _hash(self, what: str) -> int:
        return int.from_bytes(sha256(f"{self.seed}:{what}".encode()).digest()[:8])


def may_be_shown() -> ColumnElement[bool]:
    """Say in SQL whether an annotator has agreed that people who label are shown what they asked."""
    return (Annotator.consent == ConsentStatus.AGREED.value) & (Annotator.consent_version == CONSENT_VERSION)


def _is_one_question(row: Row[Any]) -> bool:
    """Whether one label answers it: a text with several blanks is several questions."""
    return len(row.options) == 1 and bool(row.options[0])


def _uncertainty(row: Row[Any]) -> float:
    """Return how unsure the model was, 0…1: the entropy by the largest there could be.

    For a blank, of whose words only the likeliest are kept, it is what the first one lacks of certainty.
    """
    if row.task == "mask":
        [candidates] = row.probabilities["masks"][:1] or [[]]
        return 1.0 - float(candidates[0][1]) if candidates else 0.0
    shares = [float(share) for share in row.probabilities.values() if share > 0]
    classes = len(row.options[0])
    if classes < 2:
        return 0.0
    return -sum(share * math.log(share) for share in shares) / math.log(classes)


def _steps(pivot: int, newest: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of numbers that together are all, from ``pivot`` down and then from the newest on."""
    for start, end in ((pivot, 0), (newest, pivot)):
        for last in range(start, end, -_STEP):
            yield max(end, last - _STEP) + 1, last


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
