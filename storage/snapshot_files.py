"""The folders of data sets that hold a deleted text, and of models retired for one: they go, as they are."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select

from storage.engine import Database
from storage.errors import StorageError
from storage.places import Places
from storage.teaching_tables import Checkpoint, Snapshot

_log = logging.getLogger(__name__)


def draft(folder: Path) -> Path:
    """Where a data set is written until it is whole and renamed."""
    return folder.with_name(f".{folder.name}.draft")


async def erase_stale(database: Database, places: Places) -> None:
    """Delete the folder of every stale snapshot and retired checkpoint that is on this machine.

    The database remembers all of them: one that was on a disk which is there again is deleted then.

    Raises:
        StorageError: One cannot be deleted; the others are.
    """
    async with database.read() as connection:
        stale = select(Snapshot.path).where(Snapshot.state == "stale").order_by(Snapshot.id)
        retired = select(Checkpoint.path).where(Checkpoint.state == "retired").order_by(Checkpoint.id)
        paths = [*(await connection.scalars(stale)), *(await connection.scalars(retired))]
    await asyncio.to_thread(erase, [places.found(path) for path in paths])


def erase(folders: Iterable[Path]) -> None:
    """Delete the folders of data sets and what was written of them so far; one may be gone already.

    Raises:
        StorageError: One cannot be deleted; the others are.
    """
    left: list[str] = []
    for folder in (each for path in folders for each in (draft(path), path)):
        try:
            shutil.rmtree(folder)
            _log.info("deleted the folder %s", folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            left.append(f"{folder}: {error.strerror}")
    if left:
        raise StorageError(
            f"a folder with what came of deleted texts could not be deleted: {'; '.join(left)}"
        )
