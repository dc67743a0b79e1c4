"""What a person has contributed: their votes by task, the days, and how far they turned out right."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.annotators import Annotators
from storage.tables import Input, Prediction, Vote, VoteEvent
from storage.teaching_tables import Trust
from storage.values import VoteKind


@dataclass(frozen=True, slots=True)
class TaskStats:
    """A person's votes on one task.

    Attributes:
        task: The task.
        confirmed: Votes that agreed with the answer they saw.
        corrected: Votes for something else than that.
        skipped: Times they were not sure.
        blind: Votes given without seeing an answer, which are neither.
        judged: Votes that could be compared with what is known or agreed on; None before enough could.
        right: How many of those agreed with it; None likewise.
    """

    task: str
    confirmed: int
    corrected: int
    skipped: int
    blind: int
    judged: int | None
    right: int | None


@dataclass(frozen=True, slots=True)
class OwnStats:
    """A person's votes.

    Attributes:
        tasks: By task, in the order of their names; those without a vote are left out.
        days: Days, UTC, on which they voted.
    """

    tasks: tuple[TaskStats, ...]
    days: int


async def own_stats(connection: AsyncConnection, pseudonym: str) -> OwnStats:
    """Count a person's votes."""
    annotator = await Annotators(connection).id_of(pseudonym)
    query = (
        select(Input.task, Vote.kind, Vote.blind, func.count())
        .join(Prediction, Prediction.id == Vote.prediction_id)
        .join(Input, Input.id == Prediction.input_id)
        .where(Vote.annotator_id == annotator)
        .group_by(Input.task, Vote.kind, Vote.blind)
    )
    kinds: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for task, kind, blind, count in await connection.execute(query):
        kinds[task]["blind" if blind and kind != VoteKind.SKIP else kind] += count
    trusts = select(Trust.task, Trust.judged, Trust.correct).where(
        Trust.annotator_id == annotator, Trust.trust.is_not(None)
    )
    judged = {task: (seen, right) for task, seen, right in await connection.execute(trusts)}
    moments = await connection.scalars(select(VoteEvent.at).where(VoteEvent.annotator_id == annotator))
    return OwnStats(
        tuple(
            TaskStats(
                task,
                counts[VoteKind.CONFIRM.value],
                counts[VoteKind.CORRECT.value],
                counts[VoteKind.SKIP.value],
                counts["blind"],
                *judged.get(task, (None, None)),
            )
            for task, counts in sorted(kinds.items())
        ),
        days=len({moment.date() for moment in moments}),
    )
