"""Access to ``labels``, ``trusts`` and ``gold_items``, and to the votes that they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Select, delete, distinct, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.agreed import (
    ENOUGH,
    IMPORTED,
    CastVote,
    KnownTrust,
    LabelledText,
    NewLabel,
    NewTrust,
    TaskFigures,
    Text,
)
from storage.conflicts import again_after_conflict
from storage.engine import Database
from storage.export import PSEUDONYM_DIGITS
from storage.privacy.pseudonym import Pseudonymizer
from storage.tables import Annotator, Input, Prediction, Vote, utc_now
from storage.teaching_tables import GoldItem, Label, Trust
from storage.upsert import upsert
from storage.values import SKIPPED, ConsentStatus

_PAGE = 2_000
_AT_ONCE = 500  # rows named in one statement
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ConsensusStore:
    """Reads votes and gold, keeps what is agreed on, each method in a transaction of its own."""

    database: Database
    pseudonymizer: Pseudonymizer

    async def votes(self, task: str) -> tuple[CastVote, ...]:
        """Return what each person says about each slot of a task's texts, by text, slot and person.

        Of somebody who voted on two answers to one text, what they said last counts. As in an export, none
        is of, or about a question of, somebody who withdrew their consent.
        """
        newest: dict[tuple[int, int, int], tuple[Any, CastVote]] = {}
        async for row in self._pages(_votes_of(task)):
            none_fits = task == "mask" and row.choice == len(row.options[row.slot]) - 1
            label = None if row.choice == SKIPPED or none_fits else row.label
            cast_vote = CastVote(row.input_id, row.slot, row.annotator_id, label, row.blind)
            key, at = (row.input_id, row.slot, row.annotator_id), (row.updated_at, row.id)
            if key not in newest or at > newest[key][0]:
                newest[key] = at, cast_vote
        return tuple(newest[key][1] for key in sorted(newest))

    async def tasks(self) -> tuple[str, ...]:
        """Return the tasks that there are texts of, in the order of the alphabet."""
        async with self.database.read() as connection:
            found = await connection.scalars(select(distinct(Input.task)))
            return tuple(sorted(found))

    async def texts(self, items: Collection[int]) -> Mapping[int, Text]:
        """Return the texts of inputs, by input; those that are gone are left out."""
        columns = (Input.id.label("item"), Input.text_a, Input.text_b, Input.content_hash)
        found = {}
        for some in _portions(sorted(items)):
            async with self.database.read() as connection:
                rows = (await connection.execute(select(*columns).where(Input.id.in_(some)))).all()
            found |= {row.item: Text(*row) for row in rows}
        return found

    async def gold(self, task: str) -> Mapping[tuple[int, int], str]:
        """Return the known labels of a task by input and slot."""
        query = (
            select(GoldItem.input_id, GoldItem.slot, GoldItem.label)
            .join(Input, Input.id == GoldItem.input_id)
            .where(Input.task == task)
        )
        async with self.database.read() as connection:
            return {(item, slot): label for item, slot, label in await connection.execute(query)}

    async def labels(self, task: str) -> Mapping[tuple[int, int], NewLabel]:
        """Return what is held to be right, by input and slot."""
        columns = (Label.input_id, Label.slot, Label.label, Label.method, Label.confidence, Label.voters)
        query = select(*columns).join(Input, Input.id == Label.input_id).where(Input.task == task)
        async with self.database.read() as connection:
            return {(row[0], row[1]): NewLabel(*row) for row in await connection.execute(query)}

    async def labelled(self, task: str) -> tuple[LabelledText, ...]:
        """Return every labelled slot with its text, all as they are at one moment; what is known wins.

        They come in the order of their content hashes, which is the same in every database.
        """
        text = (Input.id.label("item"), Input.text_a, Input.text_b, Input.content_hash)
        said = (Label.slot, Label.label, Label.method, Label.confidence, Label.voters)
        known = (GoldItem.slot, GoldItem.label)
        by_text = Input.task == task
        async with self.database.read() as connection:
            # One statement sees one moment in every database, but two may not.
            found = await connection.execute(
                select(*text, *said, GoldItem.label.label("known"))
                .join(Label, Label.input_id == Input.id)
                .outerjoin(GoldItem, (GoldItem.input_id == Input.id) & (GoldItem.slot == Label.slot))
                .where(by_text)
            )
            decided = [
                LabelledText(*row[:-1], gold=False)
                if row.known is None
                else LabelledText(*row[:4], row.slot, row.known, "gold", 1.0, row.voters, gold=True)
                for row in found
            ]
            unvoted = await connection.execute(
                select(*text, *known)
                .join(GoldItem, GoldItem.input_id == Input.id)
                .outerjoin(Label, (Label.input_id == Input.id) & (Label.slot == GoldItem.slot))
                .where(by_text, Label.id.is_(None))
            )
            decided += [LabelledText(*row, "gold", 1.0, 0, gold=True) for row in unvoted]
        return tuple(sorted(decided, key=lambda each: (each.content_hash, each.slot)))

    @again_after_conflict
    async def replace(self, task: str, labels: Sequence[NewLabel], trusts: Sequence[NewTrust]) -> None:
        """Put these labels and trusts in the place of all of the task, in one transaction.

        A label that came with its text stays where the voters have decided nothing; where they have, theirs
        takes its place. What is about a text or a person deleted meanwhile is left out.
        """
        now = utc_now()
        async with self.database.write() as connection:
            inputs = set(await connection.scalars(select(Input.id).where(Input.task == task)))
            people = set(await connection.scalars(select(Annotator.id)))
            kept = {(each.item, each.slot): each for each in labels if each.item in inputs}
            await self._replace_labels(connection, task, kept, now)
            await self._replace_trusts(connection, task, [each for each in trusts if each.voter in people], now)

    async def trusts(self, task: str) -> tuple[KnownTrust, ...]:
        """Return how far each voter on a task is trusted, by voter."""
        columns = (
            Trust.annotator_id,
            Trust.votes,
            Trust.judged,
            Trust.correct,
            Trust.trust,
            Trust.verdict,
            Trust.reason,
            Annotator.pseudonym,
            Trust.updated_at,
        )
        query = (
            select(*columns)
            .join(Annotator, Annotator.id == Trust.annotator_id)
            .where(Trust.task == task)
            .order_by(Trust.annotator_id)
        )
        async with self.database.read() as connection:
            return tuple(
                KnownTrust(*row[:7], row.pseudonym[:PSEUDONYM_DIGITS], row.updated_at)
                for row in await connection.execute(query)
            )

    async def pseudonyms(self, voters: Collection[int]) -> Mapping[int, str]:
        """Return the first digits of these people's pseudonyms."""
        found: dict[int, str] = {}
        for some in _portions(sorted(voters)):
            query = select(Annotator.id, Annotator.pseudonym).where(Annotator.id.in_(some))
            async with self.database.read() as connection:
                found |= {row[0]: row[1][:PSEUDONYM_DIGITS] for row in await connection.execute(query)}
        return found

    @again_after_conflict
    async def add_gold(self, labels: Sequence[tuple[int, int, str]], *, source: str) -> int:
        """Keep what is known to be right; what is known already stays as it is.

        Args:
            labels: Input, slot and label of each.
            source: ``maintainer`` or ``voters``.

        Returns:
            How many are new; texts that were deleted meanwhile are left out.
        """
        now, added = utc_now(), 0
        async with self.database.write() as connection:
            for some in _portions(labels):
                ids = [item for item, _, _ in some]
                there = set(await connection.scalars(select(Input.id).where(Input.id.in_(ids))))
                query = select(GoldItem.input_id, GoldItem.slot).where(GoldItem.input_id.in_(ids))
                known = {tuple(row) for row in await connection.execute(query)}
                for item, slot, label in some:
                    if item not in there or (item, slot) in known:
                        continue
                    row = {"input_id": item, "slot": slot, "label": label, "source": source, "created_at": now}
                    await upsert(connection, GoldItem, row, key=["input_id", "slot"])
                    known.add((item, slot))
                    added += 1
        return added

    async def figures(self, task: str) -> TaskFigures:
        """Count what there is of a task."""
        votes = await self.votes(task)
        said = [vote for vote in votes if vote.label is not None]
        voted_by: dict[int, set[int]] = {}
        for vote in said:
            voted_by.setdefault(vote.item, set()).add(vote.voter)
        asked = (
            select(func.count(distinct(Prediction.input_id)))
            .join(Input, Input.id == Prediction.input_id)
            .where(Input.task == task)
        )
        gold = (
            select(GoldItem.source, func.count())
            .join(Input, Input.id == GoldItem.input_id)
            .where(Input.task == task)
            .group_by(GoldItem.source)
        )
        async with self.database.read() as connection:
            texts = int(await connection.scalar(asked) or 0)
            known = {source: count for source, count in await connection.execute(gold)}
        labels = (await self.labels(task)).values()
        return TaskFigures(
            task=task,
            texts=texts,
            votes=len(said),
            blind=sum(vote.blind for vote in said),
            skips=len(votes) - len(said),
            voters=len({vote.voter for vote in votes}),
            queue=texts - sum(len(voters) >= ENOUGH for voters in voted_by.values()),
            labels=dict(sorted(Counter(each.label for each in labels).items())),
            imported=sum(each.method == IMPORTED for each in labels),
            gold=dict(sorted(known.items())),
        )

    async def _replace_labels(
        self, connection: AsyncConnection, task: str, labels: Mapping[tuple[int, int], NewLabel], now: datetime
    ) -> None:
        columns = (Label.input_id, Label.slot, Label.label, Label.method, Label.confidence, Label.voters, Label.id)
        query = select(*columns).join(Input, Input.id == Label.input_id).where(Input.task == task)
        before = {(row[0], row[1]): (row.id, NewLabel(*row[:-1])) for row in await connection.execute(query)}
        gone = [
            number
            for place, (number, label) in before.items()
            if place not in labels and label.method != IMPORTED
        ]
        for some in _portions(gone):
            await connection.execute(delete(Label).where(Label.id.in_(some)))
        for place, each in labels.items():
            if place in before and before[place][1] == each:
                continue  # most labels stay as they are, and whoever votes waits for this
            row = {
                "input_id": each.item,
                "slot": each.slot,
                "label": each.label,
                "method": each.method,
                "confidence": each.confidence,
                "voters": each.voters,
                "updated_at": now,
            }
            changed = ["label", "method", "confidence", "voters", "updated_at"]
            await upsert(connection, Label, row, key=["input_id", "slot"], update=changed)

    async def _replace_trusts(
        self, connection: AsyncConnection, task: str, trusts: Sequence[NewTrust], now: datetime
    ) -> None:
        voters = {each.voter for each in trusts}
        its = await connection.execute(select(Trust.id, Trust.annotator_id).where(Trust.task == task))
        for some in _portions([number for number, voter in its if voter not in voters]):
            await connection.execute(delete(Trust).where(Trust.id.in_(some)))
        for each in trusts:
            row = {
                "annotator_id": each.voter,
                "task": task,
                "votes": each.votes,
                "judged": each.judged,
                "correct": each.correct,
                "trust": each.trust,
                "verdict": each.verdict,
                "reason": each.reason,
                "updated_at": now,
            }
            changed = ["votes", "judged", "correct", "trust", "verdict", "reason", "updated_at"]
            await upsert(connection, Trust, row, key=["annotator_id", "task"], update=changed)

    async def _pages(self, query: Select[Any]) -> AsyncIterator[Any]:
        """Yield rows in the order of the votes' ids; each page has its own transaction."""
        last = 0
        while True:
            page_query = query.where(Vote.id > last).order_by(Vote.id).limit(_PAGE)
            async with self.database.read() as connection:
                page = (await connection.execute(page_query)).all()
            for row in page:
                yield row
            if len(page) < _PAGE:
                return
            last = cast("int", page[-1].id)


def _votes_of(task: str) -> Select[Any]:
    asker, declined = aliased(Annotator), ConsentStatus.DECLINED.value
    return (
        select(
            Vote.id,
            Vote.slot,
            Vote.choice,
            Vote.label,
            Vote.blind,
            Vote.annotator_id,
            Vote.updated_at,
            Prediction.input_id,
            Prediction.options,
        )
        .join(Prediction, Prediction.id == Vote.prediction_id)
        .join(Input, Input.id == Prediction.input_id)
        .join(Annotator, Annotator.id == Vote.annotator_id)
        .outerjoin(asker, asker.id == Prediction.asker_id)
        .where(
            Input.task == task,
            *(or_(one.consent.is_(None), one.consent != declined) for one in (Annotator, asker)),
        )
    )


def _portions(rows: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]
