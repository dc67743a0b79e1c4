from __future__ import annotations

import asyncio
import dataclasses
import logging
import sqlite3
from collections.abc import Coroutine
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import engine
from storage.privacy import forgetting
from storage.privacy.pseudonym import Pseudonymizer
from storage.store import EarlierAnswer, NewPrediction, StorageError, Store
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, PEPPER, Sql, agree
from tests.traces import traces

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
sqlite_only = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
ADA, BOB = 1010101010, 2020202020
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECRET = "아무에게도 말하지 않은 비밀"
COUNTS = {"annotators": 0, "inputs": 0, "predictions": 0, "votes": 0, "vote_events": 0, "answers": 0}


@pytest.fixture
def secret(sentiment: NewPrediction) -> NewPrediction:
    return dataclasses.replace(sentiment, text_a=SECRET)


async def counts(sql: Sql) -> dict[str, int]:
    return {table: (await sql(f"SELECT count(*) FROM {table}"))[0][0] for table in COUNTS}


@every_kind
async def test_a_person_is_forgotten_with_all_that_is_theirs(
    store: Store, secret: NewPrediction, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, ADA, BOB)
    others = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=BOB)
    await store.vote(others, BOB, 0, 1, chat_id=CHAT)
    await store.remember_answer(CHAT, 1, EarlierAnswer(2, others), asked_at=NOON)
    before = await counts(sql)

    await store.set_language(ADA, "ko")
    in_group = await store.add_prediction(secret, chat_id=CHAT, asker_id=ADA)
    in_private = await store.add_prediction(secret, chat_id=ADA, asker_id=ADA)
    await store.remember_answer(CHAT, 3, EarlierAnswer(4, in_group), asked_at=NOON)
    await store.remember_answer(ADA, 5, EarlierAnswer(6, in_private), asked_at=NOON)
    await store.remember_answer(ADA, 7, EarlierAnswer(8, None), asked_at=NOON)
    for person in (ADA, BOB):
        await store.vote(in_group, person, 0, 0, chat_id=CHAT)
    await store.vote(others, ADA, 0, 0, chat_id=CHAT)
    await store.undo_all(others, ADA, chat_id=CHAT)
    await store.vote(others, ADA, 0, 1, chat_id=CHAT)

    await store.forget(ADA)
    assert await counts(sql) == before | {"annotators": before["annotators"] - 1}
    assert await sql("SELECT text_a FROM inputs") == [(sentiment.text_a,)]
    assert (await store.tally(others, chat_id=CHAT)).counts == ((0, 1),)
    assert await store.language(ADA) is None
    assert await store.consent(ADA) is None
    await store.forget(ADA)  # there is nothing left, which is no error


@every_kind
async def test_a_text_that_somebody_else_asked_about_too_stays_theirs(
    store: Store, secret: NewPrediction, sql: Sql
) -> None:
    await agree(store, ADA, BOB)
    await store.add_prediction(secret, chat_id=CHAT, asker_id=ADA)
    kept = await store.add_prediction(secret, chat_id=CHAT, asker_id=BOB)
    await store.forget(ADA)
    assert await sql("SELECT id FROM predictions") == [(kept,)]
    assert await sql("SELECT text_a FROM inputs") == [(SECRET,)]
    await store.forget(BOB)
    assert await sql("SELECT text_a FROM inputs") == []


@every_kind
async def test_of_questions_without_an_asker_those_that_only_they_used_go(
    store: Store, secret: NewPrediction, sql: Sql
) -> None:
    await agree(store, ADA, BOB)
    asked: list[int] = []
    for number, chat in enumerate((CHAT, CHAT, CHAT, CHAT, ADA)):
        new = dataclasses.replace(secret, text_a=f"{number}")
        asked.append(await store.add_prediction(new, chat_id=chat, asker_id=ASKER))
    await sql("UPDATE predictions SET asker_id = NULL")
    only_ada, ada_and_bob, nobody, ada_once, _in_her_chat = asked
    await store.vote(only_ada, ADA, 0, 0, chat_id=CHAT)
    await store.vote(ada_and_bob, ADA, 0, 0, chat_id=CHAT)
    await store.vote(ada_and_bob, BOB, 0, 0, chat_id=CHAT)
    await store.vote(ada_once, ADA, 0, 0, chat_id=CHAT)
    await store.undo_all(ada_once, ADA, chat_id=CHAT)
    await store.forget(ADA)
    assert sorted(await sql("SELECT id FROM predictions")) == [(ada_and_bob,), (nobody,)]
    assert sorted(await sql("SELECT text_a FROM inputs")) == [("1",), ("2",)]
    assert (await store.tally(ada_and_bob, chat_id=CHAT)).counts == ((1, 0),)


