from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import values
from storage.content import content_hash
from storage.store import Consent, ConsentStatus, NewPrediction, NoConsent, Store
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, Sql, agree

pytestmark = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
ADA = 101
TABLES = ("inputs", "model_versions", "predictions", "votes", "vote_events", "answers")


async def said(store: Store, person: int) -> Consent:
    consent = await store.consent(person)
    assert consent is not None
    return consent


@pytest.mark.parametrize("status", [None, ConsentStatus.ASKED, ConsentStatus.DECLINED])
async def test_without_consent_neither_text_nor_hash_nor_vote_is_kept(
    store: Store, sentiment: NewPrediction, sql: Sql, status: ConsentStatus | None
) -> None:
    if status is not None:
        await store.set_consent(ADA, status)
    with pytest.raises(NoConsent):
        await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA)
    for table in TABLES:
        assert await sql(f"SELECT * FROM {table}") == []

    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    with pytest.raises(NoConsent):
        await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    assert await sql("SELECT * FROM votes") == await sql("SELECT * FROM vote_events") == []
    assert await sql("SELECT content_hash FROM inputs") == [(content_hash(sentiment.text_a),)]
    if status is None:
        assert await store.consent(ADA) is None
        assert await sql("SELECT count(*) FROM annotators") == [(1,)]  # the asker


async def test_who_agreed_is_kept_with_what_they_ask(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, ADA)
    consent = await said(store, ADA)
    assert (consent.status, consent.version) == (ConsentStatus.AGREED, values.CONSENT_VERSION)
    assert abs(datetime.now(UTC) - consent.at) < timedelta(minutes=1)
    await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA)
    asker = "SELECT a.consent FROM predictions p JOIN annotators a ON a.id = p.asker_id"
    assert await sql(asker) == [("agreed",)]


async def test_whose_consent_is_withdrawn_has_nothing_more_kept(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, ADA)
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA)
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    await store.set_consent(ADA, ConsentStatus.DECLINED)
    with pytest.raises(NoConsent):
        await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA)
    with pytest.raises(NoConsent):
        await store.vote(prediction, ADA, 0, 1, chat_id=CHAT)
    assert await sql("SELECT label FROM votes") == [("positive",)]
    await store.undo_all(prediction, ADA, chat_id=CHAT)  # what takes away is always allowed
    assert await sql("SELECT label FROM votes") == []


async def test_votes_and_questions_of_who_withdrew_are_not_exported(
    store: Store, sentiment: NewPrediction
) -> None:
    await agree(store, ADA)
    own = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA)
    other = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    for prediction in (own, other):
        for person in (ADA, ASKER):
            await store.vote(prediction, person, 0, 0, chat_id=CHAT)
    assert len([row async for row in store.feedback()]) == 4
    await store.set_consent(ADA, ConsentStatus.DECLINED)
    assert [row.prediction_id async for row in store.feedback()] == [other]
    await agree(store, ADA)
    assert len([row async for row in store.feedback()]) == 4


async def test_being_asked_replaces_no_answer(store: Store) -> None:
    await store.set_language(ADA, "ko")  # somebody known before they were asked
    assert await store.consent(ADA) is None
    for status in (ConsentStatus.ASKED, ConsentStatus.AGREED, ConsentStatus.DECLINED):
        await store.set_consent(ADA, status)
        before = await said(store, ADA)
        await store.set_consent(ADA, ConsentStatus.ASKED)
        assert await said(store, ADA) == before
    assert await store.language(ADA) == "ko"


async def test_a_new_promise_asks_everybody_again_but_who_said_no(
    store: Store, sentiment: NewPrediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    await agree(store, ADA)
    await store.set_consent(202, ConsentStatus.DECLINED)
    later = values.CONSENT_VERSION + 1
    for module in ("storage.values", "storage.annotators"):
        monkeypatch.setattr(f"{module}.CONSENT_VERSION", later)
    assert not (await said(store, ADA)).settled
    assert (await said(store, 202)).settled
    with pytest.raises(NoConsent):
        await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA)
    await store.set_consent(ADA, ConsentStatus.ASKED)
    await store.set_consent(202, ConsentStatus.ASKED)
    assert (await said(store, ADA)).status is ConsentStatus.ASKED
    assert (await said(store, 202)).status is ConsentStatus.DECLINED
    await agree(store, ADA)
    await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA)


async def test_what_is_asked_while_one_withdraws_is_kept_before_or_not_at_all(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, ADA)
    asking: list[Coroutine[Any, Any, int]] = [
        store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA) for _ in range(10)
    ]
    done = await asyncio.gather(
        *asking[:5], store.set_consent(ADA, ConsentStatus.DECLINED), *asking[5:], return_exceptions=True
    )
    kept = [number for number in done if isinstance(number, int)]
    assert all(isinstance(one, int | NoConsent) or one is None for one in done)
    assert sorted(await sql("SELECT id FROM predictions")) == [(number,) for number in sorted(kept)]
    with pytest.raises(NoConsent):
        await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA)
