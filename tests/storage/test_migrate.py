from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.ddl.impl import _impls
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.schema import CreateTable

from storage import migrate
from storage.engine import Database, parse_url
from storage.places import Places
from storage.store import NewPrediction, StorageError, Store
from storage.tables import Base
from tests.storage.conftest import ASKER, CHAT, PEPPER, Sql, agree
from tests.storage.replaying import replayed, standing

OPEN = """
import asyncio, sys
from storage.store import Store

async def main():
    store = await Store.open(sys.argv[1], pepper=b"x")
    await store.close()

asyncio.run(main())
"""


@pytest.fixture
def url(bare_url: str) -> str:
    return bare_url


@pytest.fixture
def store(empty_store: Store) -> Store:
    return empty_store


@pytest.mark.usefixtures("store")
async def test_the_revisions_make_exactly_the_tables_of_the_code(url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    database = Database(parse_url(url))
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


@pytest.mark.usefixtures("store")
async def test_an_empty_database_gets_every_table(sql: Sql) -> None:
    for table in Base.metadata.tables:
        assert await sql(f"SELECT * FROM {table}") == []
    assert await sql("SELECT version_num FROM alembic_version") == [("0012",)]


@pytest.mark.usefixtures("store")
async def test_what_the_code_checks_the_database_checks_too(sql: Sql) -> None:
    await sql("INSERT INTO annotators VALUES (1, 'p', NULL, '2026-01-01', NULL, NULL, NULL)")
    await sql("INSERT INTO inputs VALUES (1, 'nli', 'a', 'b', 'h', '2026-01-01')")
    await sql("INSERT INTO model_versions VALUES (1, 'nli', 'm', '', '2026-01-01')")
    await sql("INSERT INTO predictions VALUES (1, 1, 1, 'c', 'l', '{}', '[]', '2026-01-01', 1, NULL)")
    with pytest.raises(Exception, match="ck_annotators_consent"):
        await sql("INSERT INTO annotators VALUES (2, 'q', NULL, '2026-01-01', 'maybe', 1, '2026-01-01')")
    with pytest.raises(Exception, match="ck_predictions_post"):
        await sql("UPDATE predictions SET post = 'maybe'")
    with pytest.raises(Exception, match="ck_votes_kind"):
        await sql(
            "INSERT INTO votes"
            " (prediction_id, annotator_id, slot, choice, label, kind, created_at, updated_at)"
            " VALUES (1, 1, 0, 0, 'l', 'maybe', '2026-01-01', '2026-01-01')"
        )
    with pytest.raises(Exception, match="ck_gold_items_source"):
        await sql(
            "INSERT INTO gold_items (input_id, slot, label, source, created_at)"
            " VALUES (1, 0, 'l', 'hearsay', '2026-01-01')"
        )
    with pytest.raises(Exception, match="ck_aliases_alias"):
        await sql("INSERT INTO aliases VALUES ('nli', 'runner-up', NULL, '2026-01-01')")
    with pytest.raises(Exception, match="ck_vote_events_action"):
        await sql(
            "INSERT INTO vote_events (prediction_id, annotator_id, slot, action, new_label, at)"
            " VALUES (1, 1, 0, 'maybe', 'l', '2026-01-01')"
        )


async def test_opening_again_changes_nothing(store: Store, url: str, sql: Sql) -> None:
    await store.set_language(1, "ko")
    before = await sql("SELECT * FROM annotators")
    again = await Store.open(url, pepper=b"x")
    await again.close()
    assert await sql("SELECT * FROM annotators") == before
    assert await sql("SELECT version_num FROM alembic_version") == [("0012",)]


async def test_a_database_of_a_newer_program_is_refused(store: Store, url: str, sql: Sql) -> None:
    await store.close()
    await sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match=r"revision 9999.*update the program") as caught:
        await Store.open(url, pepper=b"x")
    assert "\n" not in str(caught.value)
    assert await sql("SELECT version_num FROM alembic_version") == [("9999",)]


async def test_processes_that_start_at_once_take_turns(url: str, sql: Sql) -> None:
    children = [await asyncio.create_subprocess_exec(sys.executable, "-c", OPEN, url) for _ in range(2)]
    assert [await asyncio.wait_for(child.wait(), timeout=60) for child in children] == [0, 0]
    assert await sql("SELECT version_num FROM alembic_version") == [("0012",)]


