"""Votes and labelled texts that come from files; done again, they change nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.agreed import IMPORTED, VOTERS, ImportedText, NewLabel
from storage.conflicts import again_after_conflict
from storage.content import content_hash, storable
from storage.engine import Database
from storage.export import FeedbackRow
from storage.labels import Labels
from storage.privacy.pseudonym import SHORT
from storage.tables import Annotator, Input, ModelVersion, Prediction, Vote, VoteEvent, utc_now
from storage.teaching_tables import GoldItem, Label
from storage.upsert import upsert
from storage.values import ConsentStatus

_NO_CHAT = "imported"
"""In place of a chat's pseudonym: nobody taps a button of theirs."""


@dataclass(slots=True)
class Answers:
    """Which prediction each answer of a file has become, so that each has one of its own."""

    ids: dict[tuple[object, ...], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imports:
    """Writes what files bring; every method has committed when it returns."""

    database: Database

    @again_after_conflict
    async def add_votes(self, rows: Sequence[FeedbackRow], answers: Answers) -> Mapping[str, int]:
        """Keep votes that were exported, in one transaction; what a person says here already stays.

        Whoever voted is known by the first digits of their pseudonym until they come by themselves. An answer
        is found again by its text, model, probabilities and buttons; of several that are the same, by its id.

        Args:
            rows: Some of the votes of a file, in its order.
            answers: The same for all of the file, empty at first.

        Returns:
            How many were ``new``, ``known`` already, or ``withdrawn``: by, or on a question of, somebody who
            wants nothing kept; and how many ``voters`` came with them. Whether one of these was here and had
            themselves forgotten nobody can tell: nothing is kept of who was.
        """
        counts, ids = Counter[str](), dict(answers.ids)
        async with self.database.write() as connection:
            for row in rows:
                counts.update(await _Writing(connection, ids).vote(row))
        answers.ids = ids  # not before it is committed
        return counts

    @again_after_conflict
    async def add_texts(self, rows: Sequence[ImportedText], *, replace: bool = False) -> Mapping[str, int]:
        """Keep labelled texts, in one transaction; a label that was imported before stays.

        What a file says is the maintainer's, so it takes the place of what the voters decided, gold of theirs
        included; what was imported first goes before what comes later. What is imported as gold becomes a
        label too. What as many voters here have decided alike, in the same way, stays theirs: it is their own
        label that comes back.

        Args:
            rows: What to keep.
            replace: Whether what comes later goes before what was imported first. What voters made gold never
                takes the place of the maintainer's.

        Returns:
            How many labels were ``new``, ``known`` already, ``replaced`` what the voters had decided
            otherwise, ``corrected`` one that was imported before, or ``differ`` from one that stays; how many
            became ``gold``, ``gold confirmed`` what voters had made gold, or ``gold replaced`` it; how many
            ``gold corrected`` the maintainer's, and how many are another than that, which stays,
            ``gold differs``; and how many labels took the place of what voters had made gold,
            ``gold dropped``.
        """
        counts = Counter[str]()
        async with self.database.write() as connection:
            for row in rows:
                counts.update(await _Writing(connection, {}, replace).text(row))
        return counts


@dataclass(frozen=True, slots=True)
class _Writing:
    """What one transaction writes."""

    connection: AsyncConnection
    ids: dict[tuple[object, ...], int]
    replace: bool = False

    async def vote(self, row: FeedbackRow) -> tuple[str, ...]:
        voter, consent = await self._voter(row)
        if consent == ConsentStatus.DECLINED.value:
            return ("withdrawn",)
        prediction = await self._prediction(row)
        if prediction is None:
            return ("withdrawn",)
        told = ["new"]
        if voter is None:
            voter = await self._add_voter(row)
            told.append("voters")
        place = {"prediction_id": prediction, "annotator_id": voter, "slot": row.slot}
        same = [getattr(Vote, name) == value for name, value in place.items()]
        if await self.connection.scalar(select(Vote.id).where(*same)) is not None:
            return ("known",)
        label = storable(row.label)
        said = {"choice": row.choice, "kind": row.kind, "blind": row.blind}
        times = {"created_at": row.created_at, "updated_at": row.updated_at}
        await self.connection.execute(insert(Vote).values(place | said | times | {"label": label}))
        event = {"action": "counted", "old_label": None, "new_label": label, "at": row.updated_at}
        await self.connection.execute(insert(VoteEvent).values(place | said | event))
        return tuple(told)

    async def text(self, row: ImportedText) -> tuple[str, ...]:
        number = await self._input(row.task, row.text_a, row.text_b, utc_now())
        stays = None if row.gold else await self._gold_otherwise(number, row)
        if stays is not None and stays != VOTERS:
            return ("gold differs",)
        told = [await self._label(number, row)]
        if row.gold and (gold := await self._gold(number, row)) is not None:
            told.append(gold)
        if stays is not None and told != ["differ"]:
            place = (GoldItem.input_id == number, GoldItem.slot == row.slot)
            await self.connection.execute(delete(GoldItem).where(*place))
            told.append("gold dropped")
        return tuple(told)

    async def _gold_otherwise(self, number: int, row: ImportedText) -> str | None:
        """Whose gold says otherwise than the row, if there is such."""
        place = (GoldItem.input_id == number, GoldItem.slot == row.slot)
        return await self.connection.scalar(
            select(GoldItem.source).where(*place, GoldItem.label != storable(row.label))
        )

    async def _gold(self, number: int, row: ImportedText) -> str | None:
        place = (GoldItem.input_id == number, GoldItem.slot == row.slot)
        known = (await self.connection.execute(select(GoldItem.label, GoldItem.source).where(*place))).first()
        label = storable(row.label)
        if known is not None and (known.source != VOTERS or row.source == VOTERS):
            if known.label == label:
                return None
            if not self.replace or row.source == VOTERS:
                return "gold differs"
        # As of now: known labels that are newer than the last agreement have everything agreed on anew.
        its = {"label": label, "source": row.source, "created_at": utc_now()}
        gold = {"input_id": number, "slot": row.slot} | its
        await upsert(self.connection, GoldItem, gold, key=["input_id", "slot"], update=list(its))
        if known is None:
            return "gold"
        if known.source != VOTERS:
            return "gold corrected"
        return "gold confirmed" if known.label == label else "gold replaced"

    async def _label(self, number: int, row: ImportedText) -> str:
        place = (Label.input_id == number, Label.slot == row.slot)
        columns = select(Label.label, Label.method, Label.voters).where(*place)
        known = (await self.connection.execute(columns)).first()
        label = storable(row.label)
        imported = known is not None and known.method == IMPORTED
        same = known is not None and known.label == label
        if imported and not self.replace:
            return "known" if same else "differ"
        if known is not None and tuple(known) == (label, row.method, row.voters):
            return "known"  # it was written here: votes go on moving it
        new = NewLabel(number, row.slot, label, IMPORTED, row.confidence, row.voters, row.decided_by)
        await Labels(self.connection, row.task).put(new)
        if known is None:
            return "new"
        if same:
            return "known"
        return "corrected" if imported else "replaced"

    async def _voter(self, row: FeedbackRow) -> tuple[int | None, str | None]:
        """Return who voted and what they said to the question; None for somebody unknown."""
        starts = Annotator.pseudonym.startswith(row.annotator[:SHORT], autoescape=True)
        query = select(Annotator.id, Annotator.consent).where(starts).order_by(Annotator.id)
        found = (await self.connection.execute(query)).first()
        return (None, None) if found is None else (found.id, found.consent)

    async def _add_voter(self, row: FeedbackRow) -> int:
        added = {"pseudonym": row.annotator[:SHORT], "language": None, "created_at": row.created_at}
        await upsert(self.connection, Annotator, added, key=["pseudonym"])
        known = select(Annotator.id).where(Annotator.pseudonym == row.annotator[:SHORT])
        return (await self.connection.execute(known)).scalar_one()

    async def _prediction(self, row: FeedbackRow) -> int | None:
        """Find the answer or keep it; None if who asked wants nothing kept."""
        number = await self._input(row.task, row.text_a, row.text_b, row.created_at)
        version = await self._model_version(row)
        options = [list(slot) for slot in row.options]
        about = (number, version, storable(row.shown), dict(row.probabilities), options)
        source = (row.prediction_id, number, version)
        columns: tuple[Any, ...] = (
            Prediction.id,
            Prediction.input_id,
            Prediction.model_version_id,
            Prediction.label,
            Prediction.probabilities,
            Prediction.options,
            Annotator.consent,
        )
        found = await self.connection.execute(
            select(*columns)
            .outerjoin(Annotator, Annotator.id == Prediction.asker_id)
            .where(Prediction.input_id == number, Prediction.model_version_id == version)
            .order_by(Prediction.id)
        )
        # Compared here, not by the database: not every one compares long texts and JSON.
        same = {each.id: each.consent for each in found if tuple(each)[1:-1] == about}
        taken = {number for other, number in self.ids.items() if other != source}
        free = [number for number in same if number not in taken]
        best = [self.ids.get(source), row.prediction_id, *free]
        chosen = next((number for number in best if number in free), None)
        if chosen is None:
            chosen = await self._add_prediction(row, about)
        elif same[chosen] == ConsentStatus.DECLINED.value:
            return None
        self.ids[source] = chosen
        return chosen

    async def _add_prediction(self, row: FeedbackRow, about: tuple[Any, ...]) -> int:
        number, version, shown, probabilities, options = about
        values = {
            "input_id": number,
            "model_version_id": version,
            "chat_pseudonym": _NO_CHAT,
            "asker_id": None,
            "label": shown,
            "probabilities": probabilities,
            "options": options,
            "created_at": row.created_at,
        }
        added = await self.connection.execute(insert(Prediction).values(values))
        return int(cast("tuple[int]", added.inserted_primary_key)[0])

    async def _input(self, task: str, text_a: str, text_b: str | None, at: datetime) -> int:
        text_a, text_b = storable(text_a), None if text_b is None else storable(text_b)
        digest = content_hash(text_a, text_b)
        query = select(Input.id).where(Input.task == task, Input.content_hash == digest)
        found = await self.connection.scalar(query)
        if found is not None:
            return found
        row = {"task": task, "text_a": text_a, "text_b": text_b, "content_hash": digest, "created_at": at}
        await upsert(self.connection, Input, row, key=["task", "content_hash"])
        return (await self.connection.execute(query)).scalar_one()

    async def _model_version(self, row: FeedbackRow) -> int:
        values = {"task": row.task, "name": storable(row.model), "version": storable(row.version)}
        query = select(ModelVersion.id).filter_by(**values)
        found = await self.connection.scalar(query)
        if found is not None:
            return found
        added = values | {"created_at": row.created_at}
        await upsert(self.connection, ModelVersion, added, key=["task", "name", "version"])
        return (await self.connection.execute(query)).scalar_one()
