"""INSERT … ON CONFLICT for both databases, which spell it the same but live in two dialect modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
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
    """Insert a row, or update the one that has its key.

    Args:
        connection: A writing transaction.
        table: Where to.
        values: The whole row.
        key: Columns of a unique constraint.
        update: Columns that an existing row takes over, ``updated_at`` among them (``onupdate`` does not fire
            here); none leaves the row as it is.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(dict(values))
    if update:
        statement = statement.on_conflict_do_update(
            index_elements=key, set_={name: statement.excluded[name] for name in update}
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    await connection.execute(statement)
