"""Access to ``votes`` and their log, ``vote_events``."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.predictions import ShownPrediction
from storage.tables import Vote, VoteEvent, utc_now
from storage.upsert import upsert
from storage.values import VoteCounts, VoteStatus


@dataclass(frozen=True, slots=True)
class HeldVote:
    """The vote a person holds in a slot."""

    id: int
    choice: int
    label: str


@dataclass(frozen=True, slots=True)
class Votes:
    """Reads and writes the votes on one prediction in one transaction; writers lock the annotator first."""

    connection: AsyncConnection
    prediction: ShownPrediction

    async def put(self, annotator_id: int, slot: int, choice: int) -> VoteStatus:
        """Make ``choice`` the person's vote in ``slot``; the same vote again changes and logs nothing."""
        label = self.prediction.option(slot, choice)
        held = await self._held(annotator_id, slot)
        if held is not None and held.choice == choice:
            return VoteStatus.UNCHANGED
        now = utc_now()
        row = {
            "prediction_id": self.prediction.id,
            "annotator_id": annotator_id,
            "slot": slot,
            "choice": choice,
            "label": label,
            "kind": self.prediction.kind(slot, choice).value,
            "created_at": now,
            "updated_at": now,
        }
        await upsert(
            self.connection,
            Vote,
            row,
            key=["prediction_id", "annotator_id", "slot"],
            update=["choice", "label", "kind", "updated_at"],
        )
        status = VoteStatus.COUNTED if held is None else VoteStatus.CHANGED
        await self._log(annotator_id, slot, status, old=held.label if held else None, new=label)
        return status

    async def withdraw(self, annotator_id: int, slot: int) -> VoteStatus:
        """Remove the person's vote in ``slot``, if they hold one."""
        held = await self._held(annotator_id, slot)
        if held is None:
            return VoteStatus.NOTHING_TO_UNDO
        await self.connection.execute(delete(Vote).where(Vote.id == held.id))
        await self._log(annotator_id, slot, VoteStatus.UNDONE, old=held.label, new=None)
        return VoteStatus.UNDONE

    async def tally(self) -> VoteCounts:
        """Count the votes per slot and choice."""
        query = (
            select(Vote.slot, Vote.choice, func.count())
            .where(Vote.prediction_id == self.prediction.id)
            .group_by(Vote.slot, Vote.choice)
        )
        found = {(slot, choice): count for slot, choice, count in await self.connection.execute(query)}
        return VoteCounts(
            prediction_id=self.prediction.id,
            task=self.prediction.task,
            shown=self.prediction.label,
            options=self.prediction.options,
            counts=tuple(
                tuple(found.get((slot, choice), 0) for choice in range(len(labels)))
                for slot, labels in enumerate(self.prediction.options)
            ),
            total=sum(found.values()),
        )

    async def _held(self, annotator_id: int, slot: int) -> HeldVote | None:
        query = select(Vote.id, Vote.choice, Vote.label).where(
            Vote.prediction_id == self.prediction.id, Vote.annotator_id == annotator_id, Vote.slot == slot
        )
        row = (await self.connection.execute(query)).one_or_none()
        return None if row is None else HeldVote(row.id, row.choice, row.label)

    async def _log(
        self, annotator_id: int, slot: int, action: VoteStatus, *, old: str | None, new: str | None
    ) -> None:
        row = {
            "prediction_id": self.prediction.id,
            "annotator_id": annotator_id,
            "slot": slot,
            "action": action.value,
            "old_label": old,
            "new_label": new,
            "at": utc_now(),
        }
        await self.connection.execute(insert(VoteEvent).values(row))
