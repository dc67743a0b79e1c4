from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from storage import export
from storage.privacy.pseudonym import Pseudonymizer
from storage.store import NewPrediction, Store
from tests.storage.conftest import ASKER, CHAT, agree


async def test_each_vote_is_a_row_with_all_it_is_about(store: Store, mask: NewPrediction) -> None:
    pair = NewPrediction(
        task="nli",
        text_a="비가 온다",
        text_b="날이 맑다",
        model="klue",
        label="neutral",
        probabilities={"neutral": 0.5},
        options=(("neutral", "entailment"),),
        version="0123456789ab",
    )
    first = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    second = await store.add_prediction(pair, chat_id=CHAT, asker_id=ASKER)
    await agree(store, 1, 2)
    await store.vote(first, 1, 1, 1, chat_id=CHAT)
    await store.vote(second, 2, 0, 0, chat_id=CHAT)
    rows = [row async for row in store.feedback()]
    assert [json.loads(json.dumps(row.as_json())) for row in rows] == [
        {
            "prediction_id": first,
            "task": "mask",
            "text_a": mask.text_a,
            "text_b": None,
            "model": "builtin",
            "version": "",
            "shown": mask.label,
            "probabilities": mask.probabilities,
            "slot": 1,
            "label": "none",
            "kind": "correct",
            "annotator": Pseudonymizer(b"a secret of the tests").person(1)[:16],
            "created_at": rows[0].created_at.isoformat(),
            "updated_at": rows[0].updated_at.isoformat(),
            "choice": 1,
            "blind": False,
            "options": [["서울", "부산", "none"], ["수도", "none"]],
        },
        {
            "prediction_id": second,
            "task": "nli",
            "text_a": "비가 온다",
            "text_b": "날이 맑다",
            "model": "klue",
            "version": "0123456789ab",
            "shown": "neutral",
            "probabilities": {"neutral": 0.5},
            "slot": 0,
            "label": "neutral",
            "kind": "confirm",
            "annotator": Pseudonymizer(b"a secret of the tests").person(2)[:16],
            "created_at": rows[1].created_at.isoformat(),
            "updated_at": rows[1].updated_at.isoformat(),
            "choice": 0,
            "blind": False,
            "options": [["neutral", "entailment"]],
        },
    ]


async def test_times_are_utc_and_of_now(store: Store, sentiment: NewPrediction) -> None:
    await agree(store, 1)
    await store.vote(
        await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER), 1, 0, 0, chat_id=CHAT
    )
    [row] = [row async for row in store.feedback()]
    assert row.created_at.tzinfo is UTC
    assert row.updated_at.tzinfo is UTC
    assert abs(datetime.now(UTC) - row.created_at) < timedelta(minutes=1)


async def test_every_page_is_read_and_votes_may_go_on_meanwhile(
    store: Store, sentiment: NewPrediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_PAGE", 3)
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await agree(store, *range(1, 7), 99)
    for user in range(1, 7):
        await store.vote(prediction, user, 0, 0, chat_id=CHAT)
    seen = []
    async for row in store.feedback():
        seen.append(row.annotator)
        if len(seen) == 1:
            await store.vote(prediction, 99, 0, 1, chat_id=CHAT)
    assert len(seen) == len(set(seen)) == 7


async def test_a_reader_who_stops_early_holds_no_connection(store: Store, sentiment: NewPrediction) -> None:
    await agree(store, 1)
    await store.vote(
        await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER), 1, 0, 0, chat_id=CHAT
    )
    rows = store.feedback()
    await anext(rows)
    assert store._database._engine.pool.checkedout() == 0  # type: ignore[attr-defined] # not every pool counts
