"""Access to ``labels``, ``trusts`` and ``gold_items``, and to the votes that they come from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from storage.agreed import (
    IMPORTED,
    VOTERS,
    CastVote,
    KnownLabel,
    KnownTrust,
    LabelledText,
    NewLabel,
    NewTrust,
    TaskFigures,
    Text,
)
from storage.cast_votes import cast_votes, votes_that_count
from storage.conflicts import again_after_conflict
from storage.engine import Database
from storage.figures import Figures
from storage.labels import Labels, Trusts
from storage.portions import portions
from storage.privacy.pseudonym import SHORT
from storage.tables import Annotator, Input, Prediction, Vote, utc_now
from storage.teaching_tables import GoldItem, Label, Trust
from storage.upsert import upsert
from storage.values import PIECES_WRONG


@dataclass(frozen=True, slots=True)
class ConsensusStore:
    """Reads votes and gold, keeps what is agreed on, each method in a transaction of its own."""

    database: Database

    async def votes(self, task: str) -> tuple[CastVote, ...]:
        """Return what each person says about each slot of a task's texts, by text, slot and person.

        Of somebody who voted on two answers to one text, what they said last counts. As in an export, none
        is of, or about a question of, somebody who withdrew their consent.
        """
        return await cast_votes(self.database, task)

    async def tasks(self) -> tuple[str, ...]:
        """Return the tasks that there are texts of, in the order of the alphabet."""
        async with self.database.read() as connection:
            found = await connection.scalars(select(Input.task).distinct())
            return tuple(sorted(found))

    async def texts(self, items: Collection[int]) -> Mapping[int, Text]:
        """Return the texts of inputs, by input; those that are gone are left out."""
        columns = (Input.id.label("item"), Input.text_a, Input.text_b, Input.content_hash)
        found: dict[int, Text] = {}
        for some in portions(sorted(items)):
            async with self.database.read() as connection:
                rows = (await connection.execute(select(*columns).where(Input.id.in_(some)))).all()
            found |= {row.item: Text(*row) for row in rows}
        return found

    async def gold(self, task: str) -> Mapping[tuple[int, int], KnownLabel]:
        """Return the known labels of a task, and whose they are, by input and slot."""
        query = (
            select(GoldItem.input_id, GoldItem.slot, GoldItem.label, GoldItem.source)
            .join(Input, Input.id == GoldItem.input_id)
            .where(Input.task == task)
        )
        async with self.database.read() as connection:
            rows = await connection.execute(query)
            return {(item, slot): KnownLabel(label, source) for item, slot, label, source in rows}

    async def imported(self, task: str) -> tuple[NewLabel, ...]:
        """Return the labels of a task that came with texts which somebody voted on."""
        columns = (Label.input_id, Label.slot, Label.label, Label.method, Label.confidence, Label.voters)
        voted = select(Prediction.input_id).join(Vote, Vote.prediction_id == Prediction.id)
        query = (
            select(*columns)
            .join(Input, Input.id == Label.input_id)
            .where(Input.task == task, Label.method == IMPORTED, Label.input_id.in_(voted))
            .order_by(Label.input_id, Label.slot)
        )
        async with self.database.read() as connection:
            return tuple(NewLabel(*row) for row in await connection.execute(query))

    async def labelled(self, task: str) -> tuple[LabelledText, ...]:
        """Return every labelled slot with its text, all as they are at one moment; what is known wins.

        They come in the order of their content hashes, which is the same in every database.
        """
        async with self.database.read() as connection:
            return await Labels(connection, task).with_texts()

    async def labelled_if(self, task: str, labels: Sequence[NewLabel]) -> tuple[LabelledText, ...]:
        """Return what :meth:`labelled` would after :meth:`replace` with these labels; nothing is kept."""
        async with self.database.read() as connection:
            return await Labels(connection, task).with_texts_if(labels)

    @again_after_conflict
    async def replace(self, task: str, labels: Sequence[NewLabel], trusts: Sequence[NewTrust]) -> None:
        """Put these labels and trusts in the place of all of the task, in one transaction.

        A label that came with its text is the maintainer's: it stays, whatever the voters have decided. What
        is about a text deleted meanwhile is left out.

        Raises:
            VoterGone: One of those who are trusted, or not, was forgotten meanwhile: the labels rest on their
                votes, and may be words of theirs. Nothing was kept.
        """
        async with self.database.write() as connection:
            own = Trusts(connection, task)
            await own.hold({each.voter for each in trusts})
            await Labels(connection, task).replace(labels)
            await own.replace(trusts)

    async def trusts(self, task: str) -> tuple[KnownTrust, ...]:
        """Return how far each voter on a task is trusted, by voter."""
        columns = (
            Trust.annotator_id,
            Trust.votes,
            Trust.judged,
            Trust.correct,
            Trust.trust,
            Trust.verdict,
            Trust.reason,
            Trust.proved,
            Trust.taught,
            Annotator.pseudonym,
            Trust.updated_at,
        )
        query = (
            select(*columns)
            .join(Annotator, Annotator.id == Trust.annotator_id)
            .where(Trust.task == task)
            .order_by(Trust.annotator_id)
        )
        async with self.database.read() as connection:
            return tuple(
                KnownTrust(*row[:9], row.pseudonym[:SHORT], row.updated_at)
                for row in await connection.execute(query)
            )

    async def pseudonyms(self, voters: Collection[int]) -> Mapping[int, str]:
        """Return the first digits of these people's pseudonyms."""
        found: dict[int, str] = {}
        for some in portions(sorted(voters)):
            query = select(Annotator.id, Annotator.pseudonym).where(Annotator.id.in_(some))
            async with self.database.read() as connection:
                found |= {row[0]: row[1][:SHORT] for row in await connection.execute(query)}
        return found

    @again_after_conflict
    async def add_gold(self, labels: Sequence[tuple[int, int, str]]) -> int:
        """Make known what the voters agree on; what is known already stays as it is.

        Args:
            labels: Input, slot and label of each.

        Returns:
            How many are new. What is not agreed on any more is left out: a text that was deleted meanwhile,
            and what somebody voted on who was forgotten.
        """
        now, added = utc_now(), 0
        async with self.database.write() as connection:
            for some in portions(labels):
                ids = [item for item, _, _ in some]
                # Held until the end, so that whoever is forgotten now finds the gold beside the label.
                agreed = select(Label.input_id, Label.slot, Label.label).where(Label.input_id.in_(ids))
                held = await connection.execute(agreed.order_by(Label.id).with_for_update())
                now_agreed = {tuple(row) for row in held}
                query = select(GoldItem.input_id, GoldItem.slot).where(GoldItem.input_id.in_(ids))
                known = {tuple(row) for row in await connection.execute(query)}
                for item, slot, label in some:
                    if (item, slot, label) not in now_agreed or (item, slot) in known:
                        continue
                    row = {
                        "input_id": item,
                        "slot": slot,
                        "label": label,
                        "source": VOTERS,
                        "created_at": now,
                    }
                    await upsert(connection, GoldItem, row, key=["input_id", "slot"])
                    known.add((item, slot))
                    added += 1
        return added

    async def figures(self, tasks: Collection[str]) -> tuple[TaskFigures, ...]:
        """Count what there is of some tasks, in their order."""
        async with self.database.read() as connection:
            return await Figures(connection, tasks).count()

    async def wrongly_cut(self) -> tuple[int, int]:
        """Count the votes that say that a text was cut into pieces wrongly, and these texts."""
        query = votes_that_count(func.count(), func.count(Prediction.input_id.distinct())).where(
            Input.task == "tokens", Vote.label == PIECES_WRONG
        )
        async with self.database.read() as connection:
            votes, texts = (await connection.execute(query)).one()
        return int(votes), int(texts)

    async def given(self, task: str) -> frozenset[str]:
        """Return the labels that a task's texts were given or came with, leaving out what is known.

        The database picks them: neither votes nor texts are loaded.
        """
        async with self.database.read() as connection:
            return await Figures(connection, [task]).given()