@every_kind
async def test_somebody_who_is_known_by_their_chat_alone_is_forgotten_too(
    store: Store, secret: NewPrediction, sql: Sql
) -> None:
    await store.add_prediction(secret, chat_id=ADA, asker_id=ASKER)
    await sql("UPDATE predictions SET asker_id = NULL")
    await store.remember_answer(ADA, 5, EarlierAnswer(6, None), asked_at=NOON)
    await store.forget(ADA)
    assert await counts(sql) == COUNTS | {"annotators": 1}


@every_kind
async def test_many_questions_are_forgotten_in_portions(
    store: Store, secret: NewPrediction, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.portions.AT_ONCE", 2)
    await agree(store, ADA)
    for number in range(5):
        await store.add_prediction(
            dataclasses.replace(secret, text_a=f"{number}"), chat_id=CHAT, asker_id=ADA
        )
    await store.forget(ADA)
    assert await counts(sql) == COUNTS | {"annotators": 1}


@every_kind
async def test_to_be_forgotten_while_others_ask_and_vote_leaves_nothing_and_loses_nothing(
    store: Store, secret: NewPrediction, sql: Sql
) -> None:
    await agree(store, ADA, BOB)
    hers = await store.add_prediction(secret, chat_id=CHAT, asker_id=ADA)
    await store.vote(hers, ADA, 0, 0, chat_id=CHAT)
    work: list[Coroutine[Any, Any, object]] = []
    for turn in range(10):
        work += [
            store.add_prediction(secret, chat_id=CHAT, asker_id=BOB),
            store.vote(hers, BOB, 0, turn % 2, chat_id=CHAT),
            store.add_prediction(secret, chat_id=CHAT, asker_id=ADA),
        ]
    work.insert(12, store.forget(ADA))
    done = await asyncio.gather(*work, return_exceptions=True)
    refused = {type(one).__name__ for one in done if isinstance(one, Exception)}
    assert refused <= {"UnknownPrediction", "NoConsent"}
    assert await sql("SELECT count(*) FROM predictions") == [(10,)]  # Bob's
    assert await sql("SELECT text_a FROM inputs") == [(SECRET,)]
    assert (await counts(sql))["votes"] == 0
    assert (await counts(sql))["annotators"] == 2


@every_kind
async def test_what_is_old_goes_with_its_votes_and_the_rest_stays(
    store: Store, secret: NewPrediction, sentiment: NewPrediction, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    monkeypatch.setattr("storage.portions.AT_ONCE", 2)
    monkeypatch.setattr("storage.privacy.erasing.AT_ONCE", 2)
    await agree(store, ADA)
    old = [await store.add_prediction(secret, chat_id=CHAT, asker_id=ADA) for _ in range(4)]
    again = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA)
    old.append(again)
    await store.vote(old[0], ASKER, 0, 0, chat_id=CHAT)
    await store.remember_answer(CHAT, 1, EarlierAnswer(2, old[0]), asked_at=NOON)
    await store.remember_answer(CHAT, 3, EarlierAnswer(4, None), asked_at=NOON)
    moment = datetime.now(UTC)
    await asyncio.sleep(0.01)
    new = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA)
    await store.vote(new, ASKER, 0, 1, chat_id=CHAT)
    await store.remember_answer(CHAT, 5, EarlierAnswer(6, new), asked_at=NOON)

    assert await store.delete_older_than(moment) == 5
    assert await sql("SELECT id FROM predictions") == [(new,)]
    assert await sql("SELECT text_a FROM inputs") == [(sentiment.text_a,)]
    assert await sql("SELECT label FROM votes") == [("negative",)]
    assert await sql("SELECT new_label FROM vote_events") == [("negative",)]
    assert await sql("SELECT answer_message_id FROM answers") == [(6,)]
    assert await store.consent(ADA) is not None
    assert await store.delete_older_than(moment - timedelta(days=1)) == 0


