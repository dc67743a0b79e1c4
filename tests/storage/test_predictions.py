from __future__ import annotations

import dataclasses
import json

import pytest

from storage.store import NewPrediction, StorageError, Store
from tests.storage.conftest import ASKER, CHAT, Sql


async def test_a_prediction_is_kept_whole(store: Store, mask: NewPrediction, sql: Sql) -> None:
    prediction = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    [(task, text_a, text_b, model, label, scores, options)] = await sql(
        "SELECT i.task, text_a, text_b, name, label,"
        " CAST(probabilities AS CHAR(4000)), CAST(options AS CHAR(4000))"
        " FROM predictions p JOIN inputs i ON i.id = input_id"
        f" JOIN model_versions m ON m.id = model_version_id WHERE p.id = {prediction}"
    )
    assert (task, text_a, text_b, model, label) == ("mask", mask.text_a, None, "builtin", mask.label)
    assert json.loads(scores) == mask.probabilities
    assert json.loads(options) == [list(slot) for slot in mask.options]
    assert "서울" in options  # readable for a person who looks into the file


async def test_equal_texts_and_models_are_kept_once(store: Store, sentiment: NewPrediction, sql: Sql) -> None:
    first = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    second = await store.add_prediction(
        dataclasses.replace(sentiment, text_a=f"  {sentiment.text_a}\n"), chat_id=CHAT, asker_id=ASKER
    )
    assert first != second
    assert await sql("SELECT count(*) FROM inputs") == [(1,)]
    assert await sql("SELECT count(*) FROM model_versions") == [(1,)]
    await store.add_prediction(dataclasses.replace(sentiment, task="tokens"), chat_id=CHAT, asker_id=ASKER)
    assert await sql("SELECT count(*) FROM inputs") == [(2,)]


async def test_other_weights_are_another_version(store: Store, sentiment: NewPrediction, sql: Sql) -> None:
    for version in ("", "0123456789ab", "ba9876543210", "0123456789ab"):
        await store.add_prediction(
            dataclasses.replace(sentiment, version=version), chat_id=CHAT, asker_id=ASKER
        )
    versions = "SELECT task, name, version FROM model_versions ORDER BY version"
    assert await sql(versions) == [
        ("sentiment", "builtin", ""),
        ("sentiment", "builtin", "0123456789ab"),
        ("sentiment", "builtin", "ba9876543210"),
    ]


async def test_the_id_of_a_deleted_prediction_is_never_given_out_again(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    first = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await sql("DELETE FROM predictions")
    assert await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER) > first


async def test_text_that_no_database_holds_is_kept_readable(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await store.add_prediction(
        dataclasses.replace(sentiment, text_a="a\x00b\ud800c😀"), chat_id=CHAT, asker_id=ASKER
    )
    assert await sql("SELECT text_a FROM inputs") == [("a\ufffdb\ufffdc😀",)]


async def test_a_probability_that_is_no_number_is_refused(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    with pytest.raises(StorageError, match="ValueError"):
        await store.add_prediction(
            dataclasses.replace(sentiment, probabilities={"positive": float("nan")}),
            chat_id=CHAT,
            asker_id=ASKER,
        )
    assert await sql("SELECT * FROM inputs") == []
