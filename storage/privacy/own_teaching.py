"""What is kept of somebody who runs the bot: trainings they asked for, and champions they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.teaching_tables import Checkpoint, Promotion, TrainingRun


@dataclass(frozen=True, slots=True)
class OwnTraining:
    """A training that the person asked for, or whose progress a message in their private chat shows."""

    run_id: int
    task: str
    state: str
    asked: bool
    message_id: int | None
    options: Mapping[str, object]
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnPromotion:
    """A change of champion by the person, from one checkpoint to another; None is the catalogue's own."""

    task: str
    reason: str
    before: str | None
    after: str | None
    at: datetime


async def own_trainings(
    connection: AsyncConnection, pseudonym: str, private_chat: str
) -> tuple[OwnTraining, ...]:
    """Return the trainings that have to do with a person, oldest first."""
    query = (
        select(TrainingRun.__table__)
        .where(or_(TrainingRun.actor == pseudonym, TrainingRun.chat_pseudonym == private_chat))
        .order_by(TrainingRun.id)
    )
    return tuple(
        [
            OwnTraining(
                run_id=row.id,
                task=row.task,
                state=row.state,
                asked=row.actor == pseudonym,
                message_id=row.message_id if row.chat_pseudonym == private_chat else None,
                options=row.options,
                asked_at=row.created_at,
                started_at=row.started_at,
                ended_at=row.ended_at,
            )
            for row in await connection.execute(query)
        ]
    )


async def own_promotions(connection: AsyncConnection, pseudonym: str) -> tuple[OwnPromotion, ...]:
    """Return the changes of champion by a person, oldest first."""
    before, after = aliased(Checkpoint), aliased(Checkpoint)
    query = (
        select(
            Promotion.task,
            Promotion.reason,
            before.name.label("before"),
            after.name.label("after"),
            Promotion.at,
        )
        .outerjoin(before, before.id == Promotion.from_id)
        .outerjoin(after, after.id == Promotion.to_id)
        .where(Promotion.actor == pseudonym)
        .order_by(Promotion.id)
    )
    return tuple([OwnPromotion(*row) for row in await connection.execute(query)])
