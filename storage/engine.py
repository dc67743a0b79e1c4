"""The async engine and its two kinds of transaction."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from storage.conflicts import is_conflict
from storage.errors import Conflict, DatabaseFailed, StorageError
from storage.failures import one_line, without_values

BUSY_TIMEOUT_MS = 30_000
# The async driver to name to those who named one that is not.
_DRIVERS = {
    "sqlite": "aiosqlite",
    "postgresql": "asyncpg",
    "mysql": "aiomysql",
    "mariadb": "aiomysql",
    "mssql": "aioodbc",
    "oracle": "oracledb",
}
_EXTRAS = {"asyncpg": "postgres", "aiomysql": "mysql"}
MYSQL = frozenset({"mysql", "mariadb"})
_LOCKING = MYSQL | {"postgresql", "oracle"}  # SELECT … FOR UPDATE holds a row there
_BEGIN = "sqlite_begin"  # execution option: the statement that opens a SQLite transaction, if any does
_ERASE_TIMEOUT_MS = 5_000  # writers wait meanwhile
# Readable Korean in the file; NaN is no JSON and PostgreSQL refuses it.
_dumps = partial(json.dumps, ensure_ascii=False, allow_nan=False)


def exists(url: str) -> bool:
    """Whether a database can be there: opening SQLite's would make a file that is missing.

    Raises:
        StorageError: As ``parse_url``.
    """
    file = sqlite_file(parse_url(url))
    return file is None or file.exists()


def parse_url(url: str) -> URL:
    """Check that ``url`` names a database that can be spoken to.

    Args:
        url: A SQLAlchemy async URL.

    Returns:
        The parsed URL.

    Raises:
        StorageError: It is no URL, or names a driver that is unknown or not async.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StorageError(
            "DATABASE_URL is not a SQLAlchemy URL such as sqlite+aiosqlite:///var/kobert-bot.db"
        ) from None
    try:
        dialect = parsed.get_dialect(_is_async=True)  # a driver such as psycopg has a dialect of each kind
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StorageError(
            f"DATABASE_URL {hidden(parsed)} names an unknown driver: {one_line(error)}"
        ) from error
    backend = parsed.get_backend_name()
    if not dialect.is_async:
        driver = _DRIVERS.get(backend)
        hint = f": write {backend}+{driver}://…" if driver else f", and SQLAlchemy has none of {backend}"
        raise StorageError(f"DATABASE_URL {hidden(parsed)} needs an async driver{hint}")
    if backend == "sqlite" and (not parsed.database or ":memory:" in parsed.database):
        raise StorageError(f"DATABASE_URL {hidden(parsed)} must name a file: memory keeps no votes")
    return parsed


def sqlite_file(url: URL) -> Path | None:
    """Return where a SQLite database is; None for one of a server."""
    if url.get_backend_name() != "sqlite":
        return None
    name = str(url.database)
    return Path(unquote(urlsplit(name).path) if name.startswith("file:") else name)


def hidden(url: URL) -> str:
    """Return ``url`` for people to read, its password hidden."""
    return url.render_as_string(hide_password=True)


class _RollingBack(sqlite3.Connection):
    """Undoes what is open before it closes.

    Who is cancelled in the middle of a statement closes the connection at once; SQLite keeps one whose
    statements have not ended, and the lock of its transaction, until nobody refers to them any more.
    """

    def close(self) -> None:
        """Roll back, and close."""
        with suppress(sqlite3.Error):  # closed already
            self.rollback()
        super().close()


