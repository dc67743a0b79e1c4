from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.engine import Database, parse_url
from storage.store import StorageError, Store
from tests.storage.conftest import EVERY_KIND


async def pragma(url: str, name: str) -> object:
    database = Database(parse_url(url))
    async with database.read() as connection:
        value: object = (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
    await database.close()
    return value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 30_000),
        ("secure_delete", 1),
    ],
)
async def test_each_sqlite_connection_is_set_up(tmp_path: Path, name: str, value: object) -> None:
    assert await pragma(f"sqlite+aiosqlite:///{tmp_path}/a.db", name) == value


async def test_a_file_that_another_process_is_just_making_is_waited_for(tmp_path: Path) -> None:
    with closing(
        sqlite3.connect(tmp_path / "a.db", isolation_level=None, check_same_thread=False)
    ) as another:
        another.execute("BEGIN IMMEDIATE")
        end = threading.Timer(0.2, another.execute, ["COMMIT"])
        end.start()
        assert await pragma(f"sqlite+aiosqlite:///{tmp_path}/a.db", "journal_mode") == "wal"
        end.join()


async def test_a_writer_holds_the_write_lock_from_its_first_statement(tmp_path: Path) -> None:
    database = Database(parse_url(f"sqlite+aiosqlite:///{tmp_path}/a.db"))
    with closing(sqlite3.connect(tmp_path / "a.db", timeout=0, isolation_level=None)) as other:
        async with database.write():
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        async with database.read():
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
    await database.close()


@pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
async def test_who_writes_waits_for_a_turn_unless_rows_can_be_locked(url: str, kind: str) -> None:
    database = Database(parse_url(url))
    async with database.write():
        try:
            async with asyncio.timeout(0.5), database.write():
                waited = False
        except TimeoutError:
            waited = True
    await database.close()
    assert waited is (kind in {"sqlite", "incognito"})


SLOW = (
    "WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 2000000) "
    "SELECT count(*) FROM count"
)


async def test_who_is_cancelled_within_a_statement_holds_up_no_other_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.BUSY_TIMEOUT_MS", 5_000)
    database = Database(parse_url(f"sqlite+aiosqlite:///{tmp_path}/a.db"))
    asked = asyncio.Event()

    async def slow() -> None:
        async with database.write() as connection:
            await connection.exec_driver_sql("INSERT INTO votes VALUES (1)")
            asked.set()
            await connection.exec_driver_sql(SLOW)

    async with database.write() as connection:
        await connection.exec_driver_sql("CREATE TABLE votes (choice INTEGER)")
    for _ in range(3):
        asked.clear()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(slow())
            await asked.wait()
            await asyncio.sleep(0.01)  # the thread of the driver is at it
            task.cancel()
        async with database.write() as connection:
            await connection.exec_driver_sql("INSERT INTO votes VALUES (2)")
    async with database.read() as connection:
        kept = (await connection.exec_driver_sql("SELECT DISTINCT choice FROM votes")).scalars().all()
    await database.close()
    assert kept == [2]


async def test_a_failed_block_keeps_nothing(tmp_path: Path) -> None:
    database = Database(parse_url(f"sqlite+aiosqlite:///{tmp_path}/a.db"))

    async def fail() -> None:
        async with database.write() as connection:
            await connection.exec_driver_sql("CREATE TABLE t (x INTEGER)")
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        assert other.execute("SELECT * FROM sqlite_master").fetchall() == []
    await database.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "not a SQLAlchemy URL"),
        ("sqlite:///var/a.db", r"needs an async driver: write sqlite\+aiosqlite"),
        ("postgresql+psycopg2://bot:secret@db/votes", r"needs an async driver: write postgresql\+asyncpg"),
        ("mysql://bot:secret@db/votes", r"needs an async driver: write mysql\+aiomysql"),
        ("mariadb+pymysql://bot:secret@db/votes", r"needs an async driver: write mariadb\+aiomysql"),
        ("mssql+pyodbc://bot:secret@db/votes", r"needs an async driver: write mssql\+aioodbc"),
        ("sqlite+nodriver:///a.db", "unknown driver"),
        ("nothing+at_all://db", "unknown driver"),
        ("sqlite+aiosqlite://", "must name a file"),
        ("sqlite+aiosqlite:///:memory:", "must name a file"),
    ],
)
async def test_a_url_that_cannot_work_is_one_clear_line(url: str, says: str) -> None:
    with pytest.raises(StorageError, match=says) as caught:
        await Store.open(url, pepper=b"x")
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_dialect_without_an_async_driver_is_one_clear_line() -> None:
    registry.register("sync.only", "sqlalchemy.dialects.sqlite.pysqlite", "SQLiteDialect_pysqlite")
    with pytest.raises(StorageError, match="needs an async driver, and SQLAlchemy has none of sync"):
        parse_url("sync+only:///a.db")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:///a.db",
        "postgresql+asyncpg://db/votes",
        "postgresql+psycopg://db/votes",
        "mysql+aiomysql://db/votes",
        "mysql+asyncmy://db/votes",
        "mariadb+aiomysql://db/votes",
        "mssql+aioodbc://db/votes",
        "oracle+oracledb://db/votes",
    ],
)
def test_any_async_driver_will_do(url: str) -> None:
    assert parse_url(url).get_dialect(_is_async=True).is_async


