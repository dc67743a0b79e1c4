"""Bringing a database to the newest tables when it is opened."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection

from storage.engine import Database
from storage.errors import StorageError

_FOLDER = Path(__file__).parent / "migrations"
_POSTGRES_LOCK = 0x6B6F62657274  # "kobert": any number that nothing else in the database uses


async def migrate(url: URL) -> None:
    """Apply every revision that the database lacks, all or none; processes that start at once take turns.

    Args:
        url: What :func:`storage.engine.parse_url` returned.

    Raises:
        StorageError: The database cannot be opened, or a newer program has changed it.
    """
    database = Database(url, migrating=True)
    try:
        # In SQLite this transaction holds the write lock from its first statement on.
        async with database.write() as connection:
            await connection.run_sync(upgrade)
    finally:
        await database.close()


def upgrade(connection: Connection) -> None:
    """Apply the missing revisions inside the transaction that ``connection`` has open.

    Raises:
        StorageError: The database has a revision this program does not know.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRES_LOCK})")
    config = migration_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    unknown = set(MigrationContext.configure(connection).get_current_heads()) - known
    if unknown:
        raise StorageError(
            f"the database has revision {', '.join(sorted(unknown))}, which this kobert-bot does not know: "
            "a newer one made it, so update the program"
        )
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise StorageError(f"the database has a row in {broken[0]} whose row in {broken[2]} is missing")


def migration_config(connection: Connection) -> Config:
    """Return Alembic's settings for the revisions in this package, bound to ``connection``."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