async def test_the_program_may_live_in_a_folder_with_a_percent_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(migrate._FOLDER, tmp_path / "100% 한글")
    monkeypatch.setattr(migrate, "_FOLDER", tmp_path / "100% 한글")
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/votes.db", pepper=b"x")
    assert await store.language(1) is None
    await store.close()


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True)
@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
async def test_whatever_the_defaults_of_mysql_text_is_kept_and_compared_exactly(
    url: str, sql: Sql, dialect: str
) -> None:
    store = await Store.open(url.replace("mysql+", f"{dialect}+"), pepper=b"x")
    await store.close()
    made = await sql(
        "SELECT table_name, engine, table_collation FROM information_schema.tables"
        " WHERE table_schema = database() AND table_name <> 'alembic_version'"
    )
    assert sorted(made) == [(table, "InnoDB", "utf8mb4_bin") for table in sorted(Base.metadata.tables)]


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True)
async def test_a_first_start_that_was_cut_off_is_made_good(store: Store, url: str, sql: Sql) -> None:
    await store.close()
    await sql("DELETE FROM alembic_version")
    await sql("DROP TABLE answers")
    await sql("ALTER TABLE votes DROP COLUMN kind")
    again = await Store.open(url, pepper=b"x")
    await again.close()
    assert await sql("SELECT kind FROM votes") == await sql("SELECT * FROM answers") == []
    assert await sql("SELECT version_num FROM alembic_version") == [("0012",)]


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True)
async def test_rows_are_never_dropped(store: Store, url: str, sql: Sql) -> None:
    await store.set_language(1, "ko")
    await store.close()
    await sql("DELETE FROM alembic_version")
    with pytest.raises(StorageError, match="a table annotators with rows but no revision"):
        await Store.open(url, pepper=b"x")
    assert await sql("SELECT language FROM annotators") == [("ko",)]
    assert await sql("SELECT * FROM votes") == []


SECOND = """
from alembic import op
import sqlalchemy as sa

revision = "0013"
down_revision = "0012"

def upgrade():
    op.create_table("more", sa.Column("id", sa.Integer(), primary_key=True))
    op.drop_table("missing")
"""


def _to(revision: str, places: Places) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        there = MigrationContext.configure(connection).get_current_revision()
        step = command.downgrade if there is not None and there > revision else command.upgrade
        step(migrate.migration_config(connection, places), revision)

    return change


async def _migrate(url: str, revision: str, teaching: Path | None = None) -> None:
    database = Database(parse_url(url), migrating=True)
    async with database.write() as connection:
        await connection.run_sync(_to(revision, Places(teaching)))
    await database.close()


async def test_rows_from_before_consent_are_kept_both_ways(url: str, sql: Sql) -> None:
    await _migrate(url, "0001")
    await sql("INSERT INTO annotators VALUES (5, 'p', 'ko', '2026-01-01')")
    await sql("INSERT INTO inputs VALUES (1, 'nli', 'a', 'b', 'h', '2026-01-01')")
    await sql("INSERT INTO model_versions VALUES (1, 'nli', 'm', '', '2026-01-01')")
    for number in (7, 8):
        await sql(f"INSERT INTO predictions VALUES ({number}, 1, 1, 'c', 'l', '{{}}', '[]', '2026-01-01')")
    await sql("INSERT INTO votes VALUES (1, 7, 5, 0, 0, 'l', 'confirm', '2026-01-01', '2026-01-01')")
    await sql("INSERT INTO answers VALUES ('c', 1, 2, 7, '2026-01-01', '2026-01-01')")
    tables = ("annotators", "inputs", "model_versions", "predictions", "votes", "answers")
    before = {table: await sql(f"SELECT * FROM {table}") for table in tables}

    store = await Store.open(url, pepper=PEPPER)
    await store.close()
    assert await sql("SELECT id, language, consent FROM annotators") == [(5, "ko", None)]
    assert await sql("SELECT id, asker_id FROM predictions ORDER BY id") == [(7, None), (8, None)]
    assert await sql("SELECT prediction_id, annotator_id FROM votes") == [(7, 5)]
    assert await sql("SELECT prediction_id FROM answers") == [(7,)]

    await _migrate(url, "0001")
    assert {table: await sql(f"SELECT * FROM {table}") for table in tables} == before
    store = await Store.open(url, pepper=PEPPER)  # and up again, as after an update that was taken back
    await store.close()
    assert await sql("SELECT id, asker_id FROM predictions ORDER BY id") == [(7, None), (8, None)]


