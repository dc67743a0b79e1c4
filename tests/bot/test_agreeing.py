"""What the voters agree on is found out when it may have changed, and nobody waits for it for ever."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from bot import agreeing
from bot.agreeing import Agreeing
from storage.agreed import ImportedText
from storage.checkpoint_values import NewCheckpoint
from storage.outlook import Outlook
from storage.store import ConsentStatus, NewPrediction, Store
from tests.databases import with_tables

VOTER, SOMEBODY = 5, 77
OUTLOOK = Outlook({"train": {"positive": 1}, "dev": {}, "heldout": {}, "gold": {}}, 2, 1, 40)
SAID = json.dumps({"sentiment": asdict(OUTLOOK)})


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(with_tables(tmp_path / "bot.db"), pepper=b"pepper")
    yield opened
    await opened.close()


async def vote(store: Store) -> None:
    """Let one person vote on what they asked; there is no gold."""
    await store.set_consent(VOTER, ConsentStatus.AGREED)
    asked = await store.add_prediction(
        NewPrediction(
            task="sentiment",
            text_a="이 라면 미쳤다",
            text_b=None,
            model="builtin",
            label="negative",
            probabilities={"negative": 0.6, "positive": 0.4},
            options=(("negative", "positive"),),
        ),
        chat_id=VOTER,
        asker_id=VOTER,
    )
    await store.vote(asked, VOTER, 0, 1, chat_id=VOTER)


def python(code: str) -> Callable[..., tuple[str, ...]]:
    """Stand in for a command of the program."""
    return lambda *arguments: (sys.executable, "-c", code, *arguments)


def noting(file: Path) -> Callable[..., tuple[str, ...]]:
    """Stand in for the command that agrees: it notes what it was asked for."""
    code = f"import sys; open({str(file)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n'); print({SAID!r})"
    return python(code)


def noted(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110  # another process makes it true
            await asyncio.sleep(0.05)


async def test_agreement_is_read_from_the_command_and_remembered(store: Store) -> None:
    command = python('print(\'[{"task": "sentiment", "alpha": 0.5}, {"task": "nli", "alpha": null}]\')')
    own = Agreeing(store, command=command)
    assert await own.agreement() == {"sentiment": 0.5, "nli": None}
    broken = Agreeing(store, command=python("print('oh')"))
    assert await broken.agreement() == {}


async def test_labels_are_agreed_on_after_a_vote_and_not_without(store: Store, tmp_path: Path) -> None:
    done = tmp_path / "agreed"
    async with Agreeing(store, every=0.05, command=noting(done)).running():
        await asyncio.sleep(0.4)
        assert not noted(done)
        await vote(store)
        await until(lambda: bool(noted(done)))
        await asyncio.sleep(0.6)
    assert noted(done) == ["feedback agree --json"]


async def test_labels_are_agreed_on_when_asked_to_if_there_are_new_votes(
    store: Store, tmp_path: Path
) -> None:
    done = tmp_path / "agreed"
    own = Agreeing(store, every=0, command=noting(done))
    assert await own.agree()
    assert not noted(done)
    assert own.outlook("sentiment") is None
    await vote(store)
    assert all(await asyncio.gather(own.agree(), own.agree()))
    assert noted(done) == ["feedback agree --json"]
    assert own.outlook("sentiment") == OUTLOOK
    assert own.outlook("nli") is None
    assert not await Agreeing(store, every=0, command=python("print('oh')")).agree()


async def test_labels_are_agreed_on_anew_after_imports_and_withdrawn_consent_without_a_new_vote(
    store: Store, tmp_path: Path
) -> None:
    done = tmp_path / "agreed"
    own = Agreeing(store, every=0, command=noting(done))

    async def times() -> int:
        assert await own.agree()
        assert await own.agree()
        return len(noted(done))

    gold = [ImportedText("sentiment", f"정답 {number}", None, 0, "positive", gold=True) for number in (1, 2)]
    await store.set_consent(SOMEBODY, ConsentStatus.DECLINED)
    assert await times() == 0, "there is neither a vote nor a label"
    await store.imports.add_texts(gold[:1])
    assert await times() == 1
    await vote(store)
    assert await times() == 2
    await store.imports.add_texts(gold)
    assert await times() == 3
    await store.set_consent(SOMEBODY + 1, ConsentStatus.AGREED)
    assert await times() == 3
    await store.set_consent(SOMEBODY + 1, ConsentStatus.DECLINED)
    assert await times() == 4
    await store.set_consent(SOMEBODY, ConsentStatus.AGREED)
    await store.set_consent(SOMEBODY + 2, ConsentStatus.DECLINED)
    assert await times() == 5, "as many have withdrawn, but not the same"
    await store.imports.add_texts([ImportedText("sentiment", "배울 글", None, 0, "positive")])
    assert await times() == 6
    corrected = [ImportedText("sentiment", "배울 글", None, 0, "negative")]
    await store.imports.add_texts(corrected)
    assert await times() == 6, "the one that was imported first stays"
    await store.imports.add_texts(corrected, replace=True)
    assert await times() == 7


async def test_what_the_gate_would_count_is_found_out_anew_when_another_model_answers(
    store: Store, tmp_path: Path
) -> None:
    """It may have learnt from texts that are gold."""
    done = tmp_path / "agreed"
    own = Agreeing(store, every=0, command=noting(done))
    await vote(store)
    for times in (1, 1):
        assert await own.agree()
        assert len(noted(done)) == times
    await store.checkpoints.add(NewCheckpoint("sentiment", "a", "/nowhere", "v", "builtin"))
    await store.checkpoints.promote(
        "sentiment", "a", actor="x", reason="y", seen=None, preset="builtin", force=True
    )
    for times in (2, 2):
        assert await own.agree()
        assert len(noted(done)) == times


async def test_labels_are_agreed_on_anew_when_it_failed_and_when_somebody_is_forgotten(
    store: Store, tmp_path: Path
) -> None:
    done = tmp_path / "agreed"
    code = f"""