def pseudonyms(person: int) -> list[str]:
    pseudonymizer = Pseudonymizer(PEPPER)
    return [pseudonymizer.person(person), pseudonymizer.chat(person), str(person)]


@sqlite_only
async def test_not_a_byte_of_the_forgotten_is_left_in_the_files(
    store: Store, secret: NewPrediction, sentiment: NewPrediction, tmp_path: Path
) -> None:
    folder = tmp_path / "var"
    await agree(store, ADA)
    long = dataclasses.replace(secret, text_a=f"{SECRET} {'길다 ' * 9000}")  # on pages of its own
    for new in (secret, long):
        for chat in (ADA, CHAT):
            prediction = await store.add_prediction(new, chat_id=chat, asker_id=ADA)
            await store.vote(prediction, ADA, 0, 0, chat_id=chat)
            await store.remember_answer(
                chat, prediction, EarlierAnswer(prediction, prediction), asked_at=NOON
            )
    await store.set_language(ADA, "ko")
    person, chat_pseudonym, number = pseudonyms(ADA)
    seen = {needle for _, needle in traces(folder, SECRET, person, chat_pseudonym, number)}
    assert seen == {SECRET, person, chat_pseudonym}  # a number is in no file, ever
    await store.forget(ADA)
    assert traces(folder, SECRET, *pseudonyms(ADA)) == []
    await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)  # it goes on
    assert {name for name, _ in traces(folder, sentiment.text_a)} == {"votes.db-wal"}


@sqlite_only
async def test_pages_freed_before_deletions_were_overwritten_are_cleaned_too(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "var"
    with closing(sqlite3.connect(folder / "votes.db")) as database, database:
        database.execute("PRAGMA secure_delete = OFF")
        row = ("tokens", f"{SECRET} {'길다 ' * 9000}", "h", "2026-01-01")
        database.execute(
            "INSERT INTO inputs (task, text_a, content_hash, created_at) VALUES (?, ?, ?, ?)", row
        )
        database.commit()
        database.execute("DELETE FROM inputs")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert traces(folder, SECRET) == [("votes.db", SECRET)]
    await store.forget(ADA)
    assert traces(folder, SECRET) == []


@sqlite_only
async def test_not_a_byte_is_left_of_what_became_too_old(
    store: Store, secret: NewPrediction, tmp_path: Path
) -> None:
    await store.add_prediction(secret, chat_id=CHAT, asker_id=ASKER)
    assert await store.delete_older_than(datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert traces(tmp_path / "var", SECRET) == []


@sqlite_only
async def test_a_text_of_somebody_who_has_not_agreed_is_in_no_file(
    store: Store, secret: NewPrediction, tmp_path: Path
) -> None:
    with pytest.raises(StorageError):
        await store.add_prediction(secret, chat_id=ADA, asker_id=ADA)
    assert traces(tmp_path / "var", SECRET, *pseudonyms(ADA)) == []


@sqlite_only
async def test_a_reader_of_the_log_puts_its_end_off_with_a_line_and_nothing_waits_for_ever(
    store: Store,
    secret: NewPrediction,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(engine, "_ERASE_TIMEOUT_MS", 50)
    await agree(store, ADA)
    await store.add_prediction(secret, chat_id=ADA, asker_id=ADA)
    with closing(sqlite3.connect(tmp_path / "var/votes.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM inputs").fetchall()
        await store.forget(ADA)
        told = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
        assert len(told) == 1
        assert "somebody is reading it" in told[0]
        assert await store.consent(ADA) is None
        await agree(store, BOB)  # writers go on
        await store.erase_traces()
        assert traces(tmp_path / "var", SECRET) != []
        reader.execute("COMMIT")
    await store.erase_traces()
    assert traces(tmp_path / "var", SECRET, *pseudonyms(ADA)) == []
