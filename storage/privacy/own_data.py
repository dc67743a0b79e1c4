"""Everything that is kept about one person, for them to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.annotators import Annotators
from storage.privacy.own_teaching import OwnPromotion, OwnTraining, own_promotions, own_trainings
from storage.privacy.pseudonym import SHORT
from storage.tables import Annotator, Answer, Input, ModelVersion, Prediction, Vote, VoteEvent
from storage.teaching_tables import Assignment, Trust
from storage.values import Consent


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A text that the person asked about, or put up for a group to label (``post``), and the answer."""

    prediction_id: int
    task: str
    text_a: str
    text_b: str | None
    model: str
    version: str
    answer: str
    probabilities: Mapping[str, object]
    options: tuple[tuple[str, ...], ...]
    post: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class OwnVote:
    """A vote of the person, with the text that it is about."""

    prediction_id: int
    task: str
    text_a: str
    text_b: str | None
    shown: str
    slot: int
    label: str
    kind: str
    blind: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OwnAssignment:
    """A text that the person was given to label."""

    prediction_id: int
    batch: int
    given_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnTrust:
    """How far the person's votes on a task turned out right."""

    task: str
    votes: int
    judged: int
    correct: int
    trust: float | None
    verdict: str
    reason: str
    proved: bool
    taught: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """A change of a vote of the person."""

    prediction_id: int
    slot: int
    action: str
    old_label: str | None
    new_label: str | None
    kind: str | None
    blind: bool | None
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """Which message answered a command in the person's private chat."""

    command_message_id: int
    answer_message_id: int
    prediction_id: int | None
    asked_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OwnData:
    """Everything that is kept about a person.

    Attributes:
        pseudonym: What their rows have in place of their number.
        known_since: When the row about them was made; ``None`` when there is none.
        language: The language they chose.
        consent: What they said to the question whether their texts and votes may be kept.
        questions: What they asked, oldest first.
        votes: Their votes, oldest first.
        events: Every change of a vote, oldest first.
        answers: Which message answered which command in their private chat, oldest first.
        assignments: The texts that they were given to label, oldest first.
        trusts: How far their votes are trusted, by task.
        trainings: The trainings that they asked for, or that are shown in their private chat, oldest first.
        promotions: Their changes of which model answers, oldest first.
    """

    pseudonym: str
    known_since: datetime | None
    language: str | None
    consent: Consent | None
    questions: tuple[OwnQuestion, ...]
    votes: tuple[OwnVote, ...]
    events: tuple[OwnEvent, ...]
    answers: tuple[OwnAnswer, ...]
    assignments: tuple[OwnAssignment, ...]
    trusts: tuple[OwnTrust, ...]
    trainings: tuple[OwnTraining, ...]
    promotions: tuple[OwnPromotion, ...]

    def as_json(self) -> dict[str, object]:
        """Return it as JSON-able values, times in ISO 8601."""
        return {name: _jsonable(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class OwnRows:
    """Reads what is kept about a person, in one transaction."""

    connection: AsyncConnection
    pseudonym: str
    private_chat: str

    async def read(self) -> OwnData:
        """Read everything."""
        query = select(Annotator.id, Annotator.language, Annotator.created_at).where(
            Annotator.pseudonym.in_([self.pseudonym, self.pseudonym[:SHORT]])  # the short one is an import's
        )
        person = (await self.connection.execute(query)).one_or_none()
        annotator = None if person is None else person.id
        return OwnData(
            pseudonym=self.pseudonym,
            known_since=None if person is None else person.created_at,
            language=None if person is None else person.language,
            consent=await Annotators(self.connection).consent(self.pseudonym),
            questions=await self._questions(annotator),
            votes=await self._votes(annotator),
            events=await self._events(annotator),
            answers=await self._answers(),
            assignments=await self._assignments(annotator),
            trusts=await self._trusts(annotator),
            trainings=await own_trainings(self.connection, self.pseudonym, self.private_chat),
            promotions=await own_promotions(self.connection, self.pseudonym),
        )

    async def _questions(self, annotator: int | None) -> tuple[OwnQuestion, ...]:
        theirs = Prediction.chat_pseudonym == self.private_chat
        if annotator is not None:
            theirs = or_(theirs, Prediction.asker_id == annotator)
        query = (
            select(
                Prediction, Input.task, Input.text_a, Input.text_b, ModelVersion.name, ModelVersion.version
            )
            .join(Input, Input.id == Prediction.input_id)
            .join(ModelVersion, ModelVersion.id == Prediction.model_version_id)
            .where(theirs)
            .order_by(Prediction.id)
        )
        return tuple(
            [
                OwnQuestion(
                    prediction_id=row.id,
                    task=row.task,
                    text_a=row.text_a,
                    text_b=row.text_b,
                    model=row.name,
                    version=row.version,
                    answer=row.label,
                    probabilities=row.probabilities,
                    options=tuple(tuple(slot) for slot in row.options),
                    post=row.post,
                    asked_at=row.created_at,
                )
                for row in await self.connection.execute(query)
            ]
        )

    async def _votes(self, annotator: int | None) -> tuple[OwnVote, ...]:
        query = (
            select(
                Vote.prediction_id,
                Input.task,
                Input.text_a,
                Input.text_b,
                Prediction.label.label("shown"),
                Vote.slot,
                Vote.label,
                Vote.kind,
                Vote.blind,
                Vote.created_at,
                Vote.updated_at,
            )
            .join(Prediction, Prediction.id == Vote.prediction_id)
            .join(Input, Input.id == Prediction.input_id)
            .where(Vote.annotator_id == annotator)
            .order_by(Vote.id)
        )
        return tuple(
            [
                OwnVote(
                    prediction_id=row.prediction_id,
                    task=row.task,
                    text_a=row.text_a,
                    text_b=row.text_b,
                    shown=row.shown,
                    slot=row.slot,
                    label=row.label,
                    kind=row.kind,
                    blind=row.blind,
                    created_at=row.created_at,
                    updated_at=row.updated_at,
                )
                for row in await self.connection.execute(query)
            ]
        )

    async def _events(self, annotator: int | None) -> tuple[OwnEvent, ...]:
        query = (
            select(
                VoteEvent.prediction_id,
                VoteEvent.slot,
                VoteEvent.action,
                VoteEvent.old_label,
                VoteEvent.new_label,
                VoteEvent.kind,
                VoteEvent.blind,
                VoteEvent.at,
            )
            .where(VoteEvent.annotator_id == annotator)
            .order_by(VoteEvent.id)
        )
        return tuple([OwnEvent(*row) for row in await self.connection.execute(query)])

    async def _answers(self) -> tuple[OwnAnswer, ...]:
        query = (
            select(
                Answer.command_message_id,
                Answer.answer_message_id,
                Answer.prediction_id,
                Answer.asked_at,
                Answer.updated_at,
            )
            .where(Answer.chat_pseudonym == self.private_chat)
            .order_by(Answer.updated_at)
        )
        return tuple([OwnAnswer(*row) for row in await self.connection.execute(query)])

    async def _assignments(self, annotator: int | None) -> tuple[OwnAssignment, ...]:
        query = (
            select(Assignment.prediction_id, Assignment.batch, Assignment.given_at, Assignment.settled_at)
            .where(Assignment.annotator_id == annotator)
            .order_by(Assignment.id)
        )
        return tuple([OwnAssignment(*row) for row in await self.connection.execute(query)])

    async def _trusts(self, annotator: int | None) -> tuple[OwnTrust, ...]:
        columns: tuple[Any, ...] = (
            Trust.task,
            Trust.votes,
            Trust.judged,
            Trust.correct,
            Trust.trust,
            Trust.verdict,
            Trust.reason,
            Trust.proved,
            Trust.taught,
            Trust.updated_at,
        )
        query = select(*columns).where(Trust.annotator_id == annotator).order_by(Trust.task)
        return tuple([OwnTrust(*row) for row in await self.connection.execute(query)])


def _jsonable(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case Mapping():
            return {name: _jsonable(one) for name, one in value.items()}
        case list() | tuple():
            return [_jsonable(one) for one in value]
        case _:
            return value
