"""A data set is begun, and is whole or is not there; a deletion meanwhile is always noticed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from storage.snapshot_files import draft
from storage.snapshots import Member, Overtaken, StoredSnapshot
from storage.store import NewPrediction, Store
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, Sql, agree

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
on_sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
ADA = 1010101010
MANIFEST = {"rows": {"train": 1}}


async def written(
    store: Store, folder: Path, new: NewPrediction, sql: Sql, *, asker: int = ASKER
) -> tuple[StoredSnapshot, list[Member]]:
    """Ask, begin a data set of the text, and write its folder."""
    prediction = await store.add_prediction(new, chat_id=CHAT, asker_id=asker)
    [(item,)] = await sql(f"SELECT input_id FROM predictions WHERE id = {prediction}")
    begun = await store.snapshots.begin(new.task, folder)
    draft(begun.path).mkdir(parents=True)
    (draft(begun.path) / "train.jsonl").write_text(new.text_a)
    return begun, [Member(int(item), 0, "train", "positive")]


@every_kind
async def test_a_data_set_is_whole_when_it_is_finished(
    store: Store, sentiment: NewPrediction, sql: Sql, tmp_path: Path
) -> None:
    begun, members = await written(store, tmp_path, sentiment, sql)
    assert (begun.name, begun.state) == ("sentiment-0001", "drawing")
    assert await store.snapshots.newest("sentiment") is None
    done = await store.snapshots.finish(begun, members, manifest=MANIFEST, manifest_hash="abc")
    assert (done.state, done.manifest, done.manifest_hash) == ("whole", MANIFEST, "abc")
    assert await store.snapshots.newest("sentiment") == done
    assert await store.snapshots.get("sentiment-0001") == done
    assert await store.snapshots.members(done.id) == tuple(members)
    assert await store.snapshots.newest("nli") is None
    assert (await store.snapshots.begin("sentiment", tmp_path)).name == "sentiment-0002"
    assert (await store.snapshots.begin("nli", tmp_path)).name == "nli-0001"
    assert [each.name for each in await store.snapshots.list("sentiment")] == [
        "sentiment-0001",
        "sentiment-0002",
    ]
    assert len(await store.snapshots.list()) == 3


@every_kind
async def test_what_is_deleted_while_it_is_drawn_keeps_it_from_becoming_whole(
    store: Store, sentiment: NewPrediction, sql: Sql, tmp_path: Path
) -> None:
    await agree(store, ADA)
    begun, members = await written(store, tmp_path, sentiment, sql, asker=ADA)
    await store.forget(ADA)
    with pytest.raises(Overtaken, match="a text was deleted while sentiment-0001 was drawn"):
        await store.snapshots.finish(begun, members, manifest=MANIFEST, manifest_hash="abc")
    assert not draft(begun.path).exists(), "what was written so far went at once"
    assert await sql("SELECT state FROM dataset_snapshots") == [("stale",)]


@on_sqlite
async def test_who_forgets_nothing_that_can_be_in_it_disturbs_nobody(
    store: Store, sentiment: NewPrediction, sql: Sql, tmp_path: Path
) -> None:
    await agree(store, ADA)
    begun, members = await written(store, tmp_path, sentiment, sql)
    await store.forget(ADA)  # asked nothing
    assert (
        await store.snapshots.finish(begun, members, manifest=MANIFEST, manifest_hash="a")
    ).state == "whole"


@every_kind
async def test_what_was_begun_and_not_finished_is_cleared(
    store: Store, sentiment: NewPrediction, sql: Sql, tmp_path: Path
) -> None:
    begun, members = await written(store, tmp_path / "ours", sentiment, sql)
    done = await store.snapshots.finish(begun, members, manifest=MANIFEST, manifest_hash="abc")
    draft(done.path).rename(done.path)
    left, _ = await written(store, tmp_path / "ours", dataclasses.replace(sentiment, text_a="둘"), sql)
    renamed, _ = await written(store, tmp_path / "ours", dataclasses.replace(sentiment, text_a="셋"), sql)
    draft(renamed.path).rename(renamed.path)  # killed between the name and the row
    elsewhere, _ = await written(store, tmp_path / "other", dataclasses.replace(sentiment, text_a="넷"), sql)
    assert await store.snapshots.clear(tmp_path / "ours") == 2
    assert {each.name for each in await store.snapshots.list()} == {done.name, elsewhere.name}
    assert [path.name for path in (tmp_path / "ours").iterdir()] == [done.name]
    assert draft(elsewhere.path).exists()
    assert await store.snapshots.clear(tmp_path / "ours") == 0
    assert (await store.snapshots.begin("sentiment", tmp_path / "ours")).name != left.name
