"""Texts that people label without being shown the answer: in batches, one after the other, to and fro."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.annotators import Annotators
from storage.answers import Answers
from storage.candidates import Candidates, may_be_shown
from storage.conflicts import again_after_conflict
from storage.engine import Database
from storage.errors import UnknownAssignment, UnknownChoice
from storage.own_stats import OwnStats, own_stats
from storage.predictions import Predictions
from storage.privacy.pseudonym import Pseudonymizer
from storage.tables import Annotator, Input, Prediction, Vote, utc_now
from storage.teaching_tables import Assignment
from storage.values import VoteKind, VoteStatus
from storage.votes import Votes

LABELLED = ("sentiment", "nsp", "nli", "mask")
"""Tasks whose texts are given to label; how a text is cut nobody can say without seeing it."""

_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Item:
    """A text to label.

    Attributes:
        assignment_id: What its buttons name.
        prediction_id: The answer that is not shown.
        task: What is asked of it.
        text_a: The text, or the first of a pair.
        text_b: The second of a pair.
        labels: What it may be, in an order that tells nothing of the answer; none for a word to be written.
        place: The how-manieth of its batch, from 1.
        total: How many are in its batch.
        last: What was labelled before it in its batch, to be taken back; None for the first.
    """

    assignment_id: int
    prediction_id: int
    task: str
    text_a: str
    text_b: str | None
    labels: tuple[str, ...]
    place: int
    total: int
    last: int | None


@dataclass(frozen=True, slots=True)
class LabelOutcome:
    """What a label did.

    Attributes:
        status: ``counted``, ``changed``, or ``unchanged`` for the label the text had already.
        task: What was asked of the text.
        label: The label it has now; None for "not sure".
    """

    status: VoteStatus
    task: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is with their newest batch.

    Attributes:
        labelled: Texts they labelled.
        skipped: Texts they were not sure of.
        total: Texts in it.
        last: What they labelled last, to be taken back.
        task: What was asked of all of them; None where it was several things.
    """

    labelled: int
    skipped: int
    total: int
    last: int | None
    task: str | None


@dataclass(frozen=True, slots=True)
class _Row:
    """One text of a batch."""

    id: int
    prediction_id: int
    batch: int
    settled: bool
    task: str


