"""What was labelled, agreed on, drawn and trained goes, or is marked, when a text in it goes."""

from __future__ import annotations

import dataclasses
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.agreed import ImportedText
from storage.privacy.pseudonym import Pseudonymizer
from storage.store import NewPrediction, Store
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, PEPPER, Sql, agree
from tests.storage.privacy.rows import NOW, checkpoint, insert

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
ADA = 1010101010
INPUTS = ("gold_items", "labels", "snapshot_members")


async def counts(sql: Sql) -> dict[str, int]:
    tables = (*INPUTS, "assignments", "trusts")
    return {table: (await sql(f"SELECT count(*) FROM {table}"))[0][0] for table in tables}


def folder_of_texts(folder: Path) -> str:
    folder.mkdir()
    (folder / "train.jsonl").write_text("a text")
    return str(folder)


def left(folder: Path) -> list[str]:
    return sorted(file.parent.name for file in folder.glob("*/train.jsonl"))


async def drawn(sql: Sql, number: int, prediction: int, path: str) -> None:
    """Label the text of a prediction, and draw it for a checkpoint, from which another one comes."""
    [(text,)] = await sql(f"SELECT input_id FROM predictions WHERE id = {prediction}")
    its = {"input_id": text, "slot": 0, "label": "positive"}
    await insert(sql, "gold_items", **its, source="voters", created_at=NOW)
    await insert(sql, "labels", **its, method="majority", confidence=0.9, voters=3, updated_at=NOW)
    about = {"name": f"s{number}", "task": "sentiment", "manifest_hash": "h", "manifest": "{}"}
    await insert(sql, "dataset_snapshots", id=number, **about, path=path, state="whole", created_at=NOW)
    await insert(sql, "snapshot_members", snapshot_id=number, **its, split="train")
    await checkpoint(sql, 2 * number, snapshot_id=number)
    await checkpoint(sql, 2 * number + 1, parent_id=2 * number)


@every_kind
async def test_what_came_of_a_forgotten_text_goes_or_is_marked(
    store: Store, sentiment: NewPrediction, sql: Sql, tmp_path: Path
) -> None:
    await agree(store, ADA)
    secret = dataclasses.replace(sentiment, text_a="비밀")
    others = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await drawn(sql, 1, others, folder_of_texts(tmp_path / "kept"))
    before = await counts(sql)

    hers = await store.add_prediction(secret, chat_id=CHAT, asker_id=ADA)
    await drawn(sql, 2, hers, folder_of_texts(tmp_path / "hers"))
    pseudonyms = {name: number for number, name in await sql("SELECT id, pseudonym FROM annotators")}
    ada, asker = (pseudonyms[Pseudonymizer(PEPPER).person(person)] for person in (ADA, ASKER))
    for person, prediction in ((ada, others), (asker, hers)):
        await insert(
            sql,
            "assignments",
            annotator_id=person,
            prediction_id=prediction,
            batch=1,
            position=0,
            given_at=NOW,
        )
    counted = {"votes": 1, "judged": 1, "correct": 1, "verdict": "new", "reason": "", "updated_at": NOW}
    await insert(sql, "trusts", annotator_id=ada, task="sentiment", **counted)

    await store.forget(ADA)
    assert await counts(sql) == before
    assert sorted(await sql("SELECT name, state FROM dataset_snapshots")) == [
        ("s1", "whole"),
        ("s2", "stale"),
    ]
    marked = [
        (name, bool(tainted)) for name, tainted in sorted(await sql("SELECT name, tainted FROM checkpoints"))
    ]
    assert marked == [("c2", False), ("c3", False), ("c4", True), ("c5", True)]
    assert left(tmp_path) == ["kept"]


@every_kind
@pytest.mark.parametrize("voted", ["", "and took it back", "on their own question"])
async def test_what_was_agreed_on_with_their_vote_is_agreed_on_anew(
    store: Store, sentiment: NewPrediction, sql: Sql, tmp_path: Path, voted: str
) -> None:
    """Gold that voters made goes with it: nobody decides that anew while it stands."""
    await agree(store, ADA)
    others = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await drawn(sql, 1, others, folder_of_texts(tmp_path / "kept"))
    if voted == "on their own question":  # of the same text
        others = await store.add_prediction(sentiment, chat_id=CHAT + 1, asker_id=ADA)
    await store.vote(others, ADA, 0, 1, chat_id=CHAT + (voted == "on their own question"))
    if voted == "and took it back":
        await store.undo_all(others, ADA, chat_id=CHAT)
    await store.forget(ADA)
    assert (await counts(sql)) == {
        "gold_items": 0,
        "labels": 0,
        "snapshot_members": 1,
        "assignments": 0,
        "trusts": 0,
    }
    assert await sql("SELECT state FROM dataset_snapshots") == [("whole",)]


