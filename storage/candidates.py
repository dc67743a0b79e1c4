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
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from storage.agreed import MAINTAINER
from storage.portions import portions
from storage.tables import Annotator, Input, Prediction, Vote, VoteEvent
from storage.teaching_tables import Assignment, GoldItem
from storage.values import CONSENT_VERSION, SKIPPED, ConsentStatus

BATCH = 10
"""Texts that are given at once."""

GOLD = 1
"""Of these, so many whose label the maintainer knows, where there are any: they measure who labels."""

RANDOM = 2
"""Of these, so many at random, so that what is labelled is not only what one model finds hard."""

_LUCK = 0.25  # share of a score that chance may add or take
_STRETCH = 500  # predictions looked at of the newest, and of the others
_VOTED = 300  # newest votes whose answers are looked at
_STEP = 5_000  # predictions looked at in one step of the search through the rest


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
        known = await self._known()
        found = await self._pool(known)
        gold = await self._gold(known, GOLD if found else BATCH)
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

    async def any_left(self) -> bool:
        """Say whether there is one to be given."""
        known = await self._known()
        return bool(await self._pool(known) or await self._gold(known, 1))

    async def _pool(self, known: Collection[int]) -> list[Candidate]:
        """Return texts to choose from, each once: at least a batch of them if there are as many."""
        newest = await self.connection.scalar(select(func.max(Prediction.id)))
        if newest is None:
            return []
        pivot = 1 + self._hash("pivot") % newest
        found: dict[int, Candidate] = {}
        voted = select(Vote.prediction_id).order_by(Vote.id.desc()).limit(_VOTED)
        recent = list(dict.fromkeys((await self.connection.scalars(voted)).all()))
        for where in (
            Prediction.id > newest - _STRETCH,
            Prediction.id.between(pivot - _STRETCH, pivot),
            Prediction.id.in_(recent),
        ):
            await self._add(found, where, known, golden=False)
        for first, last in _steps(pivot, newest):
            if len(found) >= BATCH:
                break
            await self._add(found, Prediction.id.between(first, last), known, golden=False)
        return list(found.values())

    async def _gold(self, known: Collection[int], most: int) -> list[Candidate]:
        # What voters made known proves nobody, so there is nothing to be learnt from giving it again.
        proves = select(GoldItem.input_id).where(GoldItem.source == MAINTAINER)
        newest = proves.order_by(GoldItem.id.desc()).limit(_STEP)
        inputs = set((await self.connection.scalars(newest)).all()) - set(known)
        found: dict[int, Candidate] = {}
        for some in portions(sorted(inputs, key=lambda number: self._hash(f"input {number}"))):
            if len(found) >= most:
                break
            await self._add(found, Prediction.input_id.in_(some), known, golden=True)
        return self._shuffled(list(found.values()))[:most]

    async def _known(self) -> frozenset[int]:
        """Return the texts that the person asked about, was given, or ever voted on: they saw the answer."""
        queries = [select(Prediction.input_id).where(Prediction.asker_id == self.annotator_id)]
        queries += [
            select(Prediction.input_id)
            .join(table, table.prediction_id == Prediction.id)
            .where(table.annotator_id == self.annotator_id)
            for table in (Vote, VoteEvent, Assignment)
        ]
        return frozenset([text for query in queries for text in await self.connection.scalars(query)])

    async def _add(
        self,
        found: dict[int, Candidate],
        where: ColumnElement[bool],
        known: Collection[int],
        *,
        golden: bool,
    ) -> None:
        """Add what may be given of some predictions, by input, the newest prediction of each.

        Each table is asked by its key: with all of it in one statement, a database without statistics goes
        through whole tables.
        """
        columns = (Prediction.id, Prediction.input_id, Prediction.asker_id)
        query = select(*columns).where(where, Prediction.asker_id.is_not(None), Prediction.post.is_(None))
        query = query.order_by(Prediction.id.desc())
        rows = [row for row in await self.connection.execute(query) if row.input_id not in known]
        askers = {row.asker_id for row in rows if row.asker_id is not None}
        may = await self._those((Annotator.id,), Annotator.id, askers, may_be_shown())
        rows = [row for row in rows if (row.asker_id,) in may and row.input_id not in found]
        inputs = {row.input_id for row in rows}
        tasks = {row[0]: row[1] for row in await self._those((Input.id, Input.task), Input.id, inputs)}
        gold = await self._those((GoldItem.input_id,), GoldItem.input_id, inputs)
        left = {
            row.id: (row.input_id, tasks[row.input_id])
            for row in rows
            if ((row.input_id,) in gold) is golden
            and tasks.get(row.input_id) in self.tasks  # else deleted just now
        }
        for some in portions(sorted(left, reverse=True)):
            details = select(Prediction.id, Prediction.probabilities, Prediction.options)
            for row in await self.connection.execute(
                details.where(Prediction.id.in_(some)).order_by(Prediction.id.desc())
            ):
                text, task = left[row.id]
                if text not in found and _is_one_question(row):
                    uncertainty = _uncertainty(task, row.probabilities, len(row.options[0]))
                    found[text] = Candidate(row.id, text, task, uncertainty)

    async def _those(
        self,
        columns: Sequence[InstrumentedAttribute[Any]],
        key: InstrumentedAttribute[Any],
        values: Collection[int],
        *where: ColumnElement[bool],
    ) -> set[tuple[Any, ...]]:
        """Return the rows with these keys."""
        rows: set[tuple[Any, ...]] = set()
        for some in portions(sorted(values)):
            query = select(*columns).where(key.in_(some), *where)
            rows |= {tuple(row) for row in await self.connection.execute(query)}
        return rows

    async def _usefulness(self, found: Sequence[Candidate]) -> Mapping[int, float]:
        """Score texts by what another label would tell: much where people disagree, or the model is unsure.

        Each vote leaves less to be told, so both count less with every one: else those who lie would draw
        all others to the texts that they voted on. What somebody is labelling just now counts as voted on,
        and chance moves each score a little, so that those who begin together do not do the same.
        """
        votes: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        texts = {one.input_id for one in found}
        predictions = await self._those((Prediction.id, Prediction.input_id), Prediction.input_id, texts)
        asked = {row[0]: row[1] for row in predictions}
        for some in portions(sorted(asked)):
            query = (
                select(Vote.prediction_id, Vote.label, func.count())
                .where(Vote.prediction_id.in_(some), Vote.choice != SKIPPED, Vote.slot == 0)
                .group_by(Vote.prediction_id, Vote.label)
            )
            for prediction, label, count in await self.connection.execute(query):
                votes[asked[prediction]][label] += count
        open_ = Assignment.settled_at.is_(None)
        given = await self._those(
            (Assignment.id, Assignment.prediction_id), Assignment.prediction_id, asked, open_
        )
        labelling = Counter(asked[row[1]] for row in given)
        scores: dict[int, float] = {}
        for one in found:
            counts = votes[one.input_id].values()
            voters = sum(counts)
            disagreement = 1 - max(counts) / voters if voters else 0.0
            useful = (disagreement + one.uncertainty) / (1 + voters + labelling[one.input_id])
            scores[one.input_id] = useful * (1 + _LUCK * (2 * self._chance(one) / 2**64 - 1))
        return scores

    def _shuffled(self, found: Sequence[Candidate]) -> list[Candidate]:
        return sorted(found, key=self._chance)

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


def _uncertainty(task: str, probabilities: Mapping[str, Any], classes: int) -> float:
    """Return how unsure the model was, 0…1: the entropy by the largest there could be.

    For a blank, of whose words only the likeliest are kept, it is what the first one lacks of certainty.
    """
    if task == "mask":
        [candidates] = probabilities.get("masks", ())[:1] or [[]]
        return 1.0 - float(candidates[0][1]) if candidates else 0.0
    shares = [float(share) for share in probabilities.values() if share > 0]
    if classes < 2:
        return 0.0
    return -sum(share * math.log(share) for share in shares) / math.log(classes)


def _steps(pivot: int, newest: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of numbers that together are all, from ``pivot`` down and then from the newest on."""
    for start, end in ((pivot, 0), (newest, pivot)):
        for last in range(start, end, -_STEP):
            yield max(end, last - _STEP) + 1, last
