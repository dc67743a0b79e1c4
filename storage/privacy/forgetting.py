"""Deleting what belongs to a person, and what has become old."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.agreed import IMPORTED, VOTERS
from storage.annotators import Annotators
from storage.portions import AT_ONCE, portions
from storage.tables import Annotator, Answer, Input, Prediction, Vote, VoteEvent
from storage.teaching_tables import (
    Assignment,
    Checkpoint,
    GoldItem,
    Label,
    Promotion,
    Snapshot,
    SnapshotMember,
    TrainingRun,
    Trust,
)
from storage.values import TYPED


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Deletes rows, and everything that refers to them, in one transaction."""

    connection: AsyncConnection

    async def person(self, pseudonym: str, private_chat: str) -> None:
        """Delete a person: their row, votes, log and questions, and the texts that nobody else asked about.

        Whoever else voted on a question of theirs loses that vote, which says nothing without the text. Of
        the questions from before it was kept who asked, theirs are those in their private chat and those that
        nobody else ever voted on.

        Args:
            pseudonym: The person's.
            private_chat: That of their chat with the bot.
        """
        annotator = await Annotators(self.connection).lock(pseudonym)
        # Before checkpoints: whoever ends a training holds its row, and then what came of it.
        await self.connection.execute(
            update(TrainingRun)
            .where(TrainingRun.actor == pseudonym)
            .values(actor="", chat_pseudonym=None, message_id=None)
        )
        await self.connection.execute(  # somebody else's, that they look at
            update(TrainingRun)
            .where(TrainingRun.chat_pseudonym == private_chat)
            .values(chat_pseudonym=None, message_id=None)
        )
        theirs = Prediction.chat_pseudonym == private_chat
        if annotator is not None:
            about_it = VoteEvent.prediction_id == Prediction.id
            only_they_voted = (
                Prediction.asker_id.is_(None)
                & exists().where(about_it, VoteEvent.annotator_id == annotator)
                & ~exists().where(about_it, VoteEvent.annotator_id != annotator)
            )
            theirs = or_(theirs, Prediction.asker_id == annotator, only_they_voted)
        asked = (await self.connection.scalars(select(Prediction.id).where(theirs))).all()
        await self._labels(annotator)  # while their votes on their own questions are still there
        await self._predictions(asked)
        for statement in (  # somebody unknown (None) has no rows of their own
            delete(Answer).where(Answer.chat_pseudonym == private_chat),
            delete(Assignment).where(Assignment.annotator_id == annotator),
            delete(Trust).where(Trust.annotator_id == annotator),
            update(Promotion).where(Promotion.actor == pseudonym).values(actor=""),
            delete(Vote).where(Vote.annotator_id == annotator),
            delete(VoteEvent).where(VoteEvent.annotator_id == annotator),
            delete(Annotator).where(Annotator.id == annotator),
        ):
            await self.connection.execute(statement)

    async def older_than(self, moment: datetime) -> int:
        """Delete some questions from before ``moment``, with their answers and votes.

        Returns:
            How many; fewer than ``AT_ONCE`` when none is left.
        """
        query = select(Prediction.id).where(Prediction.created_at < moment).limit(AT_ONCE)
        found = (await self.connection.scalars(query)).all()
        await self._predictions(found)
        # Nobody edits a command that old: Telegram lets nobody after two days.
        await self.connection.execute(delete(Answer).where(Answer.updated_at < moment))
        return len(found)

    async def _labels(self, annotator: int | None) -> None:
        """Delete what was agreed on with the person's votes, to be agreed on anew without them.

        Gold that voters made goes with it, also where the person has taken their vote back since. A label may
        be a word that they wrote; then what holds it goes as if it were a text of theirs. What the maintainer
        gave stays, unless it is such a word.
        """
        voted = (
            select(Prediction.input_id, Vote.slot, Vote.label, Vote.choice)
            .join(Prediction, Prediction.id == Vote.prediction_id)
            .where(Vote.annotator_id == annotator)
        )
        found = (await self.connection.execute(voted)).all()
        once = (
            select(Prediction.input_id)
            .join(VoteEvent, VoteEvent.prediction_id == Prediction.id)
            .where(VoteEvent.annotator_id == annotator)
        )
        ever = {row.input_id for row in found} | set(await self.connection.scalars(once))
        for some in portions(sorted(ever)):
            agreed, by_voters = Label.method != IMPORTED, GoldItem.source == VOTERS
            # In this order: whoever makes gold holds the label meanwhile.
            await self.connection.execute(delete(Label).where(Label.input_id.in_(some), agreed))
            await self.connection.execute(delete(GoldItem).where(GoldItem.input_id.in_(some), by_voters))
        typed = {(row.input_id, row.slot, row.label) for row in found if row.choice == TYPED}
        written = typed | await self._written_once(annotator)
        await self._words(written)
        await self._taint(sorted({item for item, _, _ in written}))

    async def _words(self, written: Collection[tuple[int, int, str]]) -> None:
        """Delete the labels, known ones too, that are words which the person wrote there."""
        for some in portions(sorted({item for item, _, _ in written})):
            for table in (Label, GoldItem):
                columns = select(table.id, table.input_id, table.slot, table.label)
                its = await self.connection.execute(columns.where(table.input_id.in_(some)))
                theirs = [number for number, *word in its if tuple(word) in written]
                await self.connection.execute(delete(table).where(table.id.in_(theirs)))

    async def _written_once(self, annotator: int | None) -> set[tuple[int, int, str]]:
        """Return input, slot and word of all that the person once wrote, whatever they hold right now."""
        said = (
            select(VoteEvent.new_label, VoteEvent.slot, Prediction.input_id, Prediction.options)
            .join(Prediction, Prediction.id == VoteEvent.prediction_id)
            .where(VoteEvent.annotator_id == annotator, VoteEvent.new_label.is_not(None))
        )
        return {
            (row.input_id, row.slot, row.new_label)
            for row in await self.connection.execute(said)
            if row.new_label not in ("", *row.options[row.slot])  # no button, and not "I do not know"
        }

    async def _taint(self, inputs: Sequence[int]) -> None:
        """Delete inputs from snapshots, and mark those snapshots and what was trained on them.

        A snapshot that is being drawn may hold any text, so it is marked too, and drawn anew. That comes
        first: one that becomes whole at this moment has its members then, and is found by them.
        """
        if inputs:
            drawing = update(Snapshot).where(Snapshot.state == "drawing").values(state="stale")
            await self.connection.execute(drawing)
        for some in portions(inputs):
            drawn = select(SnapshotMember.snapshot_id).where(SnapshotMember.input_id.in_(some)).distinct()
            snapshots = (await self.connection.scalars(drawn)).all()
            # Before checkpoints are looked for: whoever adds one holds its data set meanwhile.
            await self.connection.execute(
                update(Snapshot).where(Snapshot.id.in_(snapshots)).values(state="stale")
            )
            await self._taint_checkpoints(snapshots)
            members = delete(SnapshotMember).where(SnapshotMember.input_id.in_(some))
            await self.connection.execute(members)

    async def _taint_checkpoints(self, snapshots: Sequence[int]) -> None:
        """Mark what was trained on these snapshots, and what was trained from that."""
        trained = select(Checkpoint.id).where(Checkpoint.snapshot_id.in_(snapshots))
        found: set[int] = set()
        while more := set((await self.connection.scalars(trained)).all()) - found:
            # Marked before its children are looked for: whoever adds one holds its parent meanwhile.
            await self.connection.execute(
                update(Checkpoint).where(Checkpoint.id.in_(more)).values(tainted=True)
            )
            found |= more
            trained = select(Checkpoint.id).where(Checkpoint.parent_id.in_(more))

    async def _predictions(self, ids: Sequence[int]) -> None:
        inputs: set[int] = set()
        for some in portions(ids):
            asked = select(Prediction.input_id).where(Prediction.id.in_(some))
            inputs.update((await self.connection.scalars(asked)).all())
            for statement in (
                delete(Vote).where(Vote.prediction_id.in_(some)),
                delete(VoteEvent).where(VoteEvent.prediction_id.in_(some)),
                delete(Answer).where(Answer.prediction_id.in_(some)),
                delete(Assignment).where(Assignment.prediction_id.in_(some)),
                delete(Prediction).where(Prediction.id.in_(some)),
            ):
                await self.connection.execute(statement)
        still_asked = exists().where(Prediction.input_id == Input.id)
        for some in portions(sorted(inputs)):
            unasked = select(Input.id).where(Input.id.in_(some), ~still_asked)
            gone = (await self.connection.scalars(unasked)).all()
            await self._taint(gone)
            for statement in (
                delete(GoldItem).where(GoldItem.input_id.in_(gone)),
                delete(Label).where(Label.input_id.in_(gone)),
                delete(Input).where(Input.id.in_(gone)),
            ):
                await self.connection.execute(statement)
