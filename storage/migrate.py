"""Bringing a database to the newest tables when it is opened."""

from __future__ import annotations

import hashlib
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.ddl.impl import DefaultImpl
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from storage.engine import MYSQL, Database
from storage.errors import StorageError
from storage.failures import without_values
from storage.places import Places
from storage.tables import Base

_FOLDER = Path(__file__).parent / "migrations"
_POSTGRES_LOCK = 0x6B6F62657274  # "kobert": any number that nothing else in the database uses
_PATIENCE_S = 600


async def migrate(url: URL, places: Places) -> None:
    """Apply every revision that the database lacks.

    In SQLite, PostgreSQL and SQL Server it is all or none. MySQL, MariaDB and Oracle commit each changed
    table at once: tables of a first start that was cut off are made anew at the next, and a later change that
    was cut off is refused in one line that says so. Processes that start at once take turns in SQLite,
    PostgreSQL, MySQL and MariaDB; no lock is common to all others: there let one process start alone.

    Args:
        url: What :func:`storage.engine.parse_url` returned.
        places: Of the folders that it tells of.

    Raises:
        StorageError: The database cannot be opened, or a newer program has changed it.
    """
    database = Database(url, migrating=True)
    try:
        await database.check()
        # In SQLite this transaction holds the write lock from its first statement on.
        async with database.write() as connection:
            await connection.run_sync(upgrade, places)
    finally:
        await database.close()


def upgrade(connection: Connection, places: Places) -> None:
    """Apply the missing revisions inside the transaction that ``connection`` has open.

    Raises:
        StorageError: The database has a revision this program does not know, or changing it failed midway.
    """
    try:
        DefaultImpl.get_by_dialect(connection.dialect)
    except KeyError:
        raise StorageError(
            f"DATABASE_URL: Alembic, which makes the tables, does not know {connection.dialect.name}"
        ) from None
    _lock(connection)
    config = migration_config(connection, places)
    context = MigrationContext.configure(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    present = context.get_current_heads()
    unknown = set(present) - known
    if unknown:
        raise StorageError(
            f"the database has revision {', '.join(sorted(unknown))}, which this kobert-bot does not know: "
            "a newer one made it, so update the program"
        )
    if context.impl.transactional_ddl or connection.dialect.name == "sqlite":
        command.upgrade(config, "head")
    else:
        _upgrade_in_steps(connection, config, present)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise StorageError(f"the database has a row in {broken[0]} whose row in {broken[2]} is missing")


def _upgrade_in_steps(connection: Connection, config: Config, present: tuple[str, ...]) -> None:
    """Apply the missing revisions where each changed table is committed at once.

    Alembic makes its own table before the first revision and writes into it after each: the table without a
    row tells a first start that was cut off.
    """
    if not present and sa.inspect(connection).has_table("alembic_version"):
        tables = [
            table for table in Base.metadata.sorted_tables if sa.inspect(connection).has_table(table.name)
        ]
        for table in tables:
            if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None:
                raise StorageError(
                    f"the database has a table {table.name} with rows but no revision: use an empty one"
                )
        Base.metadata.drop_all(connection, tables)
    try:
        command.upgrade(config, "head")
    except SQLAlchemyError as error:
        if not present:
            raise  # nothing is lost: see above
        raise StorageError(
            f"changing the tables from revision {', '.join(present)} stopped midway, and "
            f"{connection.dialect.name} does not undo it: {without_values(error)}; "
            "go back to a copy from before"
        ) from error


def _lock(connection: Connection) -> None:
    """Let one process at a time change the tables until its connection ends, where there is a lock."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRES_LOCK})")
    elif connection.dialect.name in MYSQL:
        # A lock of the session, which the commits between do not end; its name, of at most 64 characters, is
        # common to all databases of the server.
        database = connection.scalar(sa.select(sa.func.database()))
        name = hashlib.sha256(f"kobert-bot {database}".encode()).hexdigest()
        if connection.scalar(sa.select(sa.func.get_lock(name, _PATIENCE_S))) != 1:
            raise StorageError(f"another process has been changing the tables for {_PATIENCE_S} seconds")


def migration_config(connection: Connection, places: Places) -> Config:
    """Return Alembic's settings for the revisions in this package, bound to ``connection``."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["places"] = places
    return config
