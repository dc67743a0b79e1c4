"""How far the teaching of tasks is, counted by the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    distinct,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.agreed import ENOUGH, IMPORTED, TaskFigures
from storage.cast_votes import votes_that_count
from storage.labels import may_be_used
from storage.tables import Annotator, Input, Prediction, Vote
from storage.teaching_tables import GoldItem, Label, Trust
from storage.values import SKIPPED, ConsentStatus


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts all of some tasks at once, in one transaction; neither votes nor labels are loaded."""

    connection: AsyncConnection
    tasks: Collection[str]

    async def count(self) -> tuple[TaskFigures, ...]:
        """Count what there is of the tasks, in their order."""
        ballots = _ballots(self._its, await self._no_word_fits())
        votes = {task: numbers for task, *numbers in await self._rows(_sums(ballots))}
        done = dict(await self._rows(_voted_on(ballots)))
        texts = dict(await self._rows(_texts().where(self._its)))
        trusted = {task: row for task, *row in await self._rows(_trusted().where(Trust.task.in_(self.tasks)))}
        labels = await self._rows(_labels().where(self._its))
        gold = await self._rows(_gold().where(self._its))
        figures = []
        for task in self.tasks:
            said, blind, skips, voters = votes.get(task, (0, 0, 0, 0))
            asked = texts.get(task, 0)
            proved, teachers, most, taught = map(int, trusted.get(task, (0, 0, 0, 0)))
            its = [numbers for of, *numbers in labels if of == task]
            figures.append(
                TaskFigures(
                    task=task,
                    texts=asked,
                    votes=int(said),
                    blind=int(blind),
                    skips=int(skips),
                    voters=voters,
                    proved=proved,
                    teachers=teachers,
                    busiest=most / taught if taught else 0.0,
                    queue=asked - done.get(task, 0),
                    labels={label: count for label, count, _ in sorted(its)},
                    imported=sum(int(imported) for _, _, imported in its),
                    gold={source: count for of, source, count in sorted(gold) if of == task},
                )
            )
        return tuple(figures)

    async def given(self) -> frozenset[str]:
        """Return the labels that texts of the tasks were given, or came with.

        What is known is left out: it only measures. Nor does it matter what the voters have decided on.
        """
        its = _ballots(self._its, await self._no_word_fits()).c
        said = select(its.label).where(its.said == 1, its.label != "", ~_known(its.item, its.slot))
        kept = (
            select(Label.label)
            .join(Input, Input.id == Label.input_id)
            .where(self._its, may_be_used(), ~_known(Label.input_id, Label.slot))
        )
        found = [await self._rows(query.distinct()) for query in (said, kept)]
        return frozenset(label for rows in found for (label,) in rows)

    @property
    def _its(self) -> ColumnElement[bool]:
        return Input.task.in_(self.tasks)

    async def _rows(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in (await self.connection.execute(query)).all()]

    async def _no_word_fits(self) -> ColumnElement[bool]:
        """Return what says of a vote that it is for a blank's last button: no label comes after its own.

        Each kind of database has another way to tell how long a list in JSON is, but one to say what is in a
        certain place of it.
        """
        of_words = and_(self._its, Input.task == "mask", Vote.choice >= 0)
        buttons = await self._rows(votes_that_count(Vote.slot, Vote.choice).where(of_words).distinct())
        last = (
            and_(
                Vote.slot == slot,
                Vote.choice == choice,
                Prediction.options[(slot, choice + 1)].as_string().is_(None),
            )
            for slot, choice in buttons
        )
        return and_(of_words, or_(false(), *last))


def _ballots(its: ColumnElement[bool], no_word_fits: ColumnElement[bool]) -> Subquery:
    """The newest that each person says about each slot of a text, as ``storage.cast_votes`` reads it."""
    skips = or_(Vote.choice == SKIPPED, no_word_fits)
    newest_first = func.row_number().over(
        partition_by=(Prediction.input_id, Vote.slot, Vote.annotator_id),
        order_by=(Vote.updated_at.desc(), Vote.id.desc()),
    )
    votes = (
        votes_that_count(
            Input.task,
            Prediction.input_id.label("item"),
            Vote.slot.label("slot"),
            Vote.annotator_id.label("voter"),
            Vote.label.label("label"),
            case((skips, 0), else_=1).label("said"),
            case((or_(skips, Vote.blind.is_(False)), 0), else_=1).label("said_blind"),
            newest_first.label("place"),
        )
        .where(its)
        .subquery()
    )
    return select(votes).where(votes.c.place == 1).subquery()


def _known(item: SQLColumnExpression[int], slot: SQLColumnExpression[int]) -> ColumnElement[bool]:
    return exists().where(GoldItem.input_id == item, GoldItem.slot == slot)


def _sums(ballots: Subquery) -> Select[Any]:
    its = ballots.c
    skips, voters = func.sum(1 - its.said), func.count(distinct(case((its.said == 1, its.voter))))
    query = select(its.task, func.sum(its.said), func.sum(its.said_blind), skips, voters)
    return query.group_by(its.task)


def _voted_on(ballots: Subquery) -> Select[Any]:
    """Texts on which enough people have voted."""
    its = ballots.c
    texts = select(its.task).where(its.said == 1).group_by(its.task, its.item)
    enough = texts.having(func.count(distinct(its.voter)) >= ENOUGH).subquery()
    return select(enough.c.task, func.count()).group_by(enough.c.task)


def _trusted() -> Select[Any]:
    """Who has proved right, who of them taught, and the votes of the busiest and of all who taught.

    Those who withdrew their consent since are not counted.
    """
    withdrawn = exists().where(
        Annotator.id == Trust.annotator_id, Annotator.consent == ConsentStatus.DECLINED.value
    )
    proved = Trust.proved.is_(True)
    counted = (func.sum(case((each, 1), else_=0)) for each in (proved, and_(proved, Trust.taught > 0)))
    columns: tuple[Any, ...] = (Trust.task, *counted, func.max(Trust.taught), func.sum(Trust.taught))
    return select(*columns).where(~withdrawn).group_by(Trust.task)


def _texts() -> Select[Any]:
    columns: tuple[Any, ...] = (Input.task, func.count(distinct(Prediction.input_id)))
    return select(*columns).join(Input, Input.id == Prediction.input_id).group_by(Input.task)


def _labels() -> Select[Any]:
    imported = func.sum(case((Label.method == IMPORTED, 1), else_=0))
    columns: tuple[Any, ...] = (Input.task, Label.label, func.count(), imported)
    return select(*columns).join(Input, Input.id == Label.input_id).group_by(Input.task, Label.label)


def _gold() -> Select[Any]:
    columns: tuple[Any, ...] = (Input.task, GoldItem.source, func.count())
    return select(*columns).join(Input, Input.id == GoldItem.input_id).group_by(Input.task, GoldItem.source)
