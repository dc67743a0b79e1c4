from __future__ import annotations

import asyncio
import gc
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.errors import DatabaseFailed, StorageError
from storage.runs import READER, LostRun, RunState, UnknownRun
from storage.store import Store
from training.retraining import ledger as ledgers
from training.retraining.command import _work
from training.retraining.ledger import Ledger
from training.retraining.place import TeachingPlace
from training.textfiles import DataError


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"

    async def make() -> None:
        await (await Store.open(url, pepper=b"a secret")).close()

    asyncio.run(make())
    monkeypatch.setattr(ledgers, "WAITS", (0.0, 0.0, 0.0))
    with Ledger(TeachingPlace(url, b"a secret", tmp_path, "builtin", None)) as opened:
        yield opened


def test_a_database_that_is_locked_for_a_while_is_asked_again(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            other.execute("COMMIT")
            other.close()

    monkeypatch.setattr("training.retraining.ledger.time.sleep", sleep)

    async def ask(store: Store) -> int:
        async with store.runs._database.read() as connection:  # not to wait half a minute
            await connection.exec_driver_sql("PRAGMA busy_timeout = 1")
            await connection.exec_driver_sql("ROLLBACK")
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        return (await store.runs.ask("sentiment", actor="x")).run.id

    assert ledger.call(ask) == 1
    assert len(slept) == 2


def test_what_can_never_be_done_is_not_tried_again_and_a_database_that_stays_broken_is_told(
    ledger: Ledger,
) -> None:
    with pytest.raises(UnknownRun):
        ledger.call(lambda store: store.runs.get(77))
    tries = 0

    async def failing(_: Store) -> None:
        nonlocal tries
        tries += 1
        raise (DatabaseFailed if tries < 9 else StorageError)("the disk is full")

    with pytest.raises(DatabaseFailed, match="the disk is full"):
        ledger.call(failing)
    assert tries == 4
    tries = 8
    with pytest.raises(StorageError, match="the disk is full"):
        ledger.call(failing)
    assert tries == 9


def test_what_is_to_be_kept_is_written_after_a_beat_that_began_before_it_and_until_it_is(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "BEAT", 3600.0)  # but for those made here
    run = ledger.call(lambda store: store.runs.ask("sentiment", actor="x")).run
    ledger.claim(run.id)
    began, go = asyncio.Event(), asyncio.Event()
    written: list[object] = []
    failures: list[Exception] = []

    async def beat(_runs: object, _run: int, _worker: str, progress: object) -> bool:
        if progress == {"phase": "snapshot"}:
            began.set()
            await go.wait()
        if failures:
            raise failures.pop()
        written.append(progress)
        return False

    async def both(store: Store) -> None:
        ledger.tell(phase="snapshot")
        before = asyncio.create_task(ledger._beat(store))
        await began.wait()
        ledger.tell(snapshot="sentiment-0007")
        after = asyncio.create_task(ledger._beat(store))
        for _ in range(5):
            await asyncio.sleep(0)
        go.set()
        await asyncio.gather(before, after)

    monkeypatch.setattr(type(ledger.store.runs), "beat", beat)
    ledger.call(both)
    kept = {"phase": "snapshot", "snapshot": "sentiment-0007"}
    assert written == [{"phase": "snapshot"}, kept]
    failures.append(DatabaseFailed("the database is locked"))
    ledger.keep(phase="training")
    ledger.call(ledger._beat)
    assert (failures, written[2:]) == ([], [{**kept, "phase": "training"}, None])


def test_an_end_that_was_written_and_not_heard_of_is_an_end(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acknowledgement of the commit is lost, as when the connection breaks right after it."""
    run = ledger.call(lambda store: store.runs.ask("sentiment", actor="x")).run
    ledger.claim(run.id)
    runs, heard = type(ledger.store.runs), [False, True]
    finishes = runs.finish

    async def unheard(*its: object, **how: object) -> None:
        await finishes(*its, **how)  # type: ignore[arg-type]  # passed on
        if not heard.pop(0):
            raise DatabaseFailed("the connection was closed")

    monkeypatch.setattr(runs, "finish", unheard)
    ledger.finish(RunState.DONE)
    assert ledger.call(lambda store: store.runs.get(run.id)).state is RunState.DONE
    with pytest.raises(LostRun):
        ledger.finish(RunState.FAILED)


def test_who_loses_a_training_to_another_process_is_told_where_to_look(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ledger.call(lambda store: store.runs.ask("sentiment", actor="x")).run

    def overtaken(_: object) -> None:
        ledger.lost = True
        raise KeyboardInterrupt

    monkeypatch.setattr("training.retraining.work.Retraining.go", overtaken)
    place = TeachingPlace("", b"", tmp_path, "builtin", None)
    with pytest.raises(DataError, match=r"taken over by another process: /train in the chat .*models list"):
        _work(ledger, place, run.id, "sentiment", "cpu", read=True)


def test_who_reads_the_end_is_known_from_the_claim_on(ledger: Ledger) -> None:
    """Stopped before the first beat, the same command must not begin another training."""
    run = ledger.call(lambda store: store.runs.ask("sentiment", actor="x")).run

    ledger.claim(run.id, read=True)

    assert ledger.call(lambda store: store.runs.get(run.id)).progress == {READER: ledger.worker}


def test_what_an_interruption_left_in_the_middle_is_ended_before_the_database_is_closed(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    ended: list[bool] = []

    async def endless(store: Store) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(await store.language(1) is None)

    with Ledger(ledger._place) as other:
        interrupting = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        interrupting.start()
        with pytest.raises(KeyboardInterrupt):
            other.call(endless)
        interrupting.join()
    gc.collect()
    assert ended == [True]
    assert "pending" not in caplog.text
