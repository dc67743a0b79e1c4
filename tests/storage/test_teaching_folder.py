"""Nothing is written to, read from or deleted in a teaching folder that is not the database's."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.errors import WrongFolder
from storage.store import NewPrediction, Store
from storage.teaching_folder import MARK
from tests.databases import with_tables
from tests.storage.conftest import ASKER, CHAT, PEPPER, agree
from tests.storage.test_places import draw


async def taught(folder: Path, asked: NewPrediction) -> str:
    """Draw a data set of one text in a database's teaching folder; returns the database's URL."""
    url = with_tables(folder / "votes.db")
    store = await Store.open(url, pepper=PEPPER, teaching=folder / "teaching")
    await agree(store, ASKER)
    await store.add_prediction(asked, chat_id=CHAT, asker_id=ASKER)
    await draw(store, folder / "teaching" / "snapshots", asked.text_a)
    await store.close()
    return url


def run(folder: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "votes.db")) as connection, connection:
        return connection.execute(statement).fetchall()


def everything(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


async def refusal(url: str, teaching: Path, asked: NewPrediction) -> str:
    """What a store that was told of this folder says to whoever draws there, or reads from there."""
    store = await Store.open(url, pepper=PEPPER, teaching=teaching)
    before = everything(teaching)
    with pytest.raises(WrongFolder) as caught:
        await draw(store, teaching / "snapshots", asked.text_a)
    with pytest.raises(WrongFolder):
        await store.teaching.require(teaching / "snapshots" / "sentiment-0001")
    await store.teaching.require(teaching.parent / "elsewhere")
    await store.close()
    assert everything(teaching) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def draws(url: str, teaching: Path, asked: NewPrediction) -> None:
    store = await Store.open(url, pepper=PEPPER, teaching=teaching)
    await draw(store, teaching / "snapshots", asked.text_a)
    await store.close()


async def test_a_folder_that_is_not_the_databases_gets_no_text(
    tmp_path: Path, sentiment: NewPrediction
) -> None:
    url, other = await taught(tmp_path / "var", sentiment), tmp_path / "home" / "teaching"
    [(mark, placed)] = run(tmp_path / "var", "SELECT mark, placed FROM folder_marks")
    assert placed
    assert (tmp_path / "var" / "teaching" / MARK).read_text().strip() == mark
    said = await refusal(url, other, sentiment)
    assert f"{other} is not the teaching folder" in said
    assert f"TEACHING_FOLDER name the one that the bot uses, or if that is lost, write {mark} into" in said
    other.mkdir(parents=True)
    (other / MARK).write_text(f"{mark}\n")  # as it says
    await draws(url, other, sentiment)


async def test_a_folder_of_another_database_is_left_alone(
    tmp_path: Path, sentiment: NewPrediction, caplog: pytest.LogCaptureFixture
) -> None:
    url = await taught(tmp_path / "var", sentiment)
    await taught(tmp_path / "other", sentiment)
    theirs = tmp_path / "other" / "teaching"
    assert "of another database: let TEACHING_FOLDER name the one" in await refusal(url, theirs, sentiment)
    store = await Store.open(url, pepper=PEPPER, teaching=theirs)
    await store.forget(ASKER)  # whose text is in a data set of the same name there
    await store.close()
    assert len(list(theirs.glob("snapshots/*/train.jsonl"))) == 1
    assert "what came of deleted texts was not looked for" in caplog.text
    store = await Store.open(url, pepper=PEPPER, teaching=tmp_path / "var" / "teaching")
    await store.erase_folders()
    await store.close()
    assert not list((tmp_path / "var").glob("teaching/snapshots/*"))
    fresh = with_tables(tmp_path / "fresh.db")
    assert f"name a new one; delete {theirs / MARK} if" in await refusal(fresh, theirs, sentiment)


async def test_what_lies_elsewhere_is_deleted_while_the_mark_cannot_be_read(
    tmp_path: Path, sentiment: NewPrediction, caplog: pytest.LogCaptureFixture
) -> None:
    url, teaching = await taught(tmp_path / "var", sentiment), tmp_path / "var" / "teaching"
    store = await Store.open(url, pepper=PEPPER, teaching=teaching)
    await draw(store, tmp_path / "out", sentiment.text_a)
    (teaching / MARK).rename(tmp_path / MARK)
    (teaching / MARK).mkdir()
    await store.forget(ASKER)
    assert everything(tmp_path / "out") == []
    assert "what came of deleted texts was not looked for" in caplog.text
    assert list(teaching.glob("snapshots/*"))
    (teaching / MARK).rmdir()
    (tmp_path / MARK).rename(teaching / MARK)
    await store.erase_folders()
    assert not list(teaching.glob("snapshots/*"))
    await store.close()


@pytest.mark.parametrize("before", ["marks", "a kill"])
async def test_a_folder_without_its_mark_yet_is_known_by_what_lies_there(
    tmp_path: Path, sentiment: NewPrediction, before: str
) -> None:
    """As in a database from before there were marks, or where the mark was written and not yet noted."""
    url, teaching = await taught(tmp_path / "var", sentiment), tmp_path / "var" / "teaching"
    if before == "marks":
        run(tmp_path / "var", "DELETE FROM folder_marks")
        (teaching / MARK).unlink()
    else:
        run(tmp_path / "var", "UPDATE folder_marks SET placed = false")
    other = tmp_path / "home" / "teaching"
    assert "(nothing that was kept is there)" in await refusal(url, other, sentiment)
    await draws(url, teaching, sentiment)
    [(mark, placed)] = run(tmp_path / "var", "SELECT mark, placed FROM folder_marks")
    assert ((teaching / MARK).read_text().strip(), placed) == (mark, 1)


async def test_both_move_and_are_copied_with_their_mark(tmp_path: Path, sentiment: NewPrediction) -> None:
    await taught(tmp_path / "var", sentiment)
    shutil.copytree(tmp_path / "var", tmp_path / "copy")
    await draws(f"sqlite+aiosqlite:///{tmp_path}/copy/votes.db", tmp_path / "copy" / "teaching", sentiment)
