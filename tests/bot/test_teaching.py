from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden

from bot import teaching
from bot.children import own_command, run_child
from bot.teaching import Teaching
from handlers.replies.texts import EN, KO
from storage.runs import Run, RunState
from storage.store import Store
from tests.databases import with_tables
from tests.training.retraining_world import PEPPER, tiny_catalog_file, vote

ROOT = Path(__file__).parents[2]
ADMIN, MESSAGE = 4242, 77


@dataclass
class Chat:
    """Records what the bot shows in its admin's chat."""

    shown: list[str] = field(default_factory=list)
    keyboards: list[object] = field(default_factory=list)
    places: set[tuple[int, int]] = field(default_factory=set)
    error: Exception | None = None

    async def edit_message_text(
        self, text: str, chat_id: int, message_id: int, *, reply_markup: object, parse_mode: str
    ) -> None:
        assert parse_mode == "HTML"
        if self.error is not None:
            raise self.error
        self.shown.append(text)
        self.keyboards.append(reply_markup)
        self.places.add((chat_id, message_id))


@pytest.fixture
def chat() -> Bot:
    return cast("Bot", Chat())


def seen(chat: Bot) -> Chat:
    return cast("Chat", chat)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teaching, "LOOK_S", 0.05)
    monkeypatch.setattr(teaching, "EDIT_S", 0.05)
    monkeypatch.setattr(teaching, "_PAUSE_S", 0.01)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(with_tables(tmp_path / "bot.db"), pepper=PEPPER.encode())
    yield opened
    await opened.close()


async def asked(store: Store) -> Run:
    run = (await store.runs.ask("sentiment", actor=ADMIN)).run
    await store.runs.show(run.id, ADMIN, MESSAGE, language="en")
    return run


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 90) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110  # another process makes it true
            await asyncio.sleep(0.05)


def python(code: str) -> Callable[..., tuple[str, ...]]:
    """Stand in for a command of the program."""
    return lambda *arguments: (sys.executable, "-c", code, *arguments)


async def test_a_child_that_is_not_waited_for_is_interrupted_and_then_killed() -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(60)"
    running = asyncio.create_task(run_child((sys.executable, "-c", stubborn), patience=0.2))
    await asyncio.sleep(0.5)
    running.cancel()
    ended, _ = await asyncio.wait([running], timeout=20)
    assert ended == {running}


async def test_the_last_thing_that_a_child_said_is_kept_whatever_it_drew() -> None:
    said = "import sys; sys.stderr.write('50 %\\r' * 20_000 + '\\nkobert-bot: no room\\n'); sys.exit(3)"
    ended = await run_child((sys.executable, "-c", said))
    assert (ended.code, ended.said) == (3, "kobert-bot: no room")


async def test_a_training_that_fails_again_and_again_is_given_up_and_its_end_told(
    store: Store, chat: Bot
) -> None:
    run = await asked(store)
    command = python("import sys; sys.exit('kobert-bot: no <room>')")
    async with Teaching(store, [ADMIN], command=command).running(chat):
        await until(lambda: _has(store, run, RunState.FAILED))
        await until(lambda: _is_told(store))
    assert EN.teaching.failures["ended"] in seen(chat).shown[-1]
    assert "<code>kobert-bot: no &lt;room&gt;</code>" in seen(chat).shown[-1]
    assert seen(chat).keyboards[-1] is None
    assert seen(chat).places == {(ADMIN, MESSAGE)}


