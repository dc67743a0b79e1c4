"""The folders of data sets that hold a deleted text, and of models retired for one: they go, as they are."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import select

from storage.engine import Database
from storage.errors import StorageError
from storage.teaching_folder import TeachingFolder
from storage.teaching_tables import Checkpoint, Snapshot

_log = logging.getLogger(__name__)


def draft(folder: Path) -> Path:
    """Where a data set is written until it is whole and renamed."""
    return folder.with_name(f".{folder.name}.draft")


async def erase_stale(database: Database, teaching: TeachingFolder) -> None:
    """Delete the folder of every stale snapshot and retired checkpoint that is on this machine.

    The database remembers all of them: one that was on a disk which is there again is deleted then.

    Raises:
        StorageError: One cannot be deleted; the others are.
    """
    async with database.read() as connection:
        stale = select(Snapshot.path).where(Snapshot.state == "stale").order_by(Snapshot.id)
        retired = select(Checkpoint.path).where(Checkpoint.state == "retired").order_by(Checkpoint.id)
        paths = [*(await connection.scalars(stale)), *(await connection.scalars(retired))]
    await erase_kept(teaching, paths)


async def erase_kept(teaching: TeachingFolder, kept: Sequence[str]) -> None:
    """Delete folders, given as they are kept; those in the teaching folder only if it is the database's.

    Raises:
        StorageError: One cannot be deleted, or lies in a folder that may be another's; the others are.
    """
    unknown: StorageError | None = None
    if not all(Path(path).is_absolute() for path in kept):
        try:
            await teaching.require()
        except StorageError as error:
            unknown, kept = error, [path for path in kept if Path(path).is_absolute()]
    await asyncio.to_thread(erase, [teaching.places.found(path) for path in kept])
    if unknown is not None:
        raise StorageError(f"what came of deleted texts was not looked for: {unknown}") from unknown


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
