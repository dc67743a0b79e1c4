"""A store on each kind of database that is installed, and a second connection to look in."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy import URL, Connection, inspect, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.store import ConsentStatus, NewPrediction, Store
from storage.tables import Base
from tests.databases import with_tables
from tests.storage import servers

PEPPER = b"a secret of the tests"
CHAT = -1001234567890
ASKER = 5151515151
"""Somebody whose texts and votes may be kept."""

Sql = Callable[[str], Awaitable[list[tuple[Any, ...]]]]


class UnknownDialect(PGDialect_asyncpg):
    """A database that no line of the code names: PostgreSQL incognito."""

    name = "incognito"
    supports_statement_cache = True


class UnknownImpl(PostgresqlImpl):
    """The same for Alembic, which registers it by its name."""

    __dialect__ = "incognito"


registry.register("incognito.asyncpg", __name__, "UnknownDialect")

KINDS = ["sqlite", "postgresql", "mariadb"]
EVERY_KIND = [*KINDS, "incognito"]  # for tests that stay in this process, which alone knows that dialect


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with servers.postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    with servers.mariadb() as url:
        yield url


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def server(request: pytest.FixtureRequest, kind: str) -> URL | None:
    """The first database of a server of this kind; SQLite has none."""
    if kind == "sqlite":
        return None
    url = make_url(request.getfixturevalue("mariadb_url" if kind == "mariadb" else "postgresql_url"))
    return url.set(drivername="incognito+asyncpg") if kind == "incognito" else url


@pytest.fixture
async def url(server: URL | None, tmp_path: Path) -> str:
    """The URL of a database without rows; on a server it may lack its tables yet."""
    if server is None:
        return with_tables(tmp_path / "var" / "votes.db")
    engine = create_async_engine(server, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_empty)
    return server.render_as_string()


def _empty(connection: Connection) -> None:
    present = set(inspect(connection).get_table_names())
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in present:
            if table.name == "checkpoints":  # MySQL checks row by row that none is a parent
                connection.execute(table.update().values(parent_id=None))
            connection.execute(table.delete())


@pytest.fixture
async def bare_url(server: URL | None, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if server is None:
        return f"sqlite+aiosqlite:///{tmp_path}/var/votes.db"
    name = f"t{uuid.uuid4().hex}"
    await _execute(server.render_as_string(), f"CREATE DATABASE {name}")
    return server.set(database=name).render_as_string()


@pytest.fixture
async def empty_store(url: str) -> AsyncIterator[Store]:
    opened = await Store.open(url, pepper=PEPPER)
    yield opened
    await opened.close()


@pytest.fixture
async def store(empty_store: Store) -> Store:
    """A store with one person in it, who has agreed that what they ask is kept."""
    await agree(empty_store, ASKER)
    return empty_store


async def agree(store: Store, *people: int) -> None:
    for person in people:
        await store.set_consent(person, ConsentStatus.AGREED)


@pytest.fixture
def sql(url: str) -> Sql:
    """Run a statement on a connection that is not the store's, so that only what was committed is seen."""

    async def run(statement: str) -> list[tuple[Any, ...]]:
        return await _execute(url, statement)

    return run


async def _execute(url: str, statement: str) -> list[tuple[Any, ...]]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        assert parsed.database is not None
        with closing(sqlite3.connect(parsed.database)) as connection, connection:
            return connection.execute(statement).fetchall()
    engine = create_async_engine(parsed, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connected:
        result = await connected.exec_driver_sql(statement)
        return [tuple(row) for row in result.all()] if result.returns_rows else []


@pytest.fixture
def sentiment() -> NewPrediction:
    return NewPrediction(
        task="sentiment",
        text_a="이 영화 정말 재미있어요",
        text_b=None,
        model="builtin",
        label="positive",
        probabilities={"positive": 0.9, "negative": 0.1},
        options=(("positive", "negative"),),
    )


@pytest.fixture
def mask() -> NewPrediction:
    return NewPrediction(
        task="mask",
        text_a="[MASK]는 한국의 [MASK]이다.",
        text_b=None,
        model="builtin",
        label='["서울", "수도"]',
        probabilities={"0": [["서울", 0.7], ["부산", 0.2]], "1": [["수도", 0.8]]},
        options=(("서울", "부산", "none"), ("수도", "none")),
    )