class Labelling:
    """Gives texts to label and keeps the labels as blind votes, committed on return."""

    def __init__(self, database: Database, pseudonymizer: Pseudonymizer) -> None:
        self._database = database
        self._pseudonymizer = pseudonymizer

    async def start(self, user_id: int, task: str | None = None, *, day: date | None = None) -> Item | None:
        """Go on with the person's batch, or begin one.

        A batch of something else than is wanted now is given up.

        Args:
            user_id: Who labels.
            task: What, one of ``LABELLED``; None for what is most useful.
            day: That chance goes by; None for today, UTC.

        Returns:
            What to label first; None when there is nothing for them.

        Raises:
            NoConsent: The person has not agreed; nothing was kept.
        """
        tasks = LABELLED if task is None else (task,)
        person = self._pseudonymizer.person(user_id)
        async with self._database.read() as connection:
            annotator = await Annotators(connection).consenting(person)
            batch = await self._newest_batch(connection, annotator)
            rows = await self._rows(connection, annotator, batch)
            chosen: tuple[int, ...] = ()
            if not _goes_on(rows, tasks):
                seed = f"{person}:{day or utc_now().date()}:{batch}"
                chosen = await Candidates(connection, annotator, tasks, seed).choose()
        await self._give(person, tasks, batch, chosen)
        return await self.next(user_id)

    async def next(self, user_id: int) -> Item | None:
        """Return what the person is to label now; None at the end of their batch.

        A text whose asker has withdrawn or been forgotten since is left out.
        """
        async with self._database.read() as connection:
            annotator = await Annotators(connection).id_of(self._pseudonymizer.person(user_id))
            if annotator is None:
                return None
            rows = await self._rows(connection, annotator, await self._newest_batch(connection, annotator))
            settled = [row.id for row in rows if row.settled]
            for place, row in enumerate(rows, 1):
                found = None if row.settled else await self._text(connection, row.prediction_id)
                if found is None:
                    continue
                text_a, text_b, options = found
                return Item(
                    assignment_id=row.id,
                    prediction_id=row.prediction_id,
                    task=row.task,
                    text_a=text_a,
                    text_b=text_b,
                    labels=() if row.task == "mask" else tuple(sorted(options[0])),
                    place=place,
                    total=len(rows),
                    last=settled[-1] if settled else None,
                )
            return None

    async def label(self, user_id: int, assignment_id: int, choice: int) -> LabelOutcome:
        """Label a text, or change its label.

        Args:
            user_id: Who labels.
            assignment_id: The text.
            choice: An index into the item's labels.

        Raises:
            UnknownAssignment: It was not given to the person, or is gone.
            UnknownChoice: It has no such label.
            NoConsent: The person has not agreed any more.
        """
        return await self._settle(user_id, assignment_id, choice=choice)

    async def skip(self, user_id: int, assignment_id: int) -> LabelOutcome:
        """Note that the person is not sure; raises as :meth:`label`."""
        return await self._settle(user_id, assignment_id)

    async def word(self, user_id: int, prediction_id: int, word: str) -> LabelOutcome:
        """Label the blank of a text with a word; raises as :meth:`label`."""
        async with self._database.read() as connection:
            annotator = await Annotators(connection).consenting(self._pseudonymizer.person(user_id))
            query = select(Assignment.id).where(
                Assignment.annotator_id == annotator, Assignment.prediction_id == prediction_id
            )
            found = await connection.scalar(query)
        if found is None:
            raise UnknownAssignment(prediction_id)
        return await self._settle(user_id, found, word=word)

    @again_after_conflict
    async def undo(self, user_id: int, assignment_id: int) -> VoteStatus:
        """Take a label back, so that the text is to be labelled again; done again, it changes nothing.

        Raises:
            UnknownAssignment: It was not given to the person, or is gone.
        """
        async with self._database.write() as connection:
            annotator = await Annotators(connection).lock(self._pseudonymizer.person(user_id))
            row = await self._assignment(connection, annotator or 0, assignment_id)
            if not row.settled:
                return VoteStatus.NOTHING_TO_UNDO
            votes = Votes(connection, await Predictions(connection).given(row.prediction_id))
            await votes.withdraw_all(annotator or 0)
            await self._mark(connection, assignment_id, settled=False)
            return VoteStatus.UNDONE

    @again_after_conflict
    async def stop(self, user_id: int) -> Progress:
        """End the person's batch; what they were not shown yet may be given to them again."""
        async with self._database.write() as connection:
            annotator = await Annotators(connection).lock(self._pseudonymizer.person(user_id))
            if annotator is not None:
                batch = await self._newest_batch(connection, annotator)
                await self._give_up(connection, await self._rows(connection, annotator, batch))
        return await self.progress(user_id)

    async def progress(self, user_id: int) -> Progress:
        """Return how far the person is with their newest batch."""
        async with self._database.read() as connection:
            annotator = await Annotators(connection).id_of(self._pseudonymizer.person(user_id)) or 0
            rows = await self._rows(connection, annotator, await self._newest_batch(connection, annotator))
            query = (
                select(Vote.kind, func.count())
                .where(
                    Vote.annotator_id == annotator,
                    Vote.prediction_id.in_([row.prediction_id for row in rows]),
                )
                .group_by(Vote.kind)
            )
            kinds = {kind: int(count) for kind, count in await connection.execute(query)}
            skipped = kinds.pop(VoteKind.SKIP.value, 0)
            settled, tasks = [row.id for row in rows if row.settled], {row.task for row in rows}
            return Progress(
                labelled=sum(kinds.values()),
                skipped=skipped,
                total=len(rows),
                last=settled[-1] if settled else None,
                task=tasks.pop() if len(tasks) == 1 else None,
            )

    async def stats(self, user_id: int) -> OwnStats:
        """Return how the person has voted and labelled, and how far that turned out right."""
        async with self._database.read() as connection:
            return await own_stats(connection, self._pseudonymizer.person(user_id))

    async def shown(self, user_id: int, message_id: int, prediction_id: int | None) -> None:
        """Note which text a message in the person's private chat shows now, for words that answer it."""
        async with self._database.write() as connection:
            chat = self._pseudonymizer.chat(user_id)
            await Answers(connection).show(chat, message_id, prediction_id)

    @again_after_conflict
    async def _give(self, person: str, tasks: Collection[str], after: int, chosen: tuple[int, ...]) -> None:
        """Begin a batch after another, unless the person's newest goes on, or another tap began one."""
        async with self._database.write() as connection:
            annotator = await Annotators(connection).lock_consenting(person)
            newest = await self._newest_batch(connection, annotator)
            rows = await self._rows(connection, annotator, newest)
            if newest != after or _goes_on(rows, tasks):
                return
            await self._give_up(connection, rows)
            there = set(await connection.scalars(select(Prediction.id).where(Prediction.id.in_(chosen))))
            given = [one for one in chosen if one in there]
            if given:
                row = {
                    "annotator_id": annotator,
                    "batch": after + 1,
                    "given_at": utc_now(),
                    "settled_at": None,
                }
                await connection.execute(
                    insert(Assignment),
                    [{**row, "prediction_id": one, "position": place} for place, one in enumerate(given, 1)],
                )

    @again_after_conflict
    async def _settle(
        self, user_id: int, assignment_id: int, *, choice: int | None = None, word: str | None = None
    ) -> LabelOutcome:
        async with self._database.write() as connection:
            annotator = await Annotators(connection).lock_consenting(self._pseudonymizer.person(user_id))
            row = await self._assignment(connection, annotator, assignment_id)
            if await self._text(connection, row.prediction_id) is None:
                raise UnknownAssignment(assignment_id)
            prediction = await Predictions(connection).given(row.prediction_id)
            votes = Votes(connection, prediction)
            if word is not None:
                label: str | None = word
                status = await votes.write(annotator, 0, word, blind=True)
            elif choice is None:
                label, status = None, await votes.skip(annotator, blind=True)
            else:
                labels = sorted(prediction.options[0])
                if prediction.task == "mask" or not 0 <= choice < len(labels):
                    raise UnknownChoice(prediction.id, 0, choice)
                label = labels[choice]
                meant = prediction.options[0].index(label)
                status = await votes.put(annotator, 0, meant, blind=True)
            await self._mark(connection, assignment_id, settled=True)
            return LabelOutcome(status, prediction.task, label)

    async def _assignment(self, connection: AsyncConnection, annotator: int, assignment_id: int) -> _Row:
        if 0 < assignment_id <= _LARGEST_ID:
            query = _ROWS.where(Assignment.id == assignment_id, Assignment.annotator_id == annotator)
            if (row := (await connection.execute(query)).one_or_none()) is not None:
                return _Row(*row[:3], settled=row[3] is not None, task=row[4])
        raise UnknownAssignment(assignment_id)

    async def _rows(self, connection: AsyncConnection, annotator: int, batch: int) -> list[_Row]:
        """Return a batch, without what may not be shown any more."""
        still_there = or_(Assignment.settled_at.is_not(None), may_be_shown())
        query = _ROWS.where(Assignment.annotator_id == annotator, Assignment.batch == batch, still_there)
        found = await connection.execute(query.order_by(Assignment.position))
        return [_Row(*row[:3], settled=row[3] is not None, task=row[4]) for row in found]

    async def _newest_batch(self, connection: AsyncConnection, annotator: int) -> int:
        query = select(func.max(Assignment.batch)).where(Assignment.annotator_id == annotator)
        return await connection.scalar(query) or 0

    async def _text(
        self, connection: AsyncConnection, prediction_id: int
    ) -> tuple[str, str | None, list[list[str]]] | None:
        """Return a text with what may be chosen; None if it may not be shown any more."""
        query = (
            select(Input.text_a, Input.text_b, Prediction.options)
            .join(Input, Input.id == Prediction.input_id)
            .join(Annotator, Annotator.id == Prediction.asker_id)
            .where(Prediction.id == prediction_id, may_be_shown())
        )
        row = (await connection.execute(query)).one_or_none()
        return None if row is None else (row.text_a, row.text_b, row.options)

    async def _give_up(self, connection: AsyncConnection, rows: list[_Row]) -> None:
        """Settle what is shown now, if anything is, and take back what comes after it."""
        left = [row.id for row in rows if not row.settled]
        if left:
            await self._mark(connection, left[0], settled=True)
            await connection.execute(delete(Assignment).where(Assignment.id.in_(left[1:])))

    async def _mark(self, connection: AsyncConnection, assignment_id: int, *, settled: bool) -> None:
        where = [Assignment.id == assignment_id]
        if settled:
            where.append(Assignment.settled_at.is_(None))
        moment = utc_now() if settled else None
        await connection.execute(update(Assignment).where(*where).values(settled_at=moment))


_ROWS = (
    select(Assignment.id, Assignment.prediction_id, Assignment.batch, Assignment.settled_at, Input.task)
    .join(Prediction, Prediction.id == Assignment.prediction_id)
    .join(Input, Input.id == Prediction.input_id)
    .join(Annotator, Annotator.id == Prediction.asker_id)
)


def _goes_on(rows: list[_Row], tasks: Collection[str]) -> bool:
    """Whether a batch has something left, and nothing else than what is wanted."""
    left = [row for row in rows if not row.settled]
    return bool(left) and all(row.task in tasks for row in left)
