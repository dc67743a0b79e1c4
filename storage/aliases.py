"""Access to ``aliases`` and ``promotions``: who serves a task, and how that came about."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.base import utc_now
from storage.checkpoint_values import ChampionChange
from storage.teaching_tables import Alias, Checkpoint, Promotion
from storage.upsert import upsert

CHAMPION, PREVIOUS = "champion", "previous"
_KEY = ["task", "alias"]


@dataclass(frozen=True, slots=True)
class Aliases:
    """Reads and writes the aliases of one task in one transaction."""

    connection: AsyncConnection
    task: str

    async def lock(self) -> int | None:
        """Return the champion's id and hold the task's aliases until the transaction ends.

        Of two who promote at once, the second so sees what the first has done. Whoever also locks a
        checkpoint does it after this.
        """
        row = self._row(CHAMPION, None)
        await upsert(self.connection, Alias, row, key=_KEY)
        query = select(Alias.checkpoint_id).where(*self._is(CHAMPION)).with_for_update()
        return (await self.connection.execute(query)).scalar_one()

    async def champion(self) -> int | None:
        """Return the champion's id, which may change at any moment."""
        return await self.connection.scalar(select(Alias.checkpoint_id).where(*self._is(CHAMPION)))

    async def previous(self) -> tuple[bool, int | None]:
        """Return whether there was a champion before, and its id."""
        found = (
            await self.connection.execute(select(Alias.checkpoint_id).where(*self._is(PREVIOUS)))
        ).one_or_none()
        return (False, None) if found is None else (True, found.checkpoint_id)

    async def put(self, alias: str, checkpoint_id: int | None) -> None:
        """Let an alias name a checkpoint, or that of the catalogue."""
        await upsert(
            self.connection,
            Alias,
            self._row(alias, checkpoint_id),
            key=_KEY,
            update=["checkpoint_id", "updated_at"],
        )

    async def drop(self, alias: str) -> None:
        """Let an alias name nothing."""
        await self.connection.execute(delete(Alias).where(*self._is(alias)))

    async def log(self, before: int | None, after: int | None, actor: str, reason: str) -> ChampionChange:
        """Keep how the champion changed."""
        row = {"task": self.task, "actor": actor, "reason": reason, "at": utc_now()}
        added = insert(Promotion).values(from_id=before, to_id=after, **row)
        await self.connection.execute(added)
        return (await self.changes())[-1]

    async def changes(self) -> tuple[ChampionChange, ...]:
        """Return how the champion changed, oldest first."""
        old, new = aliased(Checkpoint), aliased(Checkpoint)
        query = (
            select(
                Promotion.actor, Promotion.reason, Promotion.at, old.name.label("old"), new.name.label("new")
            )
            .outerjoin(old, old.id == Promotion.from_id)
            .outerjoin(new, new.id == Promotion.to_id)
            .where(Promotion.task == self.task)
            .order_by(Promotion.id)
        )
        rows = (await self.connection.execute(query)).all()
        return tuple(
            ChampionChange(self.task, row.old, row.new, row.actor, row.reason, row.at) for row in rows
        )

    def _is(self, alias: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return (Alias.task == self.task, Alias.alias == alias)

    def _row(self, alias: str, checkpoint_id: int | None) -> dict[str, object]:
        return {
            "task": self.task,
            "alias": alias,
            "checkpoint_id": checkpoint_id,
            "updated_at": utc_now(),
        }
