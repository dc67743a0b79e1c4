"""Rows of the teaching loop, as tests put them into the database."""

from __future__ import annotations

from tests.storage.conftest import Sql

NOW = "2026-01-01 12:00:00"


async def insert(sql: Sql, table: str, **values: object) -> None:
    """Insert a row; a text is quoted."""
    written = [f"'{value}'" if isinstance(value, str) else str(value) for value in values.values()]
    await sql(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(written)})")


async def checkpoint(sql: Sql, number: int, **its: object) -> None:
    """Insert a checkpoint ``c<number>`` for sentiment."""
    fixed = {"path": "/nowhere", "version": "v", "base": "builtin", "seed": 0, "code": "", "metrics": "{}"}
    its |= {"task": "sentiment", "name": f"c{number}", "state": "ready", "created_at": NOW}
    await insert(sql, "checkpoints", id=number, **fixed, **its)
