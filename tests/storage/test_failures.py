from __future__ import annotations

import traceback
from types import SimpleNamespace

import pytest
from sqlalchemy import exc, insert, text

from models.traces import without_words
from storage.base import utc_now
from storage.engine import Database, parse_url
from storage.errors import DatabaseFailed
from storage.failures import without_values
from storage.store import Store
from storage.tables import Annotator
from tests.storage.conftest import EVERY_KIND, Sql

SECRET = "나의 비밀"
_INSERT = "INSERT INTO inputs (text_a) VALUES (?)"


class OfServer(Exception):
    """An error as psycopg and asyncpg raise it."""

    def __init__(self, message: str, sqlstate: str | None, constraint: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.diag = SimpleNamespace(constraint_name=constraint, table_name=None, column_name=None)


class OfMySQL(Exception):
    """An error as PyMySQL raises it: a number and a message."""


async def add(database: Database, *rows: dict[str, object]) -> None:
    async with database.write() as connection:
        for row in rows:
            await connection.execute(insert(Annotator).values(row))


@pytest.mark.parametrize("kind", EVERY_KIND)
async def test_a_statement_that_fails_is_told_without_what_was_bound_to_it(store: Store, url: str) -> None:
    assert store is not None  # with its tables
    database = Database(parse_url(url))
    row = {"pseudonym": SECRET, "created_at": utc_now()}
    with pytest.raises(DatabaseFailed) as caught:
        await add(database, row, row)
    await database.close()
    assert SECRET not in str(caught.value)
    assert "Error" in str(caught.value)
    told = without_words(caught.value)
    assert SECRET not in told
    assert "sqlalchemy.exc.IntegrityError" in told
    assert "storage.errors.DatabaseFailed: the database failed: " in told
    behind = caught.value.__cause__
    assert isinstance(behind, exc.StatementError)
    assert behind.hide_parameters


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_what_a_trigger_says_is_not_told_and_a_missing_table_is(url: str, sql: Sql) -> None:
    words = f"BEGIN SELECT RAISE(ABORT, 'no room for {SECRET}'); END"
    await sql(f"CREATE TRIGGER full BEFORE INSERT ON annotators {words}")
    database = Database(parse_url(url))
    with pytest.raises(DatabaseFailed) as full:
        await add(database, {"pseudonym": SECRET, "created_at": utc_now()})
    with pytest.raises(DatabaseFailed) as missing:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:text)"), {"text": SECRET})
    await database.close()
    assert str(full.value) == "the database failed: IntegrityError SQLITE_CONSTRAINT_TRIGGER"
    assert str(missing.value) == "the database failed: no such table: nowhere (OperationalError SQLITE_ERROR)"
    shown = "".join(traceback.format_exception(missing.value))
    assert SECRET not in shown
    assert "parameters hidden" in shown


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OfServer(f'invalid input syntax for type integer: "{SECRET}"', "22P02"), "OfServer 22P02"),
        (OfServer(f"Key (text)=({SECRET})", "23505", "uq_votes"), "OfServer 23505 (uq_votes)"),
        (OfServer(f"a trigger says {SECRET}", "P0001"), "OfServer P0001"),
        (OfServer(f"invalid input for query argument $2: '{SECRET}'", None), "OfServer"),
        (
            OfServer('relation "votes" does not exist\nLINE 1', "42P01"),
            'relation "votes" does not exist (OfServer 42P01)',
        ),
        (OfServer("No space left on device", "53100"), "No space left on device (OfServer 53100)"),
        (OfMySQL(1062, f"Duplicate entry '{SECRET}' for key 'uq_votes'"), "OfMySQL 1062"),
        (OfMySQL(2013, "Lost connection"), "(2013, 'Lost connection') (OfMySQL 2013)"),
        (OfMySQL(SimpleNamespace(full_code="ORA-00001", message=SECRET)), "OfMySQL ORA-00001"),
        (OfMySQL("22001", f"Truncated value: '{SECRET}'"), "OfMySQL"),
    ],
)
def test_a_drivers_message_is_told_only_where_it_holds_no_value(error: Exception, told: str) -> None:
    assert without_values(exc.DBAPIError(_INSERT, {}, error)) == told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (exc.StatementError("bad", _INSERT, {}, ValueError(f"no JSON: {SECRET}")), "ValueError"),
        (exc.ArgumentError(f"SQL expression expected, got '{SECRET}'"), "ArgumentError"),
        (exc.TimeoutError("QueuePool limit reached"), "QueuePool limit reached"),
        (ConnectionRefusedError(111, "Connect call failed"), "[Errno 111] Connect call failed"),
        (exc.DBAPIError(None, None, OfServer("no such user", "28P01")), "no such user"),
    ],
)
def test_what_is_no_drivers_message_is_its_type_unless_it_is_about_a_connection(
    error: Exception, told: str
) -> None:
    assert without_values(error) == told
