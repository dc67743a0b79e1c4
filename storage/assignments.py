"""Access to ``assignments``: which texts each person was given to label, in batches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.candidates import may_be_shown
from storage.errors import UnknownAssignment
from storage.tables import Annotator, Input, Prediction, utc_now
from storage.teaching_tables import Assignment

_LARGEST_ID = 2**31 - 1  # of an INTEGER but in SQLite; a forged button may hold any number


@dataclass(frozen=True, slots=True)
class AssignedText:
    """One text of a batch; ``settled`` once it is labelled, skipped or given up."""

    id: int
    prediction_id: int
    batch: int
    position: int
    settled: bool
    task: str


def goes_on(batch: Sequence[AssignedText], tasks: Collection[str]) -> bool:
    """Whether a batch has something left, and nothing else than what is wanted."""
    left = [row for row in batch if not row.settled]
    return bool(left) and all(row.task in tasks for row in left)


@dataclass(frozen=True, slots=True)
class Assignments:
    """Reads and writes what people were given to label in one transaction."""

    connection: AsyncConnection

    async def newest(self, annotator: int) -> tuple[int, list[AssignedText]]:
        """Return the number of a person's newest batch, 0 for none, and what of it may still be shown."""
        query = select(func.max(Assignment.batch)).where(Assignment.annotator_id == annotator)
        batch = await self.connection.scalar(query) or 0
        still_there = or_(Assignment.settled_at.is_not(None), may_be_shown())
        query_rows = _ROWS.where(Assignment.annotator_id == annotator, Assignment.batch == batch, still_there)
        found = await self.connection.execute(query_rows.order_by(Assignment.position))
        return batch, [_assigned(row) for row in found]

    async def get(self, annotator: int, assignment_id: int) -> AssignedText:
        """Return a text that was given to a person.

        Raises:
            UnknownAssignment: It was not, or is gone.
        """
        if 0 < assignment_id <= _LARGEST_ID:
            query = _ROWS.where(Assignment.id == assignment_id, Assignment.annotator_id == annotator)
            if (row := (await self.connection.execute(query)).one_or_none()) is not None:
                return _assigned(row)
        raise UnknownAssignment(assignment_id)

    async def of(self, annotator: int, prediction_id: int) -> int:
        """Return the number under which a text was given to a person; raises as :meth:`get`."""
        query = select(Assignment.id).where(
            Assignment.annotator_id == annotator, Assignment.prediction_id == prediction_id
        )
        found = await self.connection.scalar(query)
        if found is None:
            raise UnknownAssignment(prediction_id)
        return found

    async def text(self, prediction_id: int) -> tuple[str, str | None, list[list[str]]] | None:
        """Return a text with what may be chosen; None if it may not be shown any more."""
        query = (
            select(Input.text_a, Input.text_b, Prediction.options)
            .join(Input, Input.id == Prediction.input_id)
            .join(Annotator, Annotator.id == Prediction.asker_id)
            .where(Prediction.id == prediction_id, may_be_shown())
        )
        row = (await self.connection.execute(query)).one_or_none()
        return None if row is None else (row.text_a, row.text_b, row.options)

    async def give(self, annotator: int, batch: int, chosen: Collection[int]) -> None:
        """Give a person a batch of predictions; those that are gone are left out."""
        there = set(await self.connection.scalars(select(Prediction.id).where(Prediction.id.in_(chosen))))
        given = [one for one in chosen if one in there]
        if given:
            row = {"annotator_id": annotator, "batch": batch, "given_at": utc_now(), "settled_at": None}
            await self.connection.execute(
                insert(Assignment),
                [{**row, "prediction_id": one, "position": place} for place, one in enumerate(given, 1)],
            )

    async def give_up(self, batch: Sequence[AssignedText]) -> None:
        """Settle what is shown now, if anything is, and take back what comes after it."""
        left = [row.id for row in batch if not row.settled]
        if left:
            await self.settle(left[0])
            await self.connection.execute(delete(Assignment).where(Assignment.id.in_(left[1:])))

    async def settle(self, assignment_id: int) -> None:
        """Keep that a text is settled; since when stays as it is."""
        its = (Assignment.id == assignment_id, Assignment.settled_at.is_(None))
        await self.connection.execute(update(Assignment).where(*its).values(settled_at=utc_now()))

    async def bring_back(self, annotator: int, row: AssignedText) -> None:
        """Let a text be the next to be settled, before all that is left of the newest batch."""
        number, batch = await self.newest(annotator)
        left = [each.position for each in batch if not each.settled]
        beyond = max((each.position for each in batch), default=0) + 1
        gap = row.position if row.batch == number else beyond  # what comes before it moves up to there
        place = min([gap, *left[:1]])
        its = (Assignment.annotator_id == annotator, Assignment.batch == number)
        later = update(Assignment).where(*its, Assignment.position >= place, Assignment.position < gap)
        await self.connection.execute(later.values(position=Assignment.position + 1))
        this = update(Assignment).where(Assignment.id == row.id)
        await self.connection.execute(this.values(batch=number, position=place, settled_at=None))


_COLUMNS: tuple[Any, ...] = (
    Assignment.id,
    Assignment.prediction_id,
    Assignment.batch,
    Assignment.position,
    Assignment.settled_at,
    Input.task,
)
_ROWS = (
    select(*_COLUMNS)
    .join(Prediction, Prediction.id == Assignment.prediction_id)
    .join(Input, Input.id == Prediction.input_id)
    .join(Annotator, Annotator.id == Prediction.asker_id)
)


def _assigned(row: Row[Any]) -> AssignedText:
    settled = row.settled_at is not None
    return AssignedText(row.id, row.prediction_id, row.batch, row.position, settled, row.task)