async def test_the_log_of_before_learns_of_the_votes_that_stand_and_no_more(url: str, sql: Sql) -> None:
    await _migrate(url, "0005")
    await sql("INSERT INTO annotators (id, pseudonym, created_at) VALUES (5, 'p', '2026-01-01')")
    await sql("INSERT INTO inputs VALUES (1, 'nli', 'a', 'b', 'h', '2026-01-01')")
    await sql("INSERT INTO model_versions VALUES (1, 'nli', 'm', '', '2026-01-01')")
    for number in (7, 8):
        await sql(
            "INSERT INTO predictions (id, input_id, model_version_id, chat_pseudonym, label, probabilities,"
            f" options, created_at) VALUES ({number}, 1, 1, 'c', 'l', '{{}}', '[]', '2026-01-01')"
        )
    await sql(
        "INSERT INTO votes"
        " (id, prediction_id, annotator_id, slot, choice, label, kind, blind, created_at, updated_at)"
        " VALUES (1, 7, 5, 0, 2, 'm', 'correct', true, '2026-01-01', '2026-01-01')"
    )
    changes = [
        (1, 7, "'counted'", "NULL", "'l'"),
        (2, 8, "'counted'", "NULL", "'l'"),
        (3, 7, "'changed'", "'l'", "'m'"),
        (4, 8, "'undone'", "'l'", "NULL"),
    ]
    for number, prediction, *labels in changes:
        values = f"{number}, {prediction}, 5, 0, {', '.join(labels)}, '2026-01-01'"
        await sql(f"INSERT INTO vote_events VALUES ({values})")
    before = await sql("SELECT * FROM vote_events ORDER BY id")
    store = await Store.open(url, pepper=PEPPER)
    await store.close()
    assert await sql("SELECT id, choice, kind, blind FROM vote_events ORDER BY id") == [
        (1, None, None, None),
        (2, None, None, None),
        (3, 2, "correct", True),
        (4, None, None, None),
    ]
    assert await standing(sql) == await replayed(sql)
    await _migrate(url, "0005")
    assert await sql("SELECT * FROM vote_events ORDER BY id") == before
    with pytest.raises(Exception, match="ck_vote_events_action"):
        await sql("UPDATE vote_events SET action = 'maybe'")


async def test_who_has_proved_right_before_that_was_kept_is_told_from_what_was(url: str, sql: Sql) -> None:
    await _migrate(url, "0006")
    kept = ((1, 10, "trusted"), (2, 9, "trusted"), (3, 30, "inverted"), (4, 12, "capped"), (5, 20, "new"))
    for person, judged, verdict in kept:
        await sql(
            f"INSERT INTO annotators (id, pseudonym, created_at) VALUES ({person}, 'p{person}', '2026-01-01')"
        )
        await sql(
            "INSERT INTO trusts"
            " (id, annotator_id, task, votes, judged, correct, trust, verdict, reason, updated_at)"
            f" VALUES ({person}, {person}, 'nli', 40, {judged}, 9, 0.9, '{verdict}', 'r', '2026-01-01')"
        )
    before = await sql("SELECT * FROM trusts ORDER BY id")
    store = await Store.open(url, pepper=PEPPER)
    await store.close()
    found = await sql("SELECT annotator_id FROM trusts WHERE proved = true ORDER BY id")
    assert found == [(1,), (4,)]
    assert await sql("SELECT DISTINCT taught FROM trusts") == [(40,)]
    await _migrate(url, "0006")
    assert await sql("SELECT * FROM trusts ORDER BY id") == before


