from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import retention
from bot.retention import keeping_for
from bot.run import CannotStart, run
from bot.settings import Settings
from storage.store import ConsentStatus, NewPrediction, StorageError, Store
from tests.databases import with_tables

SHOWN = NewPrediction("sentiment", "좋다", None, "builtin", "positive", {}, (("positive", "negative"),))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(with_tables(tmp_path / "bot.db"), pepper=b"pepper")
    await store.set_consent(7, ConsentStatus.AGREED)
    yield store
    await store.close()


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():  # noqa: ASYNC110  # what is awaited tells nobody
            await asyncio.sleep(0.01)


async def test_what_is_too_old_is_deleted_at_the_start(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.retention")
    old = await store.add_prediction(SHOWN, chat_id=7, asker_id=7)
    await store.vote(old, 7, 0, 0, chat_id=7)
    delete, deleted = Store.delete_older_than, list[int]()

    async def watched(store: Store, moment: datetime) -> int:
        deleted.append(await delete(store, moment))
        return deleted[-1]

    monkeypatch.setattr(Store, "delete_older_than", watched)

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            assert tz is UTC
            return datetime.now(UTC) + timedelta(days=30, seconds=1)

    async with keeping_for(31, store):
        await until(lambda: deleted == [0])
    monkeypatch.setattr(retention, "datetime", Later)
    async with keeping_for(30, store):
        await until(lambda: bool(caplog.records))
    assert deleted == [0, 1]
    left = await store.own_data(7)
    assert (left.questions, left.votes) == ((), ())
    assert caplog.records[0].getMessage() == "deleted 1 questions that were older than 30 days"


async def test_it_goes_on_every_day_whatever_happens_and_ends_with_its_owner(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(retention, "_EVERY_S", 0.01)
    asked: list[datetime] = []

    async def delete(_: Store, moment: datetime) -> int:
        asked.append(moment)
        if len(asked) == 1:
            raise StorageError("the disk is full")
        return 0

    monkeypatch.setattr(Store, "delete_older_than", delete)
    before = asyncio.all_tasks()
    async with keeping_for(7, store):
        await until(lambda: len(asked) > 2)
    assert asyncio.all_tasks() == before
    assert abs(datetime.now(UTC) - timedelta(days=7) - asked[0]) < timedelta(minutes=2)
    assert ["the disk is full" in record.getMessage() for record in caplog.records] == [True]


async def test_an_error_of_its_owner_is_handed_on_as_it_is(store: Store) -> None:
    with pytest.raises(CannotStart, match="no model"):
        async with keeping_for(7, store):
            raise CannotStart("no model")


async def test_without_a_number_only_what_deleting_left_behind_goes_every_day(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_EVERY_S", 0.01)
    times = 0

    async def erase(_: Store) -> None:
        nonlocal times
        times += 1

    monkeypatch.setattr(Store, "erase_folders", erase)
    old = await store.add_prediction(SHOWN, chat_id=7, asker_id=7)
    before = asyncio.all_tasks()
    async with keeping_for(None, store):
        await until(lambda: times > 2)
    assert asyncio.all_tasks() == before
    [kept] = (await store.own_data(7)).questions
    assert kept.prediction_id == old


def test_the_setting_reaches_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    given: list[int | None] = []

    def build(days: int | None, _store: Store) -> None:
        given.append(days)
        raise CannotStart("seen enough")

    monkeypatch.setattr("bot.run.keeping_for", build)
    assert run(Settings(retention_days=9)) == 1
    assert given == [9]


async def test_traces_that_a_reader_kept_are_erased_again_and_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_TRACES_EVERY_S", 0.01)
    asked = list[Store]()

    async def erase(its: Store) -> None:
        asked.append(its)

    monkeypatch.setattr(Store, "erase_traces", erase)
    before = asyncio.all_tasks()
    async with keeping_for(None, store):
        await until(lambda: len(asked) > 2)
    assert asyncio.all_tasks() == before
