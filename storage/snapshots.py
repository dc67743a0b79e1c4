"""Access to ``dataset_snapshots`` and ``snapshot_members``: data sets drawn from the votes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Row, delete, insert, select, update

from storage.conflicts import again_after_conflict
from storage.engine import Database
from storage.errors import StorageError
from storage.portions import portions
from storage.snapshot_files import erase
from storage.tables import utc_now
from storage.teaching_folder import TeachingFolder
from storage.teaching_tables import Snapshot, SnapshotMember


class Overtaken(StorageError):
    """A text was deleted while a data set was drawn; it has to be drawn anew."""

    def __init__(self, name: str) -> None:
        super().__init__(f"a text was deleted while {name} was drawn")


@dataclass(frozen=True, slots=True)
class Member:
    """One labelled text of a data set.

    Attributes:
        item: The input.
        slot: The blank's index for mask, else 0.
        split: ``train``, ``dev``, ``heldout`` or ``gold``.
        label: What was held to be right.
    """

    item: int
    slot: int
    split: str
    label: str


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A data set and where it is.

    Attributes:
        id: Its number.
        name: The task and a count, such as ``sentiment-0003``.
        task: What its labels are of.
        manifest_hash: SHA-256 of its manifest; the same votes give the same one.
        path: Its folder, absolute.
        state: ``drawing``, ``whole``, or ``stale`` since a text in it was deleted.
        manifest: What the folder's ``manifest.json`` says.
        created_at: When, UTC.
    """

    id: int
    name: str
    task: str
    manifest_hash: str
    path: Path
    state: str
    manifest: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Reads and writes data sets, each method in a transaction of its own."""

    database: Database
    teaching: TeachingFolder

    async def list(self, task: str | None = None) -> tuple[StoredSnapshot, ...]:
        """Return the data sets of a task, or all, the oldest first."""
        query = select(Snapshot).order_by(Snapshot.id)
        if task is not None:
            query = query.where(Snapshot.task == task)
        async with self.database.read() as connection:
            return tuple(self._stored(row) for row in await connection.execute(query))

    async def get(self, name: str) -> StoredSnapshot | None:
        """Return the data set of this name, if there is one."""
        async with self.database.read() as connection:
            row = (await connection.execute(select(Snapshot).where(Snapshot.name == name))).one_or_none()
        return None if row is None else self._stored(row)

    async def newest(self, task: str) -> StoredSnapshot | None:
        """Return the last data set of a task that is whole, if there is one."""
        query = select(Snapshot).where(Snapshot.task == task, Snapshot.state == "whole")
        async with self.database.read() as connection:
            row = (await connection.execute(query.order_by(Snapshot.id.desc()).limit(1))).one_or_none()
        return None if row is None else self._stored(row)

    async def members(self, snapshot_id: int) -> tuple[Member, ...]:
        """Return what is left in the database of a data set's texts."""
        columns = (
            SnapshotMember.input_id.label("item"),
            SnapshotMember.slot,
            SnapshotMember.split,
            SnapshotMember.label,
        )
        query = select(*columns).where(SnapshotMember.snapshot_id == snapshot_id).order_by(SnapshotMember.id)
        async with self.database.read() as connection:
            return tuple(Member(*row) for row in await connection.execute(query))

    @again_after_conflict
    async def begin(self, task: str, folder: Path) -> StoredSnapshot:
        """Give a data set its name before its first text is written; :meth:`finish` makes it whole.

        Args:
            task: What its labels are of.
            folder: The folder of all data sets, absolute.

        Raises:
            WrongFolder: It is in a teaching folder, and that is not the database's.
        """
        await self.teaching.claim(folder)
        async with self.database.write() as connection:
            before = select(Snapshot.name).where(Snapshot.task == task)
            numbers = [int(name.rpartition("-")[2]) for name in (await connection.scalars(before)).all()]
            name = f"{task}-{max(numbers, default=0) + 1:04d}"
            row = {
                "name": name,
                "task": task,
                "manifest_hash": "",
                "path": self.teaching.places.kept(folder / name),
                "state": "drawing",
                "manifest": {},
                "created_at": utc_now(),
            }
            await connection.execute(insert(Snapshot).values(row))
            added = await connection.execute(select(Snapshot).where(Snapshot.name == name))
            return self._stored(added.one())

    @again_after_conflict
    async def finish(
        self,
        snapshot: StoredSnapshot,
        members: Sequence[Member],
        *,
        manifest: Mapping[str, Any],
        manifest_hash: str,
    ) -> StoredSnapshot:
        """Make a data set whole, whose folder is written; committed on return.

        Raises:
            Overtaken: A text was deleted since it began.
        """
        async with self.database.write() as connection:
            its = Snapshot.id == snapshot.id
            state = await connection.scalar(select(Snapshot.state).where(its).with_for_update())
            if state != "drawing":
                raise Overtaken(snapshot.name)
            rows = [
                {
                    "snapshot_id": snapshot.id,
                    "input_id": member.item,
                    "slot": member.slot,
                    "split": member.split,
                    "label": member.label,
                }
                for member in members
            ]
            for some in portions(rows):
                await connection.execute(insert(SnapshotMember), some)
            done = {"state": "whole", "manifest": dict(manifest), "manifest_hash": manifest_hash}
            await connection.execute(update(Snapshot).where(its).values(done))
            return self._stored((await connection.execute(select(Snapshot).where(its))).one())

    async def clear(self, folder: Path) -> int:
        """Delete what was begun in a folder, given as in :meth:`begin`, and not finished: files and rows.

        Only whoever holds the folder's lock may do so: nobody else is drawing in it then.

        Returns:
            How many there were.
        """
        query = select(Snapshot).where(Snapshot.manifest_hash == "")
        async with self.database.read() as connection:
            begun = [self._stored(row) for row in await connection.execute(query)]
        left = [each for each in begun if each.path.parent == folder]
        await asyncio.to_thread(erase, [each.path for each in left])
        await self._drop([each.id for each in left])
        return len(left)

    @again_after_conflict
    async def _drop(self, ids: Sequence[int]) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(Snapshot).where(Snapshot.id.in_(ids)))

    def _stored(self, row: Row[Any]) -> StoredSnapshot:
        return StoredSnapshot(
            id=row.id,
            name=row.name,
            task=row.task,
            manifest_hash=row.manifest_hash,
            path=self.teaching.places.found(row.path),
            state=row.state,
            manifest=cast("Mapping[str, Any]", row.manifest),
            created_at=row.created_at,
        )
