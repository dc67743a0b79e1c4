"""A data set is a folder that tells all of itself, and the same votes give the same one."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from storage.agreed import ImportedText
from storage.runs import Failure
from storage.store import Store
from tests.databases import with_tables
from tests.training.feedback.voters import CHAT, left_in, open_store, question, texts, vote_on
from training.feedback.drawing import SnapshotRow
from training.feedback.parts import PARTS
from training.feedback.snapshot import newest_snapshot, read_snapshot, take_snapshot
from training.gate.rules import Teachers
from training.retraining.material import teachers_of
from training.textfiles import DataError

parquet = pytest.importorskip("pyarrow.parquet")
yaml = pytest.importorskip("yaml")
pytest.importorskip("crowdkit")
FILES = {"README.md", "manifest.json", *(f"{part}.{kind}" for part in PARTS for kind in ("jsonl", "parquet"))}


async def test_a_data_set_is_a_folder_of_files_that_its_manifest_hashes(store: Store, folder: Path) -> None:
    await vote_on(store, texts(40))
    await store.imports.add_texts([ImportedText("sentiment", texts(40)[0], None, 0, "negative", gold=True)])
    taken = await take_snapshot(store, "sentiment", folder)
    assert taken.path == folder / "sentiment-0001"
    assert left_in(folder) == {"sentiment-0001"}
    assert {file.name for file in taken.path.iterdir()} == FILES
    manifest = json.loads((taken.path / "manifest.json").read_text("utf-8"))
    assert manifest == taken.manifest
    assert taken.manifest_hash == hashlib.sha256((taken.path / "manifest.json").read_bytes()).hexdigest()
    assert manifest["files"] == {
        name: hashlib.sha256((taken.path / name).read_bytes()).hexdigest()
        for name in FILES - {"manifest.json"}
    }
    rows = read_snapshot(taken.path)
    assert {part: len(its) for part, its in rows.items()} == manifest["rows"]
    assert [row.label for row in rows["gold"]] == ["negative"]
    members = await store.snapshots.members(taken.id)
    assert len(members) == sum(manifest["rows"].values()) == 40
    assert sorted(member.split for member in members) == sorted(part for part in rows for _ in rows[part])
    assert await newest_snapshot(store, "sentiment") == taken


async def test_parquet_and_json_lines_hold_the_same_and_an_empty_part_has_columns(
    store: Store, folder: Path
) -> None:
    await vote_on(store, texts(12))
    taken = await take_snapshot(store, "sentiment", folder)
    for part in PARTS:
        lines = (taken.path / f"{part}.jsonl").read_text("utf-8").splitlines()
        table = parquet.read_table(taken.path / f"{part}.parquet")
        assert table.to_pylist() == [json.loads(line) for line in lines]
        assert table.column_names == list(SnapshotRow.__dataclass_fields__)


async def test_the_card_names_each_part_for_hugging_face(store: Store, folder: Path) -> None:
    await vote_on(store, texts(12))
    taken = await take_snapshot(store, "sentiment", folder)
    head = (taken.path / "README.md").read_text("utf-8").split("---\n")[1]
    [config] = yaml.safe_load(head)["configs"]
    assert taken.manifest["rows"]["gold"] == 0, "the library refuses a part of no rows"
    assert {each["split"]: each["path"] for each in config["data_files"]} == {
        part: f"{part}.parquet" for part in PARTS if taken.manifest["rows"][part]
    }


async def test_the_same_votes_give_the_same_hash_in_any_database(tmp_path: Path, folder: Path) -> None:
    hashes = []
    for number in range(2):
        order = texts(30)
        random.Random(number).shuffle(order)
        store = await open_store(with_tables(tmp_path / f"{number}.db"), people=3)
        for text in order:  # others are asked first, so that ids differ
            prediction = await store.add_prediction(question(text), chat_id=CHAT, asker_id=1)
            for person in (1, 2, 3):
                await store.vote(prediction, person, 0, len(text) % 2, chat_id=CHAT)
        hashes += [
            (await take_snapshot(store, "sentiment", folder / str(number))).manifest_hash for _ in "ab"
        ]
        await store.close()
    assert len(set(hashes)) == 1
    assert left_in(folder / "0") == {"sentiment-0001", "sentiment-0002"}


async def test_who_votes_after_it_was_drawn_taught_none_of_it(url: str, folder: Path) -> None:
    store = await open_store(url, people=8)
    asked = [await store.add_prediction(question(each), chat_id=CHAT, asker_id=1) for each in texts(30)]

    async def vote(*people: int) -> None:
        for number, prediction in enumerate(asked):
            for person in people:
                await store.vote(prediction, person, 0, number % 2, chat_id=CHAT)

    await vote(1, 2, 3)
    taken = await take_snapshot(store, "sentiment", folder)
    await vote(4, 5, 6, 7, 8)
    assert await teachers_of(store, taken) == Teachers(3, 1 / 3)
    unkept = replace(taken, manifest={"rows": taken.manifest["rows"]})
    assert await teachers_of(store, unkept) == Teachers(8, 1 / 8), "an older version kept none"
    await store.close()


async def test_another_vote_or_another_setting_gives_another_hash(store: Store, folder: Path) -> None:
    await vote_on(store, texts(12))
    first = await take_snapshot(store, "sentiment", folder)
    other = await take_snapshot(store, "sentiment", folder, min_confidence=0.5)
    await vote_on(store, ["하나 더 묻습니다"])
    assert (
        len(
            {
                first.manifest_hash,
                other.manifest_hash,
                (await take_snapshot(store, "sentiment", folder)).manifest_hash,
            }
        )
        == 3
    )


async def test_a_text_stays_in_its_part_from_one_data_set_to_the_next(store: Store, folder: Path) -> None:
    await vote_on(store, texts(40))
    before = read_snapshot((await take_snapshot(store, "sentiment", folder)).path)
    await vote_on(store, texts(40, "연극"))
    after = read_snapshot((await take_snapshot(store, "sentiment", folder)).path)
    for part in PARTS:
        assert {row.id for row in before[part]} <= {row.id for row in after[part]}


async def test_an_empty_database_says_so_kindly(store: Store, folder: Path) -> None:
    with pytest.raises(
        DataError, match="nobody has voted on sentiment yet, so there is nothing to draw"
    ) as none:
        await take_snapshot(store, "sentiment", folder)
    await vote_on(store, texts(3))
    with pytest.raises(
        DataError, match="nothing of sentiment can be learnt from: 3 less sure than 1"
    ) as unsure:
        await take_snapshot(store, "sentiment", folder, min_confidence=1.0)
    assert (none.value.failure, unsure.value.failure) == (Failure.NO_VOTES, Failure.NOTHING_TO_LEARN)
    assert left_in(folder) == set()
    assert await store.snapshots.list() == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: (path / "train.jsonl").write_text("{}"), "train.jsonl: it was changed since"),
        (lambda path: (path / "dev.parquet").unlink(), "dev.parquet: No such file"),
        (lambda path: (path / "manifest.json").write_text("{"), "manifest.json: not a data set's"),
        (lambda path: (path / "manifest.json").unlink(), "no data set: No such file"),
        (lambda path: (path / "manifest.json").write_text('{"format": 99}'), "written by another version"),
    ],
)
async def test_a_folder_that_was_meddled_with_is_refused(
    store: Store, folder: Path, change: object, message: str
) -> None:
    await vote_on(store, texts(12))
    taken = await take_snapshot(store, "sentiment", folder)
    change(taken.path)  # type: ignore[operator] # called with the folder
    with pytest.raises(DataError, match=message):
        read_snapshot(taken.path)
    if "manifest" not in message and "version" not in message and "no data set" not in message:
        with pytest.raises(DataError, match=message):
            await newest_snapshot(store, "sentiment")


async def test_a_folder_that_cannot_be_written_is_one_line(store: Store, tmp_path: Path) -> None:
    await vote_on(store, texts(3))
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="file"):
        await take_snapshot(store, "sentiment", tmp_path / "file" / "snapshots")


async def test_the_folder_is_for_its_owner_alone(store: Store, folder: Path) -> None:
    await vote_on(store, texts(3))
    taken = await take_snapshot(store, "sentiment", folder)
    assert [each.stat().st_mode & 0o077 for each in (folder, taken.path)] == [0, 0]