@pytest.mark.parametrize(
    ("url", "package", "install"),
    [
        ("postgresql+asyncpg", "asyncpg", "'kobert-bot[postgres]'"),
        ("postgresql+psycopg", "psycopg", "psycopg"),
        ("mysql+aiomysql", "aiomysql", "'kobert-bot[mysql]'"),
        ("mariadb+asyncmy", "asyncmy", "asyncmy"),
        ("mssql+aioodbc", "aioodbc", "aioodbc"),
        ("oracle+oracledb", "oracledb", "oracledb"),
    ],
)
async def test_a_missing_driver_names_its_package(
    url: str, package: str, install: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(StorageError) as caught:
        await Store.open(f"{url}://bot:secret@db/votes", pepper=b"x")
    says = f"DATABASE_URL {url}://bot:***@db/votes needs the Python package {package}: pip install {install}"
    assert str(caught.value) == says


async def test_a_driver_that_does_not_load_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "aioodbc.py").write_text("raise ImportError('libodbc.so.2: cannot open shared object file')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(StorageError, match=r"driver that does not load: libodbc\.so\.2"):
        await Store.open("mssql+aioodbc://bot@db/votes", pepper=b"x")


@pytest.mark.parametrize(
    "url", ["postgresql+asyncpg://bot:secret@db/votes", "mysql+aiomysql://bot:secret@db/votes"]
)
async def test_an_option_that_the_driver_does_not_take_is_one_clear_line(url: str) -> None:
    pytest.importorskip(make_url(url).get_driver_name(), exc_type=ImportError)
    with pytest.raises(StorageError, match=r"its driver refuses it: .*nonsense") as caught:
        await Store.open(f"{url}?nonsense=1", pepper=b"x")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql+asyncpg://bot:secret@/votes?host=", "mysql+aiomysql://bot:secret@/votes?unix_socket="]
)
async def test_a_server_that_is_not_there_is_one_clear_line(url: str, tmp_path: Path) -> None:
    pytest.importorskip(make_url(url).get_driver_name(), exc_type=ImportError)
    with pytest.raises(StorageError, match=r"the database failed: .+") as caught:
        await Store.open(f"{url}{tmp_path}", pepper=b"x")
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"], indirect=True)
async def test_a_database_that_the_server_does_not_have_is_one_clear_line(server: URL) -> None:
    with pytest.raises(StorageError, match=r'database "missing" does not exist|Unknown database') as caught:
        await Store.open(server.set(database="missing").render_as_string(), pepper=b"x")
    assert "\n" not in str(caught.value)


async def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot make the folder"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/file/a.db", pepper=b"x")


async def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("this is not a database" * 100)
    with pytest.raises(StorageError, match="not a database") as caught:
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/a.db", pepper=b"x")
    assert "\n" not in str(caught.value)


async def test_a_folder_in_the_place_of_the_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"cannot open the database .*: unable to open"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}", pepper=b"x")


async def test_the_folder_is_made(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/a/b/votes.db", pepper=b"x")
    await store.close()
    assert (tmp_path / "a/b/votes.db").exists()


async def test_a_path_with_signs_that_urls_read_works(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/100% 한글/votes.db", pepper=b"x")
    await store.close()
    assert (tmp_path / "100% 한글/votes.db").exists()


class _FailsLater:
    """An engine that connects once."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine, self._connected = engine, False

    def connect(self) -> AsyncConnection:
        if self._connected:
            raise OSError("the disk is gone")
        self._connected = True
        return self._engine.connect()


async def test_of_two_who_erase_at_once_the_later_says_whether_traces_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(parse_url(f"sqlite+aiosqlite:///{tmp_path}/votes.db"))
    monkeypatch.setattr(database, "_alone", _FailsLater(database._alone))
    first, second = await asyncio.gather(
        database.erase_deleted(), database.erase_deleted(), return_exceptions=True
    )
    assert first is None
    assert isinstance(second, StorageError)
    assert database.traces_left, "what the second was to erase is still in the log"
    await database.close()
