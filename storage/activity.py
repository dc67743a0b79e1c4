"""What people do over time: whether there is something to agree on anew, and how many vote a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import case, func, select

from storage.agreed import IMPORTED
from storage.engine import Database
from storage.tables import Annotator, Input, Prediction, Vote, VoteEvent, utc_now
from storage.teaching_tables import GoldItem, Label
from storage.values import ConsentStatus, VoteKind


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
class LastChange:
    """What tells whether the voters may agree on something else than before.

    There are fewer events once somebody is forgotten: what they agreed on with others is to be agreed anew.

    Attributes:
        event: When the last event of a vote was; numbers of deleted ones may come again.
        events: How many there are.
        known: When the last known label came.
        knowns: How many there are.
        withdrawn: How many people want nothing kept: their votes do not count.
        withdrawn_at: When the last of them said so, for one may agree again as another withdraws.
        imported: How many labels came with their texts.
        imported_at: When the last of them came or was corrected.
    """

    event: datetime | None
    events: int
    known: datetime | None
    knowns: int
    withdrawn: int
    withdrawn_at: datetime | None
    imported: int
    imported_at: datetime | None


@dataclass(frozen=True, slots=True)
class Activity:
    """Reads what people did."""

    database: Database

    async def last_change(self) -> LastChange:
        """Return what has changed whenever there is something to agree on anew."""
        votes = select(func.max(VoteEvent.at), func.count()).select_from(VoteEvent)
        known = select(func.max(GoldItem.created_at), func.count()).select_from(GoldItem)
        withdrawn = select(func.count(), func.max(Annotator.consent_at)).where(
            Annotator.consent == ConsentStatus.DECLINED.value
        )
        imported = select(func.count(), func.max(Label.updated_at)).where(Label.method == IMPORTED)
        async with self.database.read() as connection:
            event, events = (await connection.execute(votes)).one()
            label, labels = (await connection.execute(known)).one()
            people, at = (await connection.execute(withdrawn)).one()
            given, given_at = (await connection.execute(imported)).one()
        return LastChange(event, events, label, labels, people, at, given, given_at)

    async def days(self, since: datetime) -> Mapping[tuple[date, str], DayOfVotes]:
        """Return the votes given from a moment on until today, by day (UTC) and task."""
        first, today = since.astimezone(UTC).date(), utc_now().date()
        if first > today:
            return {}
        days = [first + timedelta(days=number) for number in range((today - first).days + 2)]
        begins = [datetime.combine(day, time(), UTC) for day in days]
        # Every kind of database has another way to cut a moment to its day, but all compare moments.
        number = case(*((Vote.created_at < end, index) for index, end in enumerate(begins[1:])))
        votes = (
            select(number.label("day"), Input.task, Vote.kind, Vote.blind)
            .join(Prediction, Prediction.id == Vote.prediction_id)
            .join(Input, Input.id == Prediction.input_id)
            .where(Vote.created_at >= since, Vote.created_at < begins[-1])
            .subquery()
        )
        its = (votes.c.day, votes.c.task, votes.c.kind, votes.c.blind)
        counts: Counter[tuple[date, str, str]] = Counter()
        async with self.database.read() as connection:
            for index, task, kind, blind, count in await connection.execute(
                select(*its, func.count()).group_by(*its)
            ):
                what = "blind" if blind and kind != VoteKind.SKIP else kind
                counts[days[index], task, what] += count
        return {
            (day, task): DayOfVotes(
                counts[day, task, VoteKind.CONFIRM],
                counts[day, task, VoteKind.CORRECT],
                counts[day, task, "blind"],
                counts[day, task, VoteKind.SKIP],
            )
            for day, task in sorted({(day, task) for day, task, _ in counts})
        }
