"""What people say about the texts of a task, one ballot each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, or_, select
from sqlalchemy.orm import aliased

from storage.agreed import CastVote
from storage.engine import Database
from storage.tables import Annotator, Input, Prediction, Vote
from storage.values import SKIPPED, ConsentStatus

_PAGE = 2_000


async def cast_votes(database: Database, task: str) -> tuple[CastVote, ...]:
    """Return the newest that each person says about each slot of a text, by text, slot and person.

    None is of, or about a question of, somebody who withdrew their consent. Each page has its own
    transaction, so that nobody who votes meanwhile waits.
    """
    newest: dict[tuple[int, int, int], tuple[tuple[datetime, int], CastVote]] = {}
    last, query = 0, _votes_of(task)
    while True:
        async with database.read() as connection:
            page = (await connection.execute(query.where(Vote.id > last))).all()
        for row in page:
            none_fits = task == "mask" and row.choice == len(row.options[row.slot]) - 1  # the last button
            label = None if row.choice == SKIPPED or none_fits else row.label
            key, at = (row.input_id, row.slot, row.annotator_id), (row.updated_at, row.id)
            if key not in newest or at > newest[key][0]:
                newest[key] = at, CastVote(*key, label, row.blind)
            last = row.id
        if len(page) < _PAGE:
            return tuple(newest[key][1] for key in sorted(newest))


def votes_that_count(*columns: SQLColumnExpression[Any]) -> Select[Any]:
    """Select from votes with their answers, texts and voters: none of, or about, who withdrew consent."""
    asker, declined = aliased(Annotator), ConsentStatus.DECLINED.value
    return (
        select(*columns)
        .select_from(Vote)
        .join(Prediction, Prediction.id == Vote.prediction_id)
        .join(Input, Input.id == Prediction.input_id)
        .join(Annotator, Annotator.id == Vote.annotator_id)
        .outerjoin(asker, asker.id == Prediction.asker_id)
        .where(*(or_(one.consent.is_(None), one.consent != declined) for one in (Annotator, asker)))
    )


def _votes_of(task: str) -> Select[Any]:
    query = votes_that_count(
        Vote.id,
        Vote.slot,
        Vote.choice,
        Vote.label,
        Vote.blind,
        Vote.annotator_id,
        Vote.updated_at,
        Prediction.input_id,
        Prediction.options,
    )
    return query.where(Input.task == task).order_by(Vote.id).limit(_PAGE)
