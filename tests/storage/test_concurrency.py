"""Many taps at once, through two stores as two processes would."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import pytest

from storage.store import NewPrediction, Store, VoteOutcome, VoteStatus
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, Sql, agree
from tests.storage.replaying import replayed, standing

pytestmark = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
PREDICTIONS = 4
MANY, FEWER = (750, 250), (150, 50)
"""Voters, and how many of them tap twice: a thousand taps at once."""
TAPS = {"sqlite": MANY, "postgresql": MANY, "mariadb": FEWER, "incognito": FEWER}
"""Fewer where what is written is the same and the database another."""


async def test_no_vote_is_lost_or_doubled(
    store: Store, sentiment: NewPrediction, url: str, sql: Sql, kind: str
) -> None:
    voters, double_taps = TAPS[kind]
    predictions = [
        await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER) for _ in range(PREDICTIONS)
    ]
    second = await Store.open(url, pepper=b"a secret of the tests")
    stores = (store, second)
    await agree(store, *range(1, voters + 1))

    def tap(user: int, through: int) -> Coroutine[Any, Any, VoteOutcome]:
        return stores[through % 2].vote(predictions[user % PREDICTIONS], user, 0, user % 2, chat_id=CHAT)

    taps = [tap(user, user) for user in range(1, voters + 1)]
    taps += [tap(user, user + 1) for user in range(1, double_taps + 1)]
    outcomes = await asyncio.gather(*taps)
    await second.close()

    assert Counter(outcome.status for outcome in outcomes) == {
        VoteStatus.COUNTED: voters,
        VoteStatus.UNCHANGED: double_taps,
    }
    assert await sql("SELECT count(DISTINCT annotator_id) FROM votes") == [(voters,)]
    votes = await standing(sql)
    assert len(votes) == voters
    assert votes == await replayed(sql)
    tallies = [await store.tally(prediction, chat_id=CHAT) for prediction in predictions]
    assert sum(tally.total for tally in tallies) == voters
    expected = Counter((user % PREDICTIONS, user % 2) for user in range(1, voters + 1))
    for index, tally in enumerate(tallies):
        assert tally.counts == ((expected[index, 0], expected[index, 1]),)


async def test_one_person_tapping_everything_at_once_ends_with_one_vote(
    store: Store, sentiment: NewPrediction, url: str, sql: Sql
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    second = await Store.open(url, pepper=b"a secret of the tests")
    await agree(store, 7)
    taps: list[Coroutine[Any, Any, VoteOutcome]] = []
    for count in range(10):
        through = (store, second)[count % 2]
        taps += [
            through.vote(prediction, 7, 0, 0, chat_id=CHAT),
            through.vote(prediction, 7, 0, 1, chat_id=CHAT),
            through.undo_all(prediction, 7, chat_id=CHAT),
        ]
    await asyncio.gather(*taps)
    await second.close()
    votes = await standing(sql)
    assert len(votes) <= 1
    assert votes == await replayed(sql)


async def test_an_equal_text_asked_by_many_at_once_is_kept_once(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    numbers = await asyncio.gather(
        *(store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER) for _ in range(30))
    )
    assert len(set(numbers)) == 30
    assert await sql("SELECT count(*) FROM inputs") == [(1,)]


async def test_readers_do_not_wait_for_a_writer(store: Store, sentiment: NewPrediction) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    async with store._database.write():
        tally = await asyncio.wait_for(store.tally(prediction, chat_id=CHAT), timeout=20)
    assert tally.total == 0
