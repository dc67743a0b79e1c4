"""What people do over time: when a vote was last given or taken back, and how many a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from storage.engine import Database
from storage.tables import Input, Prediction, Vote, VoteEvent
from storage.values import VoteKind


@dataclass(frozen=True, slots=True)
class DayOfVotes:
    """The votes of one task that were first given on one day.

    Attributes:
        confirms: That the answer shown was right.
        corrects: That another one was.
        blind: Given without seeing an answer, which say nothing of it.
        skips: "I do not know".
    """

    confirms: int = 0
    corrects: int = 0
    blind: int = 0
    skips: int = 0

    @property
    def votes(self) -> int:
        """All but skips."""
        return self.confirms + self.corrects + self.blind

    @property
    def accuracy(self) -> float | None:
        """How often the answer was right, of those who saw it and said so, 0…1; None if nobody did."""
        seen = self.confirms + self.corrects
        return self.confirms / seen if seen else None


@dataclass(frozen=True, slots=True)
class Activity:
    """Reads what people did."""

    database: Database

    async def last_change(self) -> tuple[int, int]:
        """Return the number of the last event of a vote and how many there are; zeros without any.

        There are fewer once somebody is forgotten, and what they agreed on with others is to be agreed anew.
        """
        async with self.database.read() as connection:
            query = select(func.max(VoteEvent.id), func.count())
            last, events = (await connection.execute(query)).one()
            return int(last or 0), int(events)

    async def days(self, since: datetime) -> Mapping[tuple[date, str], DayOfVotes]:
        """Return the votes given from a moment on, by day (UTC) and task."""
        query = (
            select(Vote.created_at, Input.task, Vote.kind, Vote.blind)
            .join(Prediction, Prediction.id == Vote.prediction_id)
            .join(Input, Input.id == Prediction.input_id)
            .where(Vote.created_at >= since)
        )
        counts: Counter[tuple[date, str, str]] = Counter()
        async with self.database.read() as connection:
            # Counted here: every kind of database has another way to cut a moment to its day.
            for at, task, kind, blind in await connection.execute(query):
                what = "blind" if blind and kind != VoteKind.SKIP else kind
                counts[at.date(), task, what] += 1
        return {
            (day, task): DayOfVotes(
                counts[day, task, VoteKind.CONFIRM],
                counts[day, task, VoteKind.CORRECT],
                counts[day, task, "blind"],
                counts[day, task, VoteKind.SKIP],
            )
            for day, task in sorted({(day, task) for day, task, _ in counts})
        }
