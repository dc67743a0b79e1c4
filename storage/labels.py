"""Access to ``labels`` and ``trusts`` of one task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.agreed import (
    GOLD,
    GOLD_BY_VOTERS,
    IMPORTED,
    MAINTAINER,
    LabelledText,
    NewLabel,
    NewTrust,
)
from storage.errors import VoterGone
from storage.portions import portions
from storage.tables import Annotator, Input, Prediction, utc_now
from storage.teaching_tables import GoldItem, Label, Trust
from storage.upsert import upsert
from storage.values import ConsentStatus

_PLACE = ("input_id", "slot")


@dataclass(frozen=True, slots=True)
class Labels:
    """Reads and writes the labels of a task in one transaction."""

    connection: AsyncConnection
    task: str

    async def with_texts(self) -> tuple[LabelledText, ...]:
        """Return every labelled slot with its text, in the order of the texts' hashes; gold wins.

        A text that only people who withdrew their consent asked about is not among them.
        """
        text: tuple[Any, ...] = (Input.id, Input.text_a, Input.text_b, Input.content_hash)
        method = func.coalesce(Label.given_method, Label.method)
        said = await self.connection.execute(
            select(*text, Label.slot, Label.label, method, Label.confidence, Label.voters)
            .join(Label, Label.input_id == Input.id)
            .where(Input.task == self.task, may_be_used())
        )
        known = await self.connection.execute(
            select(*text, GoldItem.slot, GoldItem.label, GoldItem.source, Label.voters)
            .join(GoldItem, GoldItem.input_id == Input.id)
            .outerjoin(Label, (Label.input_id == Input.id) & (Label.slot == GoldItem.slot))
            .where(Input.task == self.task, may_be_used())
        )
        found = {(row[3], row[4]): _labelled(row, gold=False) for row in said}
        for *about, source, voters in known:
            found[about[3], about[4]] = _labelled((*about, _known_by(source), 1.0, voters or 0), gold=True)
        return tuple(found[place] for place in sorted(found))

    async def with_texts_if(self, labels: Iterable[NewLabel]) -> tuple[LabelledText, ...]:
        """Return what :meth:`with_texts` would after :meth:`replace`, and change nothing."""
        columns: tuple[Any, ...] = (Input.id, Input.text_a, Input.text_b, Input.content_hash)
        usable = select(*columns).where(Input.task == self.task, may_be_used())
        texts = {row[0]: tuple(row) for row in await self.connection.execute(usable)}
        kept = {(each.item, each.slot): each for each in labels}
        kept |= {
            place: label for place, (_, label) in (await self._kept()).items() if label.method == IMPORTED
        }
        found = {}
        for (item, slot), each in kept.items():
            if item in texts:
                method = each.given_method or each.method
                row = (*texts[item], slot, each.label, method, each.confidence, each.voters)
                found[row[3], slot] = _labelled(row, gold=False)
        columns = (GoldItem.input_id, GoldItem.slot, GoldItem.label, GoldItem.source)
        query = select(*columns).join(Input).where(Input.task == self.task)
        for item, slot, label, source in await self.connection.execute(query):
            if item in texts:
                voters = kept[item, slot].voters if (item, slot) in kept else 0
                row = (*texts[item], slot, label, _known_by(source), 1.0, voters)
                found[row[3], slot] = _labelled(row, gold=True)
        return tuple(found[place] for place in sorted(found))

    async def replace(self, labels: Iterable[NewLabel]) -> None:
        """Keep these in the place of all others but those that came with their text: these always stay."""
        inputs = set(await self.connection.scalars(select(Input.id).where(Input.task == self.task)))
        new = {(each.item, each.slot): each for each in labels if each.item in inputs}
        before = await self._kept()
        gone = [
            number
            for place, (number, label) in before.items()
            if place not in new and label.method != IMPORTED
        ]
        # What is imported at this very moment stays too: so each statement looks for itself.
        votable = Label.method != IMPORTED
        for some in portions(gone):
            await self.connection.execute(delete(Label).where(Label.id.in_(some), votable))
        for place, each in new.items():
            if place not in before:
                await upsert(self.connection, Label, _row(each), key=_PLACE)
            elif before[place][1] != each:  # most stay as they are, and whoever votes waits for this
                this = update(Label).where(Label.id == before[place][0], votable)
                await self.connection.execute(this.values(_row(each)))

    async def put(self, label: NewLabel) -> None:
        """Keep one, in the place of the one before."""
        row = _row(label)
        await upsert(
            self.connection, Label, row, key=_PLACE, update=[one for one in row if one not in _PLACE]
        )

    async def _kept(self) -> dict[tuple[int, int], tuple[int, NewLabel]]:
        columns: tuple[Any, ...] = (
            Label.input_id,
            Label.slot,
            Label.label,
            Label.method,
            Label.confidence,
            Label.voters,
            Label.given_method,
            Label.id,
        )
        query = select(*columns).join(Input, Input.id == Label.input_id).where(Input.task == self.task)
        return {
            (row[0], row[1]): (row[-1], NewLabel(*row[:-1])) for row in await self.connection.execute(query)
        }


@dataclass(frozen=True, slots=True)
class Trusts:
    """Writes how far people are trusted on a task in one transaction."""

    connection: AsyncConnection
    task: str

    async def hold(self, voters: Collection[int]) -> None:
        """Keep people from being forgotten until the transaction ends.

        Raises:
            VoterGone: One of them has been.
        """
        for some in portions(sorted(voters)):
            query = select(Annotator.id).where(Annotator.id.in_(some)).order_by(Annotator.id)
            there = await self.connection.scalars(query.with_for_update(read=True))
            if len(there.all()) < len(some):
                raise VoterGone(self.task)

    async def replace(self, trusts: Iterable[NewTrust]) -> None:
        """Keep these in the place of all others; all of these people are there."""
        new = {each.voter: each for each in trusts}
        its = select(Trust.id, Trust.annotator_id).where(Trust.task == self.task)
        before = await self.connection.execute(its)
        for some in portions([number for number, voter in before if voter not in new]):
            await self.connection.execute(delete(Trust).where(Trust.id.in_(some)))
        for each in new.values():
            row = {
                "annotator_id": each.voter,
                "task": self.task,
                "votes": each.votes,
                "judged": each.judged,
                "correct": each.correct,
                "trust": each.trust,
                "verdict": each.verdict,
                "reason": each.reason,
                "proved": each.proved,
                "taught": each.taught,
                "updated_at": utc_now(),
            }
            key = ["annotator_id", "task"]
            await upsert(self.connection, Trust, row, key=key, update=[one for one in row if one not in key])


def may_be_used() -> ColumnElement[bool]:
    """That a text came with a file, or that somebody asked about it who has not withdrawn their consent."""
    asked = exists().where(Prediction.input_id == Input.id)
    withdrawn = exists().where(
        Annotator.id == Prediction.asker_id, Annotator.consent == ConsentStatus.DECLINED.value
    )
    return or_(~asked, asked.where(~withdrawn))


def _row(label: NewLabel) -> dict[str, Any]:
    return {
        "input_id": label.item,
        "slot": label.slot,
        "label": label.label,
        "method": label.method,
        "confidence": label.confidence,
        "voters": label.voters,
        "given_method": label.given_method,
        "updated_at": utc_now(),
    }


def _known_by(source: str) -> str:
    return GOLD if source == MAINTAINER else GOLD_BY_VOTERS


def _labelled(columns: Sequence[Any], *, gold: bool) -> LabelledText:
    item, text_a, text_b, digest, slot, label, method, confidence, voters = columns
    return LabelledText(item, text_a, text_b, digest, slot, label, method, confidence, voters, gold)
