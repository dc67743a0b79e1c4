from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from storage.store import EarlierAnswer, NewPrediction, StorageError, Store
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, Sql, agree

pytestmark = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
USER = 4242424242
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LANGUAGES = "SELECT language FROM annotators WHERE language IS NOT NULL"


async def test_a_language_is_kept_and_can_be_changed(store: Store, sql: Sql) -> None:
    assert await store.language(USER) is None
    await store.set_language(USER, "ko")
    assert await store.language(USER) == "ko"
    await store.set_language(USER, "en")
    assert await store.language(USER) == "en"
    assert await sql(LANGUAGES) == [("en",)]


async def test_a_language_and_a_vote_belong_to_one_annotator(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await agree(store, USER)
    await store.vote(prediction, USER, 0, 0, chat_id=CHAT)
    await store.set_language(USER, "ko")
    await store.vote(prediction, USER, 0, 1, chat_id=CHAT)
    assert await sql(LANGUAGES) == [("ko",)]
    assert await sql("SELECT count(*) FROM annotators") == [(2,)]  # the other one asked


async def test_an_answer_is_found_again_and_replaced(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    assert await store.answer_to(CHAT, 7, asked_at=NOON) is None
    await store.remember_answer(CHAT, 7, EarlierAnswer(8, None), asked_at=NOON)
    assert await store.answer_to(CHAT, 7, asked_at=NOON) == EarlierAnswer(8, None)
    await store.remember_answer(CHAT, 7, EarlierAnswer(9, prediction, "nli"), asked_at=NOON)
    assert await store.answer_to(CHAT, 7, asked_at=NOON) == EarlierAnswer(9, prediction, "nli")
    assert await store.answer_to(CHAT + 1, 7, asked_at=NOON) is None
    assert await store.answer_to(CHAT, 7, asked_at=NOON + timedelta(seconds=1)) is None
    assert await sql("SELECT answer_message_id, prediction_id FROM answers") == [(9, prediction)]


async def test_what_a_message_shows_is_known_after_edits(store: Store, sentiment: NewPrediction) -> None:
    first = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    second = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    assert await store.shows(CHAT, 8, first)  # just sent: nothing is known yet
    await store.remember_answer(CHAT, 7, EarlierAnswer(8, first), asked_at=NOON)
    assert await store.shows(CHAT, 8, first)
    await store.remember_answer(CHAT, 7, EarlierAnswer(8, second), asked_at=NOON)
    assert await store.shows(CHAT, 8, second)
    assert not await store.shows(CHAT, 8, first)
    await store.remember_answer(CHAT, 7, EarlierAnswer(8, None), asked_at=NOON)
    assert not await store.shows(CHAT, 8, second)


async def test_the_same_answer_again_is_the_earlier_prediction(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    first = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    same = dataclasses.replace(sentiment, text_a=f" {sentiment.text_a}")
    assert await store.add_prediction(same, chat_id=CHAT, asker_id=ASKER, unless_same_as=first) == first
    others = [
        dataclasses.replace(sentiment, text_a="다른 글"),
        dataclasses.replace(sentiment, version="0123456789ab"),
        dataclasses.replace(sentiment, label="negative"),
        dataclasses.replace(sentiment, options=(("negative", "positive"),)),
    ]
    for other in others:
        assert await store.add_prediction(other, chat_id=CHAT, asker_id=ASKER, unless_same_as=first) != first
    assert (
        await store.add_prediction(sentiment, chat_id=CHAT + 1, asker_id=ASKER, unless_same_as=first) != first
    )
    assert await sql("SELECT count(*) FROM predictions") == [(6,)]


async def test_an_answer_cannot_refer_to_a_prediction_that_is_not_there(store: Store, sql: Sql) -> None:
    with pytest.raises(StorageError, match=r"(?i)foreign ?key|IntegrityError") as caught:
        await store.remember_answer(CHAT, 7, EarlierAnswer(8, 99), asked_at=NOON)
    assert "\n" not in str(caught.value)
    assert await sql("SELECT * FROM answers") == []


async def test_no_table_holds_a_telegram_id(store: Store, sentiment: NewPrediction, sql: Sql) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await agree(store, USER)
    await store.vote(prediction, USER, 0, 0, chat_id=CHAT)
    await store.set_language(USER, "ko")
    await store.remember_answer(
        USER, 7, EarlierAnswer(8, prediction), asked_at=NOON
    )  # a private chat has its user's id
    tables = ["annotators", "answers", "inputs", "model_versions", "predictions", "vote_events", "votes"]
    rows = [row for table in tables for row in await sql(f"SELECT * FROM {table}")]
    assert len(rows) == 8
    assert str(USER) not in repr(rows)
    assert str(ASKER) not in repr(rows)


async def test_everything_is_there_after_closing_and_opening(
    store: Store, sentiment: NewPrediction, url: str
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await agree(store, USER)
    expected = (await store.vote(prediction, USER, 0, 1, chat_id=CHAT)).tally
    await store.close()
    again = await Store.open(url, pepper=b"a secret of the tests")
    assert await again.tally(prediction, chat_id=CHAT) == expected
    assert (await again.vote(prediction, USER, 0, 1, chat_id=CHAT)).status == "unchanged"
    await again.close()


async def test_a_cancelled_vote_leaves_no_transaction_behind(store: Store, sentiment: NewPrediction) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await agree(store, *range(1, 31))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(store.vote(prediction, user, 0, 0, chat_id=CHAT)) for user in range(1, 31)]
        for step, task in enumerate(tasks):
            if step % 2:
                await asyncio.sleep(0.001)
                task.cancel()
    for user in range(1, 31):
        await asyncio.wait_for(store.vote(prediction, user, 0, 0, chat_id=CHAT), timeout=10)
    assert (await store.tally(prediction, chat_id=CHAT)).counts == ((30, 0),)
