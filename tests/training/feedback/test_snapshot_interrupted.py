"""A kill or a deletion at any moment leaves a whole data set or none."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from storage.snapshot_files import draft
from storage.snapshots import Snapshots
from storage.store import ConsentStatus, StorageError, Store
from tests.training.feedback.voters import left_in, question, texts, vote_on
from training.feedback.locks import held
from training.feedback.snapshot import newest_snapshot, take_snapshot
from training.feedback.snapshot_folder import write_folder

pytest.importorskip("pyarrow")
pytest.importorskip("crowdkit")


class Killed(BaseException):
    """Ends the drawing as a kill would: nothing of ours tidies up after it."""


STEPS = (
    "storage.snapshots.Snapshots.begin",
    "storage.consensus.ConsensusStore.labelled",
    "training.feedback.snapshot.draw",
    "training.feedback.snapshot.write_folder",
    "training.feedback.snapshot_folder.write_parquet",
    "training.feedback.snapshot_folder.card",
    "training.feedback.snapshot_folder.sync",
    "training.feedback.snapshot.sync",
    "storage.snapshots.Snapshots.finish",
)


@pytest.mark.parametrize("step", STEPS)
async def test_a_kill_at_any_step_leaves_nothing_that_the_next_does_not_clear(
    store: Store, folder: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await vote_on(store, texts(12))

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(step, killed)
        with pytest.raises(Killed):
            await take_snapshot(store, "sentiment", folder)
    assert await newest_snapshot(store, "sentiment") is None
    taken = await take_snapshot(store, "sentiment", folder)
    assert left_in(folder) == {"sentiment-0001"} == {taken.name}
    assert [each.state for each in await store.snapshots.list()] == ["whole"]


async def test_a_text_that_is_deleted_while_it_is_drawn_is_not_in_the_data_set(
    store: Store, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "누구에게도 말하지 않은 비밀 이야기"
    await vote_on(store, texts(12))
    await vote_on(store, [secret], asker=4)
    times: list[int] = []

    def slow(*arguments: object) -> object:
        written = write_folder(*arguments)  # type: ignore[arg-type] # passed on
        if not times:
            asyncio.run_coroutine_threadsafe(store.forget(4), loop).result()
        times.append(1)
        return written

    loop = asyncio.get_running_loop()
    monkeypatch.setattr("training.feedback.snapshot.write_folder", slow)
    taken = await take_snapshot(store, "sentiment", folder)
    assert len(times) == 2, "it was drawn anew"
    assert sum(taken.manifest["rows"].values()) == 12
    assert left_in(folder) == {taken.name}
    needles = (secret.encode(), json.dumps(secret).encode())
    for file in tmp_path.rglob("*"):  # noqa: ASYNC240
        if file.is_file():
            assert not any(needle in file.read_bytes() for needle in needles), file


async def test_who_deletes_all_the_while_gets_one_line(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await vote_on(store, texts(12))
    loop = asyncio.get_running_loop()

    async def ask_and_forget() -> None:
        await store.add_prediction(question("지울 글"), chat_id=4, asker_id=4)
        await store.forget(4)
        await store.set_consent(4, ConsentStatus.AGREED)

    def slow(*arguments: object) -> object:
        written = write_folder(*arguments)  # type: ignore[arg-type] # passed on
        asyncio.run_coroutine_threadsafe(ask_and_forget(), loop).result()
        return written

    monkeypatch.setattr("training.feedback.snapshot.write_folder", slow)
    with pytest.raises(StorageError, match="texts were deleted all the while"):
        await take_snapshot(store, "sentiment", folder)
    assert left_in(folder) == set()


async def test_a_whole_data_set_goes_with_a_text_in_it(store: Store, folder: Path) -> None:
    await vote_on(store, texts(12))
    kept = await take_snapshot(store, "sentiment", folder)
    await vote_on(store, ["비밀 이야기를 적었습니다"], asker=4)
    gone = await take_snapshot(store, "sentiment", folder)
    await store.forget(4)
    assert left_in(folder) == {kept.name}
    assert {each.name: each.state for each in await store.snapshots.list()} == {
        kept.name: "whole",
        gone.name: "stale",
    }
    assert await newest_snapshot(store, "sentiment") == kept
    assert (await take_snapshot(store, "sentiment", folder)).name == "sentiment-0003", "no name comes again"


async def test_two_who_draw_at_once_take_turns(store: Store, folder: Path) -> None:
    await vote_on(store, texts(12))
    both = await asyncio.gather(*(take_snapshot(store, "sentiment", folder) for _ in range(2)))
    assert {each.name for each in both} == {"sentiment-0001", "sentiment-0002"} == left_in(folder)
    assert not draft(both[0].path).exists()


async def test_who_finds_another_one_drawing_touches_nothing_until_it_ends(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await vote_on(store, texts(12))
    begun, clear = asyncio.Event(), Snapshots.clear

    async def noted(snapshots: Snapshots, path: Path) -> int:
        begun.set()
        return await clear(snapshots, path)

    monkeypatch.setattr(Snapshots, "clear", noted)
    folder.mkdir()  # noqa: ASYNC240
    async with asyncio.TaskGroup() as group, held(folder / ".lock"):
        taking = group.create_task(take_snapshot(store, "sentiment", folder))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(begun.wait(), timeout=1)
    assert taking.result().state == "whole"