async def test_what_groups_labelled_before_that_was_kept_on_the_answer_is_told_from_messages(
    url: str, sql: Sql
) -> None:
    await _migrate(url, "0008")
    await sql("INSERT INTO inputs VALUES (1, 'nli', 'a', 'b', 'h', '2026-01-01')")
    await sql("INSERT INTO model_versions VALUES (1, 'nli', 'm', '', '2026-01-01')")
    for number in (5, 6, 7, 8):
        await sql(
            "INSERT INTO predictions (id, input_id, model_version_id, chat_pseudonym, label, probabilities,"
            f" options, created_at) VALUES ({number}, 1, 1, 'c', 'l', '{{}}', '[]', '2026-01-01')"
        )
    for prediction, kind in ((5, "post"), (6, "closed"), (7, "nli")):
        values = f"'c', {prediction}, 1, {prediction}, '2026-01-01', '2026-01-01', '{kind}'"
        await sql(f"INSERT INTO answers VALUES ({values})")
    tables = ("predictions", "answers")
    before = {table: await sql(f"SELECT * FROM {table}") for table in tables}
    store = await Store.open(url, pepper=PEPPER)
    await store.close()
    assert await sql("SELECT id, post FROM predictions ORDER BY id") == [
        (5, "open"),
        (6, "closed"),
        (7, None),
        (8, None),
    ]
    kinds = await sql("SELECT prediction_id, task FROM answers ORDER BY prediction_id")
    assert kinds == [(5, "post"), (6, "post"), (7, "nli")]
    await _migrate(url, "0008")
    after = {table: await sql(f"SELECT * FROM {table}") for table in tables}
    assert {table: sorted(rows) for table, rows in after.items()} == {
        table: sorted(rows) for table, rows in before.items()
    }


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_a_table_built_anew_gives_no_id_out_again(url: str, sql: Sql, sentiment: NewPrediction) -> None:
    await _migrate(url, "0001")
    await sql("INSERT INTO inputs VALUES (1, 'nli', 'a', 'b', 'h', '2026-01-01')")
    await sql("INSERT INTO model_versions VALUES (1, 'nli', 'm', '', '2026-01-01')")
    await sql("INSERT INTO predictions VALUES (8, 1, 1, 'c', 'l', '{}', '[]', '2026-01-01')")
    store = await Store.open(url, pepper=PEPPER)
    await agree(store, ASKER)
    await sql("DELETE FROM predictions")
    assert await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER) > 8
    await store.close()


async def test_a_change_that_fails_midway_is_undone_or_told(
    store: Store, url: str, sql: Sql, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.close()
    shutil.copytree(migrate._FOLDER, tmp_path / "migrations")
    (tmp_path / "migrations/versions/r0013.py").write_text(SECOND)
    monkeypatch.setattr(migrate, "_FOLDER", tmp_path / "migrations")
    stopped = "the tables from revision 0012 stopped midway, and mysql does not undo it: .*go back to a copy"
    for _ in range(2):
        with pytest.raises(
            StorageError, match=stopped if kind == "mariadb" else "the database failed"
        ) as caught:
            await Store.open(url, pepper=b"x")
        assert "\n" not in str(caught.value)
    assert await sql("SELECT version_num FROM alembic_version") == [("0012",)]
    if kind != "mariadb":
        with pytest.raises(Exception, match="more"):
            await sql("SELECT * FROM more")


async def test_a_dialect_that_alembic_does_not_know_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(_impls, "sqlite")
    with pytest.raises(StorageError, match="Alembic, which makes the tables, does not know sqlite"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/votes.db", pepper=b"x")


@pytest.mark.parametrize("name", ["mssql", "oracle"])
def test_the_tables_can_be_written_for_databases_that_are_not_here(name: str) -> None:
    dialect = make_url(f"{name}://").get_dialect()()
    for table in Base.metadata.sorted_tables:
        said = str(CreateTable(table).compile(dialect=dialect))
        if "id" in table.columns:
            assert "IDENTITY" in said  # the database counts the rows
        if name == "mssql":
            assert " TEXT" not in said  # which holds no Korean


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE votes", "INSERT INTO _alembic_tmp_votes", "DROP TABLE votes"]
)
async def test_a_start_that_is_cancelled_while_tables_change_is_just_that(
    tmp_path: Path, statement: str
) -> None:
    url = parse_url(f"sqlite+aiosqlite:///{tmp_path}/a.db")
    opening = asyncio.create_task(migrate.migrate(url, Places()))

    def cancel(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if sql.strip().startswith(statement):
            opening.cancel()

    event.listen(Engine, "before_cursor_execute", cancel)
    try:
        with pytest.raises(asyncio.CancelledError):
            await opening
    finally:
        event.remove(Engine, "before_cursor_execute", cancel)
    await migrate.migrate(url, Places())  # and nothing of it is in the way
