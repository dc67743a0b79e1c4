"""A store on SQLite and, where it is installed, on PostgreSQL, and a second connection to look in."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.store import NewPrediction, Store

PEPPER = b"a secret of the tests"
CHAT = -1001234567890

EMPTY_TABLES = """
DO $$
DECLARE found text;
BEGIN
    SELECT string_agg(tablename, ', ') INTO found
    FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version';
    IF found IS NOT NULL THEN EXECUTE 'TRUNCATE ' || found || ' RESTART IDENTITY'; END IF;
END $$
"""

Sql = Callable[[str], Awaitable[list[tuple[Any, ...]]]]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start a throw-away PostgreSQL server on a unix socket and yield the URL of its first database."""
    if importlib.util.find_spec("asyncpg") is None:
        pytest.skip("asyncpg is not installed")
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL's initdb and postgres were not found")
    # The server refuses to run as root, and pytest's own folders are closed to other users.
    user = "nobody" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="kobert-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        command = [str(programs / "initdb"), "--no-sync", "--auth=trust", "--username=bot", "--encoding=UTF8"]
        made = subprocess.run(
            [*command, "--locale=C", f"--pgdata={data}"],
            user=user,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            pytest.skip(f"initdb failed: {made.stderr.strip()}")
        options = ["-F", "-c", "listen_addresses=", "-c", "max_connections=60", "-k", name, "-D", str(data)]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(
                [programs / "postgres", *options], user=user, cwd=folder, stdout=log, stderr=log
            )
        try:
            _wait_for(lambda: "ready to accept connections" in (folder / "log").read_text())
            yield f"postgresql+asyncpg://bot@/postgres?host={name}"
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing here is worth a checkpoint
            server.wait(timeout=20)


def _postgres_programs() -> Path | None:
    """Return the folder that holds both programs."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    if on_path is not None:
        folders.append(Path(on_path).parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def _wait_for(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < deadline, "PostgreSQL did not start"
        time.sleep(0.05)


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of each kind without rows; the one in PostgreSQL may have its tables already."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/var/votes.db"
    server: str = request.getfixturevalue("postgres_url")
    await _execute(server, EMPTY_TABLES)
    return server


@pytest.fixture(params=["sqlite", "postgresql"])
async def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of each kind without tables."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/var/votes.db"
    server = make_url(request.getfixturevalue("postgres_url"))
    name = f"t{uuid.uuid4().hex}"
    await _execute(server.render_as_string(), f"CREATE DATABASE {name}")
    return server.set(database=name).render_as_string()


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = await Store.open(url, pepper=PEPPER)
    yield opened
    await opened.close()


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
