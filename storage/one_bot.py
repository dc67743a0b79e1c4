"""One bot on a database: a second one would change the messages of the first, and take them for deleted.

Commands beside the bot take no part in this.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import MYSQL, Database, hidden, make_folder, parse_url, sqlite_file
from storage.errors import OtherBot, StorageError
from storage.file_lock import take

_POSTGRES_LOCK = 0x6B6F62  # "kob": the first of two numbers that nothing else in the database uses
_LONGEST_IDLE_S = (
    31_536_000  # MySQL's most; by its default it ends who is silent for eight hours, and the lock
)


@asynccontextmanager
async def one_bot(url: str) -> AsyncIterator[None]:
    """Hold a database for one bot while the block runs; it is free again with the process, however that ends.

    In SQLite that is a lock on a file beside the database's, in PostgreSQL, MySQL and MariaDB one of the
    server, for as long as the connection lasts. Elsewhere nothing keeps a second bot away.

    Args:
        url: The database, which this does not make.

    Raises:
        OtherBot: Another bot holds it.
        StorageError: It cannot be locked.
    """
    parsed = parse_url(url)
    file = sqlite_file(parsed)
    if file is not None:
        with _file(file):
            yield
        return
    database, held = Database(parsed), AsyncExitStack()
    try:
        await database.check()
        if not await _lock(await held.enter_async_context(database.read())):
            raise OtherBot(hidden(parsed))
        yield
    finally:
        with suppress(StorageError):  # the connection was lost meanwhile, and the lock with it
            await held.aclose()
        await database.close()


@contextmanager
def _file(file: Path) -> Iterator[None]:
    """Hold the lock beside a SQLite file, by whichever link it is named."""
    make_folder(file)
    lock = Path(f"{file.resolve()}.bot.lock")
    with ExitStack() as closing:
        try:
            free = take(closing.enter_context(lock.open("a")))
        except OSError as error:
            raise StorageError(f"cannot lock {lock}: {error.strerror}") from error
        if not free:
            raise OtherBot(str(file))
        yield


async def _lock(connection: AsyncConnection) -> bool:
    """Lock a server's database until the transaction ends; returns whether nobody else had it."""
    kind = connection.dialect.name
    if kind == "postgresql":  # of the transaction: a pooler keeps its connection for nobody else
        schema = sa.func.hashtext(sa.func.coalesce(sa.func.current_schema(), ""))
        query = sa.select(sa.func.pg_try_advisory_xact_lock(_POSTGRES_LOCK, schema))
        return bool(await connection.scalar(query))
    if kind in MYSQL:
        await connection.exec_driver_sql(f"SET SESSION wait_timeout = {_LONGEST_IDLE_S}")
        # Its name, of at most 64 characters, is common to all databases of the server.
        database = await connection.scalar(sa.select(sa.func.database()))
        name = hashlib.sha256(f"kobert-bot runs {database}".encode()).hexdigest()
        return await connection.scalar(sa.select(sa.func.get_lock(name, 0))) == 1
    return True
