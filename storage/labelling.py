"""Texts that people label without being shown the answer: in batches, one after the other, to and fro."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from storage.annotators import Annotators
from storage.answers import Answers
from storage.assignments import Assignments, goes_on
from storage.candidates import Candidates, may_be_shown
from storage.conflicts import again_after_conflict
from storage.engine import Database
from storage.errors import UnknownAssignment, UnknownChoice
from storage.own_stats import OwnStats, own_stats
from storage.predictions import Predictions
from storage.privacy.pseudonym import Pseudonymizer
from storage.sight import has_seen_the_answer
from storage.tables import Annotator, Input, Prediction, Vote, utc_now
from storage.values import VoteKind, VoteStatus
from storage.votes import Votes

LABELLED = ("sentiment", "nsp", "nli", "mask")
"""Tasks whose texts are given to label; how a text is cut nobody can say without seeing it."""


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
        status: ``counted``, ``changed``, ``unchanged`` for the label the text had already, or ``kept`` where
            the one stands that the person gave before they saw the answer.
        task: What was asked of the text.
        label: The label that was given; None for "not sure".
    """

    status: VoteStatus
    task: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a label back did.

    Attributes:
        status: ``undone``, or ``nothing_to_undo``.
        again: Whether its text was to be labelled again in that moment.
    """

    status: VoteStatus
    again: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is with their newest batch.

    Attributes:
        labelled: Texts they labelled.
        skipped: Texts they were not sure of.
        total: Texts in it.
        last: What they labelled last, to be taken back.
        task: What was asked of all of them; None where it was several things.
        more: Whether there is more for them to label, of whatever task.
    """

    labelled: int
    skipped: int
    total: int
    last: int | None
    task: str | None
    more: bool


