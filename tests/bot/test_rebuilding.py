"""Only a bot whose teaching folder is the database's makes a champion anew, or retires it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot import teaching
from bot.rebuilding import see_to
from bot.teaching import Teaching
from bot.troubles import Kind
from models.results import Task
from storage.checkpoint_values import NewCheckpoint, TrainedCheckpoint
from storage.store import Store
from storage.teaching_folder import MARK
from tests.databases import with_tables


@pytest.fixture
async def bots(tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """The stores of a bot with the database's teaching folder and of one with another."""
    url = with_tables(tmp_path / "bot.db")
    right = await Store.open(url, pepper=b"pepper", teaching=tmp_path / "right")
    wrong = await Store.open(url, pepper=b"pepper", teaching=tmp_path / "wrong")
    await right.teaching.claim()
    yield right, wrong
    await right.close()
    await wrong.close()


async def marked(store: Store, tmp_path: Path) -> TrainedCheckpoint:
    """A champion that learnt from a text that was deleted since."""
    path = str(tmp_path / "right" / "checkpoints" / "sentiment-0001")
    await store.checkpoints.add(NewCheckpoint("sentiment", "sentiment-0001", path, "v", "builtin"))
    await store.checkpoints.promote(
        "sentiment", "sentiment-0001", actor="x", reason="y", seen=None, preset="builtin", force=True
    )
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
        connection.execute("UPDATE checkpoints SET tainted = true")
    champion = (await store.checkpoints.standing("sentiment")).champion
    assert champion is not None
    return champion


async def test_a_bot_with_another_teaching_folder_neither_asks_for_a_rebuild_nor_retires_the_champion(
    bots: tuple[Store, Store], tmp_path: Path
) -> None:
    right, wrong = bots
    champion = await marked(right, tmp_path)
    assert await see_to(wrong, Task.SENTIMENT, champion) == (champion, None)
    assert await right.runs.unfinished() == ()
    (tmp_path / "wrong" / MARK).mkdir(parents=True)  # whose it is cannot be read
    assert await see_to(wrong, Task.SENTIMENT, champion) == (champion, None)
    assert await right.runs.unfinished() == ()
    await see_to(right, Task.SENTIMENT, champion)
    [asked] = await right.runs.unfinished()
    await right.runs.cancel(asked.id)
    assert await see_to(wrong, Task.SENTIMENT, champion) == (champion, None)
    now, trouble = await see_to(right, Task.SENTIMENT, champion)
    assert now is None
    assert trouble is not None
    assert trouble.kind is Kind.GIVEN_UP


async def test_a_bot_with_another_teaching_folder_leaves_a_rebuild_and_says_so_in_its_log(
    bots: tuple[Store, Store],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(teaching, "_PAUSE_S", 0.0)
    right, wrong = bots
    await see_to(right, Task.SENTIMENT, await marked(right, tmp_path))
    begun = tmp_path / "begun"

    def command(*_: str) -> tuple[str, ...]:
        return sys.executable, "-c", f"open({str(begun)!r}, 'w').close()"

    waiting = Teaching(wrong, command=command)
    for _ in range(3):
        await waiting._train()
    assert not begun.exists()
    [line] = [each for each in caplog.messages if each.startswith("training 1 ")]  # not one at each look
    assert line.startswith(f"training 1 of sentiment waits: {tmp_path / 'wrong'} is not the teaching folder")
    await Teaching(right, command=command)._train()
    assert begun.exists()
