"""The folders of data sets that hold a deleted text, and of models retired for one: they go, as they are."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from sqlalchemy import select

from storage.engine import Database
from storage.errors import StorageError
from storage.teaching_tables import Checkpoint, Snapshot


async def erase_stale(database: Database) -> None:
    """Delete the folder of every stale snapshot and retired checkpoint; done again, this changes nothing.

    Raises:
        StorageError: One cannot be deleted; the others are.
    """
    async with database.read() as connection:
        stale = select(Snapshot.path).where(Snapshot.state == "stale").order_by(Snapshot.id)
        retired = select(Checkpoint.path).where(Checkpoint.state == "retired").order_by(Checkpoint.id)
        paths = [*(await connection.scalars(stale)), *(await connection.scalars(retired))]
    await asyncio.to_thread(_erase, [Path(path) for path in paths])


def _erase(folders: list[Path]) -> None:
    left: list[str] = []
    for folder in folders:
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            left.append(f"{folder}: {error.strerror}")
    if left:
        raise StorageError(
            f"a folder with what came of deleted texts could not be deleted: {'; '.join(left)}"
        )
