"""A database that is copied or moved with its teaching folder speaks of the files beside it alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.checkpoint_values import CheckpointState, NewCheckpoint
from storage.places import Places
from storage.snapshot_files import draft
from storage.snapshots import Member
from storage.store import NewPrediction, Store
from tests.databases import with_tables
from tests.storage.conftest import ASKER, CHAT, PEPPER, agree
from tests.storage.test_migrate import _migrate
from tests.storage.test_snapshots import MANIFEST


async def opened(var: Path) -> Store:
    return await Store.open(url_of(var), pepper=PEPPER, teaching=var / "teaching")


def url_of(var: Path) -> str:
    return f"sqlite+aiosqlite:///{var}/votes.db"


async def draw(store: Store, folder: Path, text: str) -> None:
    """Write a data set with the one text that was asked about."""
    begun = await store.snapshots.begin("sentiment", folder)
    begun.path.mkdir(parents=True)
    (begun.path / "train.jsonl").write_text(text)
    members = [Member(1, 0, "train", "positive")]
    await store.snapshots.finish(begun, members, manifest=MANIFEST, manifest_hash="abc")


async def teach(var: Path, elsewhere: Path, asked: NewPrediction) -> None:
    """Draw one data set in the teaching folder, one elsewhere, teach a model, and be killed while drawing."""
    with_tables(var / "votes.db")
    store = await opened(var)
    await agree(store, ASKER)
    await store.add_prediction(asked, chat_id=CHAT, asker_id=ASKER)
    teaching = var / "teaching"
    await draw(store, teaching / "snapshots", asked.text_a)
    await draw(store, elsewhere, asked.text_a)
    model = teaching / "checkpoints" / "sentiment-0001"
    model.mkdir(parents=True)
    (model / "learnt").write_text(asked.text_a)
    new = NewCheckpoint("sentiment", model.name, str(model), "v", "builtin", snapshot="sentiment-0001")
    assert (await store.checkpoints.add(new)).path == str(model)
    left = draft((await store.snapshots.begin("sentiment", teaching / "snapshots")).path)
    left.mkdir()
    (left / "train.jsonl").write_text(asked.text_a)
    await store.snapshots.begin("nli", teaching / "snapshots")  # and before its folder was there
    await store.close()


def files(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("of_before", [False, True])
async def test_who_is_forgotten_in_a_copy_is_in_none_of_its_files_and_the_original_stays(
    tmp_path: Path, sentiment: NewPrediction, *, of_before: bool
) -> None:
    """The copy may be of before paths were kept relative: the first who opens it brings them up to date."""
    original, copy, elsewhere = tmp_path / "original", tmp_path / "copy", tmp_path / "elsewhere" / "snapshots"
    await teach(original, elsewhere, sentiment)
    if of_before:
        await _migrate(url_of(original), "0009", original / "teaching")
    shutil.copytree(original, copy)
    before, secret = files(original), sentiment.text_a.encode()
    assert sum(secret in data for data in files(copy).values()) > 3

    store = await opened(copy)
    model = await store.checkpoints.get("sentiment-0001")
    assert model.path == str(copy / "teaching" / "checkpoints" / "sentiment-0001")
    assert (await store.checkpoints.all()) == (model,)
    assert [each.path for each in await store.snapshots.list()] == [
        copy / "teaching" / "snapshots" / "sentiment-0001",
        elsewhere / "sentiment-0002",
        copy / "teaching" / "snapshots" / "sentiment-0003",
        copy / "teaching" / "snapshots" / "nli-0001",
    ]
    await store.forget(ASKER)
    assert (await store.checkpoints.get("sentiment-0001")).state is CheckpointState.RETIRED
    assert await store.snapshots.clear(copy / "teaching" / "snapshots") == 2
    await store.close()
    assert [file for file, data in files(copy).items() if secret in data] == []
    assert files(original) == before
    assert not any(elsewhere.iterdir()), "what was put elsewhere on purpose goes too"


async def test_paths_are_brought_up_to_date_where_they_are_and_back(
    tmp_path: Path, sentiment: NewPrediction
) -> None:
    var = tmp_path / "var"
    await teach(var, tmp_path / "elsewhere", sentiment)
    store = await opened(var)
    kept = await store.snapshots.list(), await store.checkpoints.all()
    await store.close()
    await _migrate(url_of(var), "0009", var / "teaching")
    store = await Store.open(url_of(var), pepper=PEPPER)  # as the program of before: it knows no folder
    assert (await store.snapshots.list(), await store.checkpoints.all()) == kept
    await store.close()
    store = await opened(var)
    assert (await store.snapshots.list(), await store.checkpoints.all()) == kept
    with closing(sqlite3.connect(var / "votes.db")) as connection, connection:
        connection.execute("UPDATE checkpoints SET tainted = true")
    assert await store.checkpoints.retire_tainted() == ("sentiment-0001",)
    assert not any((var / "teaching" / "checkpoints").iterdir())
    await store.close()


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/var/teaching/snapshots/a", "snapshots/a"),
        ("/var/teaching/../mine/a", "/var/teaching/../mine/a"),
        ("/var/teaching-2/a", "/var/teaching-2/a"),
        ("/mine/a", "/mine/a"),
    ],
)
def test_what_lies_in_the_teaching_folder_is_kept_relative_to_it(path: str, kept: str) -> None:
    places = Places.of(Path("/var/teaching"))
    assert places.kept(Path(path)) == kept
    assert places.found(kept) == Path(path)
    assert Places().kept(Path(path)) == path
