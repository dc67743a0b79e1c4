"""Access to ``predictions``, and to ``inputs`` and ``model_versions`` that they refer to."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from sqlalchemy import ColumnElement, insert, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.content import content_hash, storable
from storage.errors import UnknownChoice, UnknownPrediction
from storage.tables import Input, ModelVersion, Prediction, utc_now
from storage.upsert import upsert
from storage.values import SKIPPED, TYPED, NewPrediction, PostStatus, VoteKind

_LARGEST_ID = 2**31 - 1  # of an INTEGER but in SQLite; a forged button may hold any number


@dataclass(frozen=True, slots=True)
class ShownPrediction:
    """What a vote needs to know of the answer it is about; ``post`` is set where a group labels it."""

    id: int
    task: str
    label: str
    options: tuple[tuple[str, ...], ...]
    post: PostStatus | None = None

    @property
    def votable(self) -> tuple[int, ...]:
        """The slots that have buttons."""
        return tuple(slot for slot, labels in enumerate(self.options) if labels)

    def option(self, slot: int, choice: int) -> str:
        """Return the label behind a button.

        Raises:
            UnknownChoice: There is no such button.
        """
        if not (0 <= slot < len(self.options) and 0 <= choice < len(self.options[slot])):
            raise UnknownChoice(self.id, slot, choice)
        return self.options[slot][choice]

    def choice_of(self, slot: int, word: str) -> int:
        """Return the button that stands for a word that somebody wrote into a blank, or ``TYPED``.

        Raises:
            UnknownChoice: There is no such blank, or none with buttons.
        """
        if self.task != "mask" or slot not in self.votable:
            raise UnknownChoice(self.id, slot, TYPED)
        words = self.options[slot][:-1]  # the last says that it is none of them, whatever it reads like
        return words.index(word) if word in words else TYPED

    def kind(self, slot: int, choice: int) -> VoteKind:
        """Tell whether a vote agrees with what was shown: for mask that is the blank's own word on top."""
        if choice == SKIPPED:
            return VoteKind.SKIP
        if choice == TYPED:
            return VoteKind.CORRECT
        label = self.option(slot, choice)
        if self.task == "mask":  # a lower candidate, or "none of these", may read like the word on top
            confirms = choice == 0 and label == json.loads(self.label)[slot]
        else:
            confirms = label == self.label
        return VoteKind.CONFIRM if confirms else VoteKind.CORRECT


@dataclass(frozen=True, slots=True)
class Predictions:
    """Reads and writes predictions in one transaction."""

    connection: AsyncConnection

    async def add(
        self,
        new: NewPrediction,
        chat_pseudonym: str,
        asker_id: int,
        *,
        unless_same_as: int | None = None,
        post: PostStatus | None = None,
    ) -> int:
        """Keep an answer shown in a chat to who asked; an equal text and a known model are not kept twice.

        With ``post`` it is not shown there, but its text put up for labelling.

        Returns:
            The answer's id; ``unless_same_as`` when that one answered the same and is kept in its place.
        """
        options = [list(slot) for slot in new.options]
        row: dict[str, object] = {
            "input_id": await self._input(new),
            "model_version_id": await self._model_version(new),
            "chat_pseudonym": chat_pseudonym,
            "asker_id": asker_id,
            "label": new.label,
            "options": options,
            "post": None if post is None else post.value,
        }
        if unless_same_as is not None:
            # Compared here, not by the database: not every one compares long texts.
            columns = [getattr(Prediction, column) for column in row]
            query = select(*columns).where(Prediction.id == unless_same_as)
            earlier = (await self.connection.execute(query)).one_or_none()
            if earlier is not None and tuple(earlier) == tuple(row.values()):
                return unless_same_as
        row |= {"probabilities": dict(new.probabilities), "created_at": utc_now()}
        added = await self.connection.execute(insert(Prediction).values(row))
        return int(cast("tuple[int]", added.inserted_primary_key)[0])

    async def get(self, prediction_id: int, chats: Collection[str]) -> ShownPrediction:
        """Return a prediction that was shown in one of these chats.

        Raises:
            UnknownPrediction: There is none with this id in them. Ids count up, so a forged button could
                name an answer of any chat; it must neither show nor change it.
        """
        if not 0 < prediction_id <= _LARGEST_ID:
            raise UnknownPrediction(prediction_id)
        return await self._get(prediction_id, Prediction.chat_pseudonym.in_(chats))

    async def given(self, prediction_id: int) -> ShownPrediction:
        """Return a prediction whose text somebody was given to label, wherever it was shown.

        Raises:
            UnknownPrediction: It was deleted since.
        """
        return await self._get(prediction_id, true())

    async def _get(self, prediction_id: int, where: ColumnElement[bool]) -> ShownPrediction:
        query = (
            select(Input.task, Prediction.label, Prediction.options, Prediction.post)
            .join(Input, Input.id == Prediction.input_id)
            .where(Prediction.id == prediction_id, where)
        )
        row = (await self.connection.execute(query)).one_or_none()
        if row is None:
            raise UnknownPrediction(prediction_id)
        return ShownPrediction(
            prediction_id,
            row.task,
            row.label,
            tuple(tuple(slot) for slot in row.options),
            None if row.post is None else PostStatus(row.post),
        )

    async def _input(self, new: NewPrediction) -> int:
        text_a = storable(new.text_a)
        text_b = None if new.text_b is None else storable(new.text_b)
        digest = content_hash(text_a, text_b)
        row = {
            "task": new.task,
            "text_a": text_a,
            "text_b": text_b,
            "content_hash": digest,
            "created_at": utc_now(),
        }
        await upsert(self.connection, Input, row, key=["task", "content_hash"])
        query = select(Input.id).where(Input.task == new.task, Input.content_hash == digest)
        return (await self.connection.execute(query)).scalar_one()

    async def _model_version(self, new: NewPrediction) -> int:
        row = {"task": new.task, "name": new.model, "version": new.version, "created_at": utc_now()}
        await upsert(self.connection, ModelVersion, row, key=["task", "name", "version"])
        query = select(ModelVersion.id).where(
            ModelVersion.task == new.task,
            ModelVersion.name == new.model,
            ModelVersion.version == new.version,
        )
        return (await self.connection.execute(query)).scalar_one()
