from __future__ import annotations

import os
import subprocess
import sys
from asyncio.subprocess import Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from storage.engine import exists
from storage.errors import OtherBot
from storage.one_bot import one_bot
from storage.store import StorageError, Store
from tests.storage.conftest import PEPPER


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/bot.db"


_ROOT = Path(__file__).parents[2]
_HOLDER = """
import signal, sys
from storage.one_bot import one_bot

with one_bot(sys.argv[1]):
    print("held", flush=True)
    signal.pause()
"""


@asynccontextmanager
async def another(url: str) -> AsyncIterator[Process]:
    """Another process that holds a database."""
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    process = await create_subprocess_exec(
        sys.executable, "-c", _HOLDER, url, stdout=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"held\n"
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def taken(url: str) -> bool:
    try:
        with one_bot(url):
            return False
    except OtherBot:
        return True


def test_a_second_bot_is_told_which_database_and_what_to_do(url: str) -> None:
    with one_bot(url):
        with (
            pytest.raises(OtherBot, match=r"another bot runs on the database .*: stop that one, or ") as told,
            one_bot(url),
        ):
            raise AssertionError("it never gets here")
        assert taken(url)
    assert not taken(url)
    said = str(told.value)
    assert "\n" not in said
    assert url.removeprefix("sqlite+aiosqlite:///") in said


def test_what_goes_wrong_while_it_is_held_is_told_as_it_is(url: str) -> None:
    with pytest.raises(OSError, match="the bot's own"), one_bot(url):
        raise OSError("the bot's own")
    assert not taken(url)


async def test_a_bot_that_is_killed_is_in_nobodys_way(url: str) -> None:
    async with another(url) as process:
        assert taken(url)
        process.kill()
        await process.wait()
        assert not taken(url)


async def test_commands_beside_it_and_bots_on_other_databases_go_on(url: str, tmp_path: Path) -> None:
    with one_bot(url):
        assert not taken(f"sqlite+aiosqlite:///{tmp_path}/other.db")
        store = await Store.open(url, pepper=PEPPER)  # which changes tables where some are missing
        await store.set_language(1, "ko")
        assert await store.language(1) == "ko"
        await store.close()


def test_on_a_server_several_processes_may_run(url: str) -> None:
    with one_bot("postgresql+asyncpg://bot@127.0.0.1:1/nobody"), one_bot(url):
        assert not taken("postgresql+asyncpg://bot@127.0.0.1:1/nobody")


def test_it_is_the_same_database_by_whichever_name(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "named.db").symlink_to(tmp_path / "real/bot.db")
    with one_bot(f"sqlite+aiosqlite:///{tmp_path}/real/bot.db"):
        for name in ("link/bot.db", "named.db", "real/../real/bot.db"):
            assert taken(f"sqlite+aiosqlite:///{tmp_path}/{name}"), name
        assert taken(f"sqlite+aiosqlite:///file:{tmp_path}/real/bot.db?uri=true")
        assert not taken(f"sqlite+aiosqlite:///{tmp_path}/real/other.db")


def test_it_makes_no_database(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/var/bot.db"
    with one_bot(url):
        assert not exists(url)
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700


def test_a_place_that_cannot_be_locked_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bot.db.bot.lock").mkdir()
    with (
        pytest.raises(StorageError, match=r"cannot lock .*bot\.db\.bot\.lock: Is a directory"),
        one_bot(f"sqlite+aiosqlite:///{tmp_path}/bot.db"),
    ):
        raise AssertionError("it never gets here")
    (tmp_path / "file").touch()
    with (
        pytest.raises(StorageError, match=r"cannot make the folder .*file of the database"),
        one_bot(f"sqlite+aiosqlite:///{tmp_path}/file/bot.db"),
    ):
        raise AssertionError("it never gets here")


async def test_a_database_that_is_named_as_a_uri_is_found_beside_the_bot(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///file:{tmp_path}/a%20b.db?uri=true"
    assert not exists(url)
    store = await Store.open(url, pepper=PEPPER)
    await store.close()
    assert exists(url)
    assert (tmp_path / "a b.db").exists()