async def test_a_word_that_they_wrote_is_a_text_of_theirs(
    store: Store, sentiment: NewPrediction, sql: Sql, tmp_path: Path
) -> None:
    await agree(store, ADA)
    others = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await drawn(sql, 1, others, folder_of_texts(tmp_path / "typed"))
    await store.vote(others, ADA, 0, 1, chat_id=CHAT)
    await sql("UPDATE votes SET choice = -1")
    await store.forget(ADA)
    assert sum((await counts(sql)).values()) == 0
    assert await sql("SELECT state FROM dataset_snapshots") == [("stale",)]


@every_kind
async def test_what_the_maintainer_gave_is_not_theirs_who_merely_voted(
    store: Store, mask: NewPrediction, sql: Sql
) -> None:
    """The second blank got the word that they wrote there: nobody can tell whose it is, so it goes."""
    await agree(store, ADA)
    others = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    words = ("서울", "뽀둥")
    given = [
        ImportedText("mask", mask.text_a, None, slot, word, gold=True) for slot, word in enumerate(words)
    ]
    await store.imports.add_texts(given)
    await store.vote(others, ADA, 0, 1, chat_id=CHAT)
    await store.vote_words(others, ADA, {1: "뽀둥"}, chat_id=CHAT)
    await store.forget(ADA)
    left = [(0, "서울")]
    assert await sql("SELECT slot, label FROM labels") == left
    assert await sql("SELECT slot, label FROM gold_items") == left


@every_kind
async def test_an_imported_text_that_they_asked_themselves_goes(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, ADA)
    known = ImportedText("sentiment", sentiment.text_a, None, 0, "positive", gold=True)
    await store.imports.add_texts([known])
    await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADA)
    await store.forget(ADA)
    assert sum((await counts(sql)).values()) == 0
    assert await sql("SELECT id FROM inputs") == []


@every_kind
@pytest.mark.parametrize("afterwards", ["another word", "undo"])
async def test_a_word_that_they_wrote_and_took_back_is_in_what_was_drawn_before(
    store: Store, mask: NewPrediction, sql: Sql, tmp_path: Path, afterwards: str
) -> None:
    await agree(store, ADA)
    others = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    await store.vote_words(others, ADA, {0: "뽀둥"}, chat_id=CHAT)
    await drawn(sql, 1, others, folder_of_texts(tmp_path / "typed"))
    if afterwards == "undo":
        await store.undo_all(others, ADA, chat_id=CHAT)
    else:
        await store.vote(others, ADA, 0, 0, chat_id=CHAT)
    await store.forget(ADA)
    assert await sql("SELECT state FROM dataset_snapshots") == [("stale",)]
    assert left(tmp_path) == []


async def test_who_asked_for_a_training_is_forgotten_and_the_training_is_not(store: Store, sql: Sql) -> None:
    await agree(store, ADA)
    known = Pseudonymizer(PEPPER)
    theirs = {"actor": known.person(ADA), "chat_pseudonym": known.chat(ADA), "message_id": 5}
    its = {"task": "nli", "state": "done", "options": "{}", "progress": "{}", "created_at": NOW}
    await insert(sql, "training_runs", **theirs, **its)
    await insert(sql, "promotions", task="nli", actor=known.person(ADA), reason="better", at=NOW)
    somebodys = {**theirs, "actor": "the command line"}
    await insert(sql, "training_runs", **somebodys, **its)
    await store.forget(ADA)
    assert await sql("SELECT actor, chat_pseudonym, message_id FROM training_runs ORDER BY id") == [
        ("", None, None),
        ("the command line", None, None),
    ]
    assert await sql("SELECT actor, reason FROM promotions") == [("", "better")]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_a_data_set_that_a_kill_or_a_fault_left_goes_the_next_time(
    store: Store,
    sentiment: NewPrediction,
    sql: Sql,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = tmp_path / "of old texts"
    others = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await drawn(sql, 1, others, folder_of_texts(folder))
    folder.rename(tmp_path / "away")
    folder.touch()  # no folder, so it cannot be deleted as one
    with caplog.at_level(logging.WARNING):
        assert await store.delete_older_than(datetime.now(UTC) + timedelta(days=1)) == 1
    assert "a folder with what came of deleted texts could not be deleted" in caplog.text
    folder.unlink()
    (tmp_path / "away").rename(folder)
    await store.erase_folders()
    assert not folder.exists()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_a_data_set_on_a_disk_that_was_not_there_goes_when_it_is_again(
    store: Store,
    sentiment: NewPrediction,
    sql: Sql,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk, away = tmp_path / "disk", tmp_path / "away"
    disk.mkdir()
    others = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await drawn(sql, 1, others, folder_of_texts(disk / "of old texts"))
    disk.rename(away)
    await store.forget(ASKER)
    disk.mkdir()  # where it is mounted
    await store.erase_folders()
    assert left(away) == ["of old texts"]
    disk.rmdir()
    away.rename(disk)
    with caplog.at_level(logging.INFO, "storage"):
        await store.erase_folders()
    assert left(disk) == []
    assert [record.getMessage() for record in caplog.records] == [
        f"deleted the folder {disk / 'of old texts'}"
    ]