import pathlib, sys
done = pathlib.Path({str(done)!r})
tries = done.read_text() if done.exists() else ""
done.write_text(tries + ("failed\\n" if not tries else "agreed\\n"))
print("{{}}")
sys.exit(not tries)
"""
    await vote(store)
    async with Agreeing(store, every=0.05, command=python(code)).running():
        await until(lambda: noted(done) == ["failed", "agreed"])
        with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
            connection.execute("DELETE FROM vote_events WHERE id = 1")
        await until(lambda: noted(done) == ["failed", "agreed", "agreed"])


def held(tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    """Stand in for the command that agrees: it ends once a file ``go`` is there."""
    code = f"""
import pathlib, time
folder = pathlib.Path({str(tmp_path)!r})
open(folder / "begun", "a").write("begun\\n")
while not (folder / "go").exists():
    time.sleep(0.01)
open(folder / "agreed", "a").write("agreed\\n")
print("{{}}")
"""
    return python(code)


@pytest.mark.parametrize("every", [0, 0.05])
async def test_who_asks_stops_waiting_and_what_is_found_out_goes_on(
    store: Store,
    tmp_path: Path,
    every: float,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whether it was begun because of them or by itself."""
    monkeypatch.setattr(agreeing, "PATIENCE_S", 0.5)
    await vote(store)
    own = Agreeing(store, every=every, command=held(tmp_path))
    async with own.running():
        if every:
            await until(lambda: bool(noted(tmp_path / "begun")))
        with caplog.at_level(logging.WARNING, "bot.agreeing"):
            assert not await own.agree()
        assert "not known after" in caplog.text
        await asyncio.to_thread((tmp_path / "go").touch)
        await until(lambda: bool(noted(tmp_path / "agreed")))
        monkeypatch.setattr(agreeing, "PATIENCE_S", 60.0)
        assert await own.agree()
    assert noted(tmp_path / "begun") == ["begun"], "nothing was stopped and begun anew"


async def test_who_waits_is_answered_when_the_bot_stops(store: Store, tmp_path: Path) -> None:
    await vote(store)
    own = Agreeing(store, every=0, command=held(tmp_path))
    async with own.running():
        asking = asyncio.create_task(own.agree())
        await until(lambda: bool(noted(tmp_path / "begun")))
    async with asyncio.timeout(20):
        assert not await asking
        assert not await own.agree()
    assert noted(tmp_path / "begun") == ["begun"]
    assert not noted(tmp_path / "agreed")