async def test_a_training_that_fails_as_nobody_foresaw_says_where_and_not_what_it_read(
    store: Store, chat: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    run = await asked(store)
    code = """
from bot import cli

def fail():
    raise KeyError("나의 비밀 이야기")

cli.app = fail
cli.main()
"""
    async with Teaching(store, [ADMIN], command=python(code)).running(chat):
        await until(lambda: _has(store, run, RunState.FAILED))
        await until(lambda: _is_told(store))
    ended = await store.runs.get(run.id)
    assert "비밀" not in f"{caplog.text}{ended.error}{seen(chat).shown}"
    assert "ended by itself: kobert-bot: KeyError at bot/cli.py:" in caplog.text
    assert str(ended.error).startswith("kobert-bot: KeyError at bot/cli.py:")


async def test_a_training_that_is_killed_is_not_explained_by_what_it_said_before(
    store: Store, chat: Bot
) -> None:
    run = await asked(store)
    said = "print('kobert-bot: ADMINS is no setting', file=sys.stderr, flush=True)"
    killed = f"import os, sys; {said}; os.kill(os.getpid(), 9)"
    async with Teaching(store, [ADMIN], command=python(killed)).running(chat):
        await until(lambda: _has(store, run, RunState.FAILED))
        await until(lambda: _is_told(store))
    assert EN.teaching.failures["killed"] in seen(chat).shown[-1]
    assert "<code>exit code -9</code>" in seen(chat).shown[-1]
    assert "ADMINS" not in seen(chat).shown[-1]


async def test_a_training_that_another_machines_process_was_quicker_to_claim_is_left_to_it(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = await asked(store)
    tries, other = tmp_path / "tries", "elsewhere:7:abc"
    claimed = f"""
import sqlite3, sys
with sqlite3.connect({str(tmp_path / "bot.db")!r}) as connection:
    connection.execute(
        "UPDATE training_runs SET state = 'running', worker = {other!r}, cancelling = true, "
        "beat_at = strftime('%Y-%m-%d %H:%M:%f000', 'now')"
    )
open({str(tries)!r}, "a").write("once ")
sys.exit("kobert-bot: it runs already")
"""
    own = Teaching(store, [ADMIN], command=python(claimed))
    async with own.running(cast("Bot", Chat())):
        await until(lambda: _exists(tries))
        await asyncio.sleep(0.5)
    now = await store.runs.get(run.id)
    assert (now.state, now.worker) == (RunState.RUNNING, other)
    assert tries.read_text() == "once "
    assert not caplog.records


async def test_what_ended_while_no_bot_ran_is_told_by_the_next(store: Store, chat: Bot) -> None:
    run = await asked(store)
    await store.runs.cancel(run.id)
    async with Teaching(store, [1, ADMIN]).running(chat):
        await until(lambda: _is_told(store))
    assert "cancelled" in seen(chat).shown[-1]


@pytest.mark.parametrize("error", [BadRequest("Message to edit not found"), Forbidden("blocked")])
async def test_a_message_that_is_gone_is_not_edited_for_ever(
    store: Store, chat: Bot, error: Exception
) -> None:
    await asked(store)
    seen(chat).error = error
    async with Teaching(store, [ADMIN], command=python("import time; time.sleep(60)")).running(chat):
        await until(lambda: _is_told(store))


async def test_the_same_words_are_not_sent_twice(store: Store, chat: Bot) -> None:
    await asked(store)
    command = python("import time; time.sleep(60)")
    async with Teaching(store, [ADMIN], command=command).running(chat):
        await asyncio.sleep(0.5)
    assert len(seen(chat).shown) == 1


async def test_a_training_is_shown_in_the_language_of_its_reader_whoever_began_it(
    store: Store, chat: Bot
) -> None:
    run = (await store.runs.ask("sentiment", actor="command line", options={"steps": 7})).run
    await store.runs.show(run.id, ADMIN, MESSAGE, language="ko")  # as their Telegram speaks
    async with Teaching(store, [ADMIN], command=python("import time; time.sleep(60)")).running(chat):
        await until(lambda: _shows(chat, KO.teaching.phases["queued"]))
        await store.set_language(ADMIN, "en")  # they choose another one meanwhile
        await until(lambda: _shows(chat, EN.teaching.phases["queued"]))


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "CATALOG": str(tiny_catalog_file(tmp_path)),
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/bot.db",
        "DEVICE": "cpu",
        "PSEUDONYM_KEY": PEPPER,
        "PYTHONPATH": str(ROOT),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


BOT = """
import asyncio, sys
from bot.children import run_child
asyncio.run(run_child((sys.executable, "-c", *sys.argv[1:])))
"""
ORPHANED = """
import os, select, signal
from bot.cli import app
from training.retraining import work

finetune = work.finetune

def unheard(*given, **options):
    os.kill(os.getppid(), signal.SIGKILL)
    read = select.poll()
    read.register(1, 0)
    assert read.poll(60_000), "nobody reads any more"
    return finetune(*given, **options)

work.finetune = unheard
app()
"""


@pytest.mark.usefixtures("surroundings")
@pytest.mark.timeout(300)
async def test_a_training_is_shown_survives_kills_and_a_new_bot_and_is_cancelled(
    store: Store, chat: Bot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With the real command, on a tiny model: long enough to be interrupted at every turn."""
    await vote(f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    caplog.set_level(logging.INFO, "bot.teaching")
    options = {"steps": 100_000, "lr": 0.001}
    run = (await store.runs.ask("sentiment", actor=ADMIN, options=options)).run
    await store.runs.show(run.id, ADMIN, MESSAGE, language="en")

    async def steps() -> int:
        now = await store.runs.get(run.id)
        assert now.state is not RunState.FAILED, now.error
        return int(now.progress.get("step") or 0)

    async def worker() -> int:
        name = (await store.runs.get(run.id)).worker
        return 0 if name is None else int(name.rsplit(":", 2)[1])

    command = ("train", "finetune", "sentiment", "--from-feedback", "--run", str(run.id), "--polite")
    bot = await asyncio.create_subprocess_exec(sys.executable, "-c", BOT, ORPHANED, *command)
    assert await bot.wait() == -signal.SIGKILL
    first = await worker()

    async with Teaching(store, [ADMIN]).running(chat):
        await until(lambda: _more(steps, 0))
        assert await worker() == first  # it goes on without its bot, and the next one shows it
        await _kill(first)
        await until(lambda: _other(worker, first))
        before = await steps()
        await until(lambda: _changed(steps, before))
    assert (await store.runs.get(run.id)).state is RunState.QUEUED  # its process was told, saved and let go
    assert (tmp_path / "var/teaching/runs" / str(run.id) / "state.pt").exists()

    async with Teaching(store, [ADMIN]).running(chat):
        second = await worker()
        await until(lambda: _other(worker, second))
        left = await steps()
        await until(lambda: _changed(steps, left))
        assert (await store.runs.cancel(run.id)).cancelling
        await until(lambda: _has(store, run, RunState.CANCELLED))
        await until(lambda: _is_told(store))
    told = seen(chat)
    assert told.places == {(ADMIN, MESSAGE)}
    assert any("step " in words and "▱" in words for words in told.shown)
    assert "cancelled" in told.shown[-1]
    taken_up = [record.getMessage() for record in caplog.records if record.levelno == logging.INFO]
    assert f"training {run.id} of sentiment goes on, which " in taken_up[0]
    assert own_command("x")[-3:] == ("-m", "bot", "x")


async def _kill(process: int) -> None:
    killed = await asyncio.create_subprocess_exec("kill", "-9", str(process))
    assert await killed.wait() == 0


async def _has(store: Store, run: Run, state: RunState) -> bool:
    return (await store.runs.get(run.id)).state is state


async def _shows(chat: Bot, words: str) -> bool:
    return words in "".join(seen(chat).shown[-1:])


async def _is_told(store: Store) -> bool:
    return not await store.runs.shown()


async def _exists(path: Path) -> bool:
    return await asyncio.to_thread(path.exists)


async def _more(count: Callable[[], Awaitable[int]], than: int) -> bool:
    return await count() > than


async def _changed(count: Callable[[], Awaitable[int]], before: int) -> bool:
    return await count() != before


async def _other(worker: Callable[[], Awaitable[int]], than: int) -> bool:
    return await worker() not in (0, than)
