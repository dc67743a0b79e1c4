"""Votes are counted by the day on which they were first given."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, time, timedelta

from storage.activity import DayOfVotes
from storage.store import NewPrediction, Store
from storage.tables import utc_now
from tests.storage.conftest import ASKER, CHAT, Sql, agree


async def test_the_votes_of_a_day_are_those_from_its_midnight_to_the_next(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    people = range(1, 8)
    await agree(store, *people)
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    other = await store.add_prediction(
        dataclasses.replace(sentiment, task="nsp"), chat_id=CHAT, asker_id=ASKER
    )
    today = datetime.combine(utc_now().date(), time(), UTC)
    before, tick = today - timedelta(days=1), timedelta(microseconds=1)
    given = [today, today - tick, before, before - tick, today + timedelta(days=1), before, before]
    for person in people:
        await store.vote(prediction, person, 0, person % 2, chat_id=CHAT)
    await store.vote(other, 1, 0, 0, chat_id=CHAT)
    votes = await sql(f"SELECT id FROM votes WHERE prediction_id = {prediction} ORDER BY id")
    for (vote,), at in zip(votes, given, strict=True):
        await sql(f"UPDATE votes SET created_at = '{at:%Y-%m-%d %H:%M:%S.%f}' WHERE id = {vote}")
    await sql(f"UPDATE votes SET blind = true WHERE id = {votes[5][0]}")
    await sql(f"UPDATE votes SET blind = true, kind = 'skip' WHERE id = {votes[6][0]}")
    assert await store.activity.days(before) == {
        (before.date(), "sentiment"): DayOfVotes(confirms=1, corrects=1, blind=1, skips=1),
        (today.date(), "sentiment"): DayOfVotes(corrects=1),
        (today.date(), "nsp"): DayOfVotes(confirms=1),
    }
    assert await store.activity.days(today + timedelta(days=1)) == {}
