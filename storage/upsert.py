"""Insert a row, or update the one that has its key, in whatever way a database has for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import Base


async def upsert(
    connection: AsyncConnection,
    table: type[Base],
    values: Mapping[str, Any],
    *,
    key: Sequence[str],
    update: Sequence[str] = (),
) -> None:
    """Insert a row, or update the one that has its key; of several at once, all succeed.

    Args:
        connection: A writing transaction.
        table: Where to.
        values: The whole row.
        key: Columns of a unique constraint, the table's only one beside its id.
        update: Columns that an existing row takes over, ``updated_at`` among them (``onupdate`` does not fire
            here); none leaves the row as it is.
    """
    match connection.dialect.name:
        case "sqlite" | "postgresql" as name:
            # The two spell it the same but live in two modules.
            added = (postgresql.insert if name == "postgresql" else sqlite.insert)(table).values(dict(values))
            taken_over = {column: added.excluded[column] for column in update}
            await connection.execute(
                added.on_conflict_do_update(index_elements=key, set_=taken_over)
                if update
                else added.on_conflict_do_nothing(index_elements=key)
            )
        case "mysql" | "mariadb":
            # Locks the row for writing at once. A failed INSERT would lock it for reading, and two that have
            # done so and then want to write wait for each other.
            add = mysql.insert(table).values(dict(values))
            taken_over = {column: add.inserted[column] for column in update or key}
            await connection.execute(add.on_duplicate_key_update(taken_over))
        case _:
            await _insert_else_update(connection, table, values, key, update or key)


async def _insert_else_update(
    connection: AsyncConnection,
    table: type[Base],
    values: Mapping[str, Any],
    key: Sequence[str],
    columns: Sequence[str],
) -> None:
    """Do the same in standard SQL alone."""
    try:
        async with connection.begin_nested():  # a refused INSERT undoes itself alone
            await connection.execute(sa.insert(table).values(dict(values)))
    except IntegrityError:
        same = [getattr(table, column) == values[column] for column in key]
        changed = await connection.execute(
            sa.update(table).where(*same).values({column: values[column] for column in columns})
        )
        if changed.rowcount == 0:
            raise  # it was not the key that was refused
