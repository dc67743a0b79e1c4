from __future__ import annotations

import asyncio
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
from tests.storage.conftest import PEPPER, Sql

_ROOT = Path(__file__).parents[2]
_HOLDER = """
import asyncio, sys
from storage.one_bot import one_bot

async def hold():
    async with one_bot(sys.argv[1]):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
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


async def taken(url: str) -> bool:
    try:
        async with one_bot(url):
            return False
    except OtherBot:
        return True


async def free_soon(url: str) -> None:
    """Wait until a server has heard that somebody is gone."""
    async with asyncio.timeout(20):
        while await taken(url):  # noqa: ASYNC110  # another process lets go of it
            await asyncio.sleep(0.05)


async def test_a_second_bot_is_told_which_database_and_what_to_do(url: str) -> None:
    async with one_bot(url):
        with pytest.raises(
            OtherBot, match=r"another bot runs on the database .*: stop that one, or "
        ) as told:
            async with one_bot(url):
                raise AssertionError("it never gets here")
        assert await taken(url)
    assert not await taken(url)
    said = str(told.value)
    assert "\n" not in said
    assert url.removeprefix("sqlite+aiosqlite:///") in said


async def test_what_goes_wrong_while_it_is_held_is_told_as_it_is(url: str) -> None:
    with pytest.raises(OSError, match="the bot's own"):
        async with one_bot(url):
            raise OSError("the bot's own")
    assert not await taken(url)


async def test_a_bot_that_is_killed_is_in_nobodys_way(url: str) -> None:
    async with another(url) as process:
        assert await taken(url)
        process.kill()
        await process.wait()
        await free_soon(url)


async def test_commands_beside_it_and_bots_on_other_databases_go_on(url: str, bare_url: str) -> None:
    async with one_bot(url):
        if url != bare_url:
            assert not await taken(bare_url)
        store = await Store.open(url, pepper=PEPPER)  # which changes tables where some are missing
        await store.set_language(1, "ko")
        assert await store.language(1) == "ko"
        await store.close()


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"], indirect=True)
async def test_a_connection_that_the_server_ended_ends_quietly(url: str, kind: str, sql: Sql) -> None:
    async with one_bot(url):
        if kind == "postgresql":
            mine = "SELECT pid FROM pg_locks WHERE locktype = 'advisory'"
            [(number,)] = await sql(mine)
            await sql(f"SELECT pg_terminate_backend({number})")
        else:
            others = "SELECT id FROM information_schema.processlist WHERE command = 'Sleep'"
            for (number,) in await sql(others):
                await sql(f"KILL {number}")
        await free_soon(url)


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True)
async def test_the_server_does_not_end_who_holds_it_for_being_silent(url: str, kind: str, sql: Sql) -> None:
    assert kind == "mariadb"
    await sql("SET GLOBAL wait_timeout = 1")
    try:
        async with one_bot(url):
            await asyncio.sleep(2.5)
            assert await taken(url)
    finally:
        await sql("SET GLOBAL wait_timeout = 28800")


async def test_it_is_the_same_database_by_whichever_name(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "named.db").symlink_to(tmp_path / "real/bot.db")
    async with one_bot(f"sqlite+aiosqlite:///{tmp_path}/real/bot.db"):
        for name in ("link/bot.db", "named.db", "real/../real/bot.db"):
            assert await taken(f"sqlite+aiosqlite:///{tmp_path}/{name}"), name
        assert await taken(f"sqlite+aiosqlite:///file:{tmp_path}/real/bot.db?uri=true")
        assert not await taken(f"sqlite+aiosqlite:///{tmp_path}/real/other.db")


async def test_it_makes_no_database(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/var/bot.db"
    async with one_bot(url):
        assert not exists(url)
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700


async def test_a_place_that_cannot_be_locked_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bot.db.bot.lock").mkdir()
    with pytest.raises(StorageError, match=r"cannot lock .*bot\.db\.bot\.lock: Is a directory"):
        async with one_bot(f"sqlite+aiosqlite:///{tmp_path}/bot.db"):
            raise AssertionError("it never gets here")
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot make the folder .*file of the database"):
        async with one_bot(f"sqlite+aiosqlite:///{tmp_path}/file/bot.db"):
            raise AssertionError("it never gets here")


async def test_a_database_that_is_named_as_a_uri_is_found_beside_the_bot(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///file:{tmp_path}/a%20b.db?uri=true"
    assert not exists(url)
    store = await Store.open(url, pepper=PEPPER)
    await store.close()
    assert exists(url)
    assert (tmp_path / "a b.db").exists()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
async def test_bots_in_schemas_of_their_own_are_not_in_each_others_way(url: str, kind: str, sql: Sql) -> None:
    assert kind == "postgresql"
    for statement in ("CREATE ROLE neighbour LOGIN", "CREATE SCHEMA neighbour AUTHORIZATION neighbour"):
        await sql(statement)
    async with one_bot(url), one_bot(url.replace("//bot@", "//neighbour@")):
        assert await taken(url)
    for statement in ("DROP SCHEMA neighbour", "DROP ROLE neighbour"):
        await sql(statement)
