"""Access to ``votes`` and their log, ``vote_events``.

A vote is blind when its giver had not been shown what the model answered, as ``storage.sight`` tells. It
stays as it was given: whoever sees the answer afterwards and votes on it changes nothing, and is told so,
until the blind one is taken back; and a vote that was given in sight of the answer never comes to be a blind
one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.predictions import ShownPrediction
from storage.tables import Vote, VoteEvent, utc_now
from storage.upsert import upsert
from storage.values import SKIPPED, TYPED, PostStatus, VoteCounts, VoteStatus

NO_LABEL = ""
"""The label of a vote that says "I do not know"."""


@dataclass(frozen=True, slots=True)
class HeldVote:
    """The vote a person holds in a slot."""

    id: int
    choice: int
    label: str
    blind: bool


@dataclass(frozen=True, slots=True)
class Votes:
    """Reads and writes the votes on one prediction in one transaction; writers lock the annotator first."""

    connection: AsyncConnection
    prediction: ShownPrediction

    async def put(self, annotator_id: int, slot: int, choice: int, *, blind: bool = False) -> VoteStatus:
        """Make a button the person's vote in ``slot``; the same vote again changes and logs nothing."""
        label = self.prediction.option(slot, choice)
        return await self._put(annotator_id, slot, choice, label, blind=blind)

    async def write(self, annotator_id: int, slot: int, word: str, *, blind: bool = False) -> VoteStatus:
        """Make a word that the person wrote their vote in ``slot``: a vote for its button, if it has one.

        Raises:
            UnknownChoice: There is no such blank.
        """
        choice = self.prediction.choice_of(slot, word)
        return await self._put(annotator_id, slot, choice, word, blind=blind)

    async def skip(self, annotator_id: int, *, blind: bool = False) -> VoteStatus:
        """Note that the person does not know: in the slots they have not voted in, or in all of them.

        Said again, it changes nothing.
        """
        if self.prediction.post is PostStatus.CLOSED:
            return VoteStatus.CLOSED
        held = {slot: await self._held(annotator_id, slot) for slot in self.prediction.votable}
        empty = [slot for slot, vote in held.items() if vote is None]
        if not empty and any(vote is not None and vote.choice == SKIPPED for vote in held.values()):
            return VoteStatus.UNCHANGED
        statuses = [
            await self._put(annotator_id, slot, SKIPPED, NO_LABEL, blind=blind) for slot in empty or held
        ]
        return together(statuses)

    async def withdraw(self, annotator_id: int, slot: int) -> VoteStatus:
        """Remove the person's vote in ``slot``, if they hold one and it may still change."""
        if self.prediction.post is PostStatus.CLOSED:
            return VoteStatus.CLOSED
        held = await self._held(annotator_id, slot)
        if held is None:
            return VoteStatus.NOTHING_TO_UNDO
        await self.connection.execute(delete(Vote).where(Vote.id == held.id))
        await self._log(annotator_id, slot, VoteStatus.UNDONE, old=held.label, new={})
        return VoteStatus.UNDONE

    async def withdraw_all(self, annotator_id: int) -> VoteStatus:
        """Remove the person's votes in every slot."""
        slots = range(len(self.prediction.options))
        return together([await self.withdraw(annotator_id, slot) for slot in slots])

    async def tally(self) -> VoteCounts:
        """Count the votes per slot and choice that were given where the answer is shown."""
        given = [Vote.prediction_id == self.prediction.id]
        if self.prediction.post is None:
            given.append(Vote.blind.is_(False))
        query = select(Vote.slot, Vote.choice, func.count()).where(*given).group_by(Vote.slot, Vote.choice)
        found = {(slot, choice): count for slot, choice, count in await self.connection.execute(query)}
        voters = select(func.count(Vote.annotator_id.distinct())).where(*given)
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
            typed=sum(count for (_, choice), count in found.items() if choice == TYPED),
            voters=(await self.connection.execute(voters)).scalar_one(),
            post=self.prediction.post,
        )

    async def _put(self, annotator_id: int, slot: int, choice: int, label: str, *, blind: bool) -> VoteStatus:
        if self.prediction.post is PostStatus.CLOSED:
            return VoteStatus.CLOSED
        held = await self._held(annotator_id, slot)
        if held is not None and (held.choice, held.label) == (choice, label):
            return VoteStatus.UNCHANGED
        if held is not None and held.blind and not blind:
            return VoteStatus.KEPT
        now = utc_now()
        said = {
            "choice": choice,
            "label": label,
            "kind": self.prediction.kind(slot, choice).value,
            "blind": blind if held is None else held.blind,  # no change of the vote changes that
        }
        place = {"prediction_id": self.prediction.id, "annotator_id": annotator_id, "slot": slot}
        await upsert(
            self.connection,
            Vote,
            place | said | {"created_at": now, "updated_at": now},
            key=["prediction_id", "annotator_id", "slot"],
            update=["choice", "label", "kind", "updated_at"],
        )
        status = VoteStatus.COUNTED if held is None else VoteStatus.CHANGED
        await self._log(annotator_id, slot, status, old=held.label if held else None, new=said)
        return status

    async def _held(self, annotator_id: int, slot: int) -> HeldVote | None:
        query = select(Vote.id, Vote.choice, Vote.label, Vote.blind).where(
            Vote.prediction_id == self.prediction.id, Vote.annotator_id == annotator_id, Vote.slot == slot
        )
        row = (await self.connection.execute(query)).one_or_none()
        return None if row is None else HeldVote(*row)

    async def _log(
        self, annotator_id: int, slot: int, action: VoteStatus, *, old: str | None, new: Mapping[str, object]
    ) -> None:
        """Note a change; ``new`` is what the vote says after it, empty when it is taken back."""
        row = {
            "prediction_id": self.prediction.id,
            "annotator_id": annotator_id,
            "slot": slot,
            "action": action.value,
            "old_label": old,
            "new_label": new.get("label"),
            "choice": new.get("choice"),
            "kind": new.get("kind"),
            "blind": new.get("blind"),
            "at": utc_now(),
        }
        await self.connection.execute(insert(VoteEvent).values(row))


_TELLING = (
    VoteStatus.CLOSED,
    VoteStatus.COUNTED,
    VoteStatus.CHANGED,
    VoteStatus.UNDONE,
    VoteStatus.KEPT,
    VoteStatus.UNCHANGED,
)


def together(statuses: list[VoteStatus]) -> VoteStatus:
    """Return what to say of votes in several slots at once: the first that says most."""
    return next((one for one in _TELLING if one in statuses), VoteStatus.NOTHING_TO_UNDO)
