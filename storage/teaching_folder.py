"""Whose a teaching folder is: it and its database carry the same mark, and both keep it when they move."""

from __future__ import annotations

import asyncio
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conflicts import again_after_conflict
from storage.engine import Database
from storage.errors import StorageError, WrongFolder
from storage.places import Places
from storage.teaching_tables import Checkpoint, FolderMark, Snapshot
from storage.upsert import upsert

MARK = "mark.txt"
_ITS = "teaching"
_THE_ONE = "let TEACHING_FOLDER name the one that the bot uses"


@dataclass(frozen=True, slots=True)
class TeachingFolder:
    """The teaching folder that this program was told of, which need not be the database's.

    Paths in it are kept relative, and TEACHING_FOLDER may be relative to where a program is started: two
    programs on one database may mean two folders by it. Then texts would be written where no deletion finds
    them.
    """

    database: Database
    places: Places

    async def require(self, path: Path | None = None) -> None:
        """See that what is about to be read is in the database's folder, or in no teaching folder at all.

        Args:
            path: What that is; the folder itself without.

        Raises:
            WrongFolder: It is in another one.
        """
        folder = self._around(path)
        if folder is not None:
            async with self.database.read() as connection:
                await self._check(connection, folder, await self._mark(connection))

    async def claim(self, path: Path | None = None) -> None:
        """See to the same before something is written, and mark folder and database where neither is yet.

        Args:
            path: Where it will be written; the folder itself without.

        Raises:
            WrongFolder: It is in another one.
            OSError: The folder cannot be made.
            StorageError: It cannot be marked.
        """
        folder = self._around(path)
        if folder is None:
            return
        async with self.database.read() as connection:
            its = await self._mark(connection)
            await self._check(connection, folder, its)
        if its is not None and its.placed:
            return
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        await self._choose()
        await self._place(folder)

    def _around(self, path: Path | None) -> Path | None:
        teaching = self.places.teaching
        if teaching is None or path is None:
            return teaching
        return None if Path(self.places.kept(path.absolute())).is_absolute() else teaching

    @again_after_conflict
    async def _choose(self) -> None:
        row = {"folder": _ITS, "mark": secrets.token_hex(16), "placed": False}
        async with self.database.write() as connection:
            await upsert(connection, FolderMark, row, key=["folder"])

    @again_after_conflict
    async def _place(self, folder: Path) -> None:
        """Write the database's mark into the folder, once; a kill before the commit lets it be done again."""
        async with self.database.write() as connection:
            its = await self._mark(connection, hold=True)
            await self._check(connection, folder, its)
            if its is not None and not its.placed:
                await asyncio.to_thread(_write, folder / MARK, its.mark)
                await connection.execute(update(FolderMark).values(placed=True))

    async def _mark(self, connection: AsyncConnection, *, hold: bool = False) -> Row[str, bool] | None:
        query = select(FolderMark.mark, FolderMark.placed)
        return (await connection.execute(query.with_for_update() if hold else query)).one_or_none()

    async def _check(self, connection: AsyncConnection, folder: Path, its: Row[str, bool] | None) -> None:
        here, file = await asyncio.to_thread(_read, folder / MARK), folder / MARK
        placed = its is not None and its.placed
        if here is not None:
            if its is None or here != its.mark:
                new = f"let TEACHING_FOLDER name a new one; delete {file} if this database is older than that"
                raise WrongFolder(
                    f"{folder} is the teaching folder of another database: {_THE_ONE if placed else new}"
                )
        elif placed or not await self._may_be_its(connection):
            what = f"{file} is missing" if placed else "nothing that was kept is there"
            lost = f", or if that is lost, write {its.mark} into {file}" if its is not None else ""
            raise WrongFolder(
                f"{folder} is not the teaching folder of this database ({what}): {_THE_ONE}{lost}"
            )

    async def _may_be_its(self, connection: AsyncConnection) -> bool:
        """Say whether a folder without a mark may be that of a database from before there were any."""
        snapshots = select(Snapshot.path).where(Snapshot.state == "whole")
        models = select(Checkpoint.path).where(Checkpoint.state != "retired")
        kept = [*(await connection.scalars(snapshots)), *(await connection.scalars(models))]
        inside = [self.places.found(path) for path in kept if not Path(path).is_absolute()]
        return not inside or await asyncio.to_thread(lambda: any(path.exists() for path in inside))


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StorageError(f"{file}: {error.strerror}") from error


def _write(file: Path, mark: str) -> None:
    """Write the mark, whole and on the disk when this returns."""
    draft = file.with_name(f".{file.name}.draft")
    try:
        with draft.open("w", encoding="utf-8") as stream:
            stream.write(f"{mark}\n")
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StorageError(f"{file}: {error.strerror}") from error