class Labelling:
    """Gives texts to label and keeps the labels as votes, committed on return.

    They are blind votes, but for who has seen the model's answer to the text meanwhile.
    """

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
            number, batch = await Assignments(connection).newest(annotator)
            chosen: tuple[int, ...] = ()
            if not goes_on(batch, tasks):
                seed = f"{person}:{day or utc_now().date()}:{number}"
                chosen = await Candidates(connection, annotator, tasks, seed).choose()
        await self._give(person, tasks, number, chosen)
        return await self.next(user_id)

    async def has_texts(self, task: str | None = None) -> bool:
        """Say whether anybody has asked what may be given to label, whoever knows it already.

        Args:
            task: What, one of ``LABELLED``; None for any of them.
        """
        tasks = LABELLED if task is None else (task,)
        query = (
            select(Prediction.id)
            .join(Input, Input.id == Prediction.input_id)
            .join(Annotator, Annotator.id == Prediction.asker_id)
            .where(Input.task.in_(tasks), may_be_shown(), Prediction.post.is_(None))
        )
        async with self._database.read() as connection:
            return await connection.scalar(query.limit(1)) is not None

    async def next(self, user_id: int) -> Item | None:
        """Return what the person is to label now; None at the end of their batch.

        A text whose asker has withdrawn or been forgotten since is left out.
        """
        async with self._database.read() as connection:
            annotator = await Annotators(connection).id_of(self._pseudonymizer.person(user_id))
            if annotator is None:
                return None
            assignments = Assignments(connection)
            _, batch = await assignments.newest(annotator)
            settled = [row.id for row in batch if row.settled]
            for place, row in enumerate(batch, 1):
                found = None if row.settled else await assignments.text(row.prediction_id)
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
                    total=len(batch),
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
            found = await Assignments(connection).of(annotator, prediction_id)
        return await self._settle(user_id, found, word=word)

    @again_after_conflict
    async def undo(self, user_id: int, assignment_id: int) -> Undone:
        """Take a label back, so that its text is to be labelled now; done again, it changes nothing.

        One of an older batch goes on in the newest. If its asker has withdrawn since, it does not come again.

        Raises:
            UnknownAssignment: It was not given to the person, or is gone.
        """
        async with self._database.write() as connection:
            annotator = await Annotators(connection).lock(self._pseudonymizer.person(user_id))
            assignments = Assignments(connection)
            row = await assignments.get(annotator or 0, assignment_id)
            if not row.settled:
                return Undone(VoteStatus.NOTHING_TO_UNDO, again=False)
            votes = Votes(connection, await Predictions(connection).given(row.prediction_id))
            await votes.withdraw_all(annotator or 0)
            await assignments.bring_back(annotator or 0, row)
            return Undone(VoteStatus.UNDONE, await assignments.text(row.prediction_id) is not None)

    @again_after_conflict
    async def stop(self, user_id: int) -> Progress:
        """End the person's batch; what they were not shown yet may be given to them again."""
        async with self._database.write() as connection:
            annotator = await Annotators(connection).lock(self._pseudonymizer.person(user_id))
            if annotator is not None:
                assignments = Assignments(connection)
                _, batch = await assignments.newest(annotator)
                await assignments.give_up(batch)
        return await self.progress(user_id)

    async def progress(self, user_id: int) -> Progress:
        """Return how far the person is with their newest batch."""
        async with self._database.read() as connection:
            annotator = await Annotators(connection).id_of(self._pseudonymizer.person(user_id)) or 0
            _, batch = await Assignments(connection).newest(annotator)
            query = (
                select(Vote.kind, func.count())
                .where(
                    Vote.annotator_id == annotator,
                    Vote.prediction_id.in_([row.prediction_id for row in batch]),
                )
                .group_by(Vote.kind)
            )
            kinds = {kind: int(count) for kind, count in await connection.execute(query)}
            skipped = kinds.pop(VoteKind.SKIP.value, 0)
            settled, tasks = [row.id for row in batch if row.settled], {row.task for row in batch}
            return Progress(
                labelled=sum(kinds.values()),
                skipped=skipped,
                total=len(batch),
                last=settled[-1] if settled else None,
                task=tasks.pop() if len(tasks) == 1 else None,
                more=await Candidates(connection, annotator, LABELLED, "").any_left(),
            )

    async def stats(self, user_id: int) -> OwnStats:
        """Return how the person has voted and labelled, and how far that turned out right."""
        async with self._database.read() as connection:
            return await own_stats(connection, self._pseudonymizer.person(user_id))

    @again_after_conflict
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
            assignments = Assignments(connection)
            number, batch = await assignments.newest(annotator)
            if number == after and not goes_on(batch, tasks):
                await assignments.give_up(batch)
                await assignments.give(annotator, after + 1, chosen)

    @again_after_conflict
    async def _settle(
        self, user_id: int, assignment_id: int, *, choice: int | None = None, word: str | None = None
    ) -> LabelOutcome:
        async with self._database.write() as connection:
            annotator = await Annotators(connection).lock_consenting(self._pseudonymizer.person(user_id))
            assignments = Assignments(connection)
            row = await assignments.get(annotator, assignment_id)
            if await assignments.text(row.prediction_id) is None:
                raise UnknownAssignment(assignment_id)
            prediction = await Predictions(connection).given(row.prediction_id)
            votes = Votes(connection, prediction)
            blind = not await has_seen_the_answer(connection, annotator, prediction.id)
            if word is not None:
                label: str | None = word
                status = await votes.write(annotator, 0, word, blind=blind)
            elif choice is None:
                label, status = None, await votes.skip(annotator, blind=blind)
            else:
                labels = sorted(prediction.options[0])
                if prediction.task == "mask" or not 0 <= choice < len(labels):
                    raise UnknownChoice(prediction.id, 0, choice)
                label = labels[choice]
                meant = prediction.options[0].index(label)
                status = await votes.put(annotator, 0, meant, blind=blind)
            await assignments.settle(assignment_id)
            return LabelOutcome(status, prediction.task, label)