class Database:
    """One pool of connections; hands out reading and writing transactions.

    Args:
        url: What :func:`parse_url` returned.
        migrating: Give connections for changing tables: no pool, and in SQLite no foreign keys, because
            rebuilding a table drops it, and dropping it would delete the rows that refer to it.

    Raises:
        StorageError: The driver is not installed, or the SQLite file or its folder cannot be made.
    """

    def __init__(self, url: URL, *, migrating: bool = False) -> None:
        self.url = url
        self._sqlite = url.get_backend_name() == "sqlite"
        if self._sqlite:
            _prepare_file(url)
        # Ask a server whether it is still there before a transaction begins on an idle connection.
        options: dict[str, Any] = (
            {"poolclass": NullPool} if migrating else {"pool_pre_ping": not self._sqlite}
        )
        if url.get_backend_name() in MYSQL:
            # The default there is a snapshot, in which a row that another has just added is not to be seen.
            options["isolation_level"] = "READ COMMITTED"
        if self._sqlite:
            options["connect_args"] = {"factory": _RollingBack}
        try:
            # What is bound to a statement is what people wrote: no message of an error may hold it.
            self._engine = create_async_engine(url, json_serializer=_dumps, hide_parameters=True, **options)
        except ImportError as error:
            raise StorageError(f"DATABASE_URL {hidden(url)} {_missing(error)}") from error
        if self._sqlite:
            _take_over_transactions(self._engine, foreign_keys=not migrating)
        self._writer = self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        self._alone = self._engine.execution_options(**{_BEGIN: None})
        # SQLite has one writer at a time. Waiting in turn here is fair and wakes at once; SQLite's own
        # busy handler sleeps and guesses, and is left for the other processes. Where rows may not be locked,
        # writing in turn is what keeps two taps of one person apart.
        locking = url.get_backend_name() in _LOCKING
        self._turn: asyncio.Lock | nullcontext[None] = nullcontext() if locking else asyncio.Lock()
        self.traces_left = False
        """Whether :meth:`erase_deleted` could not end: what was deleted is in SQLite's log until it does."""

    async def check(self) -> None:
        """Connect once.

        Raises:
            StorageError: There is no connection, or the driver does not take an option of the URL, or needs a
                package to log in with.
        """
        try:
            async with self.read():
                pass
        except (TypeError, ValueError, RuntimeError) as error:
            raise StorageError(
                f"DATABASE_URL {hidden(self.url)}: its driver refuses it: {one_line(error)}"
            ) from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that is committed, durably, when the block ends without an exception.

        Raises:
            Conflict: The database undid the block, which may run again.
            DatabaseFailed: It failed; nothing of the block was kept.
            CancelledError: As ever, also where the block's own clean-up then failed without its connection.
        """
        async with self._turn:
            try:
                async with self._writer.begin() as connection:
                    yield connection
            except (SQLAlchemyError, OSError) as error:
                # Alembic drops its half-made copy of a table, on the connection that the cancelling closed.
                cut_off = error.__context__ if isinstance(error, PendingRollbackError) else None
                if isinstance(cut_off, asyncio.CancelledError):
                    raise cut_off from None
                kind = Conflict if is_conflict(error) else DatabaseFailed
                raise kind(f"the database failed: {without_values(error)}") from error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction for reading; in SQLite it takes no lock that a writer would wait for.

        Raises:
            DatabaseFailed: It failed.
        """
        try:
            async with self._engine.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise DatabaseFailed(f"the database failed: {without_values(error)}") from error

    async def erase_deleted(self) -> None:
        """Leave nothing of deleted rows in SQLite's file and log; elsewhere that is the server's business.

        ``secure_delete`` writes zeros over what is deleted, but the log still has it, and so may pages that
        were freed before. VACUUM writes the file anew without those, through the log, which is then emptied.

        Raises:
            StorageError: Somebody reads the database all the while, or it failed.
        """
        if not self._sqlite:
            return
        async with self._turn:
            self.traces_left = True  # in turn: whoever ends before has not erased what was deleted since
            try:
                async with self._alone.connect() as connection:
                    run = connection.exec_driver_sql
                    await run(f"PRAGMA busy_timeout = {_ERASE_TIMEOUT_MS}")
                    try:
                        await run("VACUUM")
                        busy = (await run("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
                    finally:
                        await run(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            except (SQLAlchemyError, OSError) as error:
                raise StorageError(f"the database failed: {without_values(error)}") from error
            self.traces_left = bool(busy)
        if busy:
            raise StorageError("the database's log could not be emptied: somebody is reading it")

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _missing(error: ImportError) -> str:
    if not isinstance(error, ModuleNotFoundError) or error.name is None:
        return f"has a driver that does not load: {one_line(error)}"
    extra = _EXTRAS.get(error.name)
    return f"needs the Python package {error.name}: pip install " + (
        f"'kobert-bot[{extra}]'" if extra else error.name
    )


def make_folder(file: Path) -> None:
    """Make the folder of a SQLite database where it is missing.

    Raises:
        StorageError: It cannot be made.
    """
    folder = file.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # texts are for the owner alone
    except OSError as error:
        raise StorageError(f"cannot make the folder {folder} of the database: {error.strerror}") from error


def _prepare_file(url: URL) -> None:
    if url.database is None or url.database.startswith("file:"):
        return
    make_folder(Path(url.database))
    # aiosqlite leaves a thread behind that reports to a loop which may be gone when a file does not open,
    # so the file is tried without it first.
    try:
        with closing(sqlite3.connect(url.database, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
            _keep_a_log(connection)
    except sqlite3.Error as error:
        raise StorageError(f"cannot open the database {url.database}: {error}") from error


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL mode, which it then stays in.

    While another process writes to a file that is not in that mode yet, or switches it, SQLite gives up at
    once, whatever the time-out, so that two cannot wait for each other.
    """
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _take_over_transactions(engine: AsyncEngine, *, foreign_keys: bool) -> None:
    """Let SQLAlchemy say BEGIN instead of the driver, and set up each connection.

    A transaction that reads first and writes later under a plain BEGIN fails with "database is locked"
    as soon as another has written in between, whatever the time-out; BEGIN IMMEDIATE waits its turn instead.
    https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#transactions-with-sqlite-and-the-sqlite3-driver
    """

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: AsyncAdapt_aiosqlite_connection, _entry: ConnectionPoolEntry) -> None:
        try:
            connection.isolation_level = None  # the driver begins nothing by itself
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            cursor.execute("PRAGMA journal_mode = WAL")  # readers and the writer don't block each other
            # In WAL mode only FULL syncs the log at each commit: with NORMAL a vote that was acknowledged
            # would outlive a killed process but not a power cut.
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
            cursor.execute("PRAGMA secure_delete = ON")  # deleted texts and votes are overwritten with zeros
            cursor.close()
        except BaseException:
            connection.close()  # the pool does not know it yet, and its thread would stay
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
        if statement is not None:
            connection.exec_driver_sql(statement)
