"""Access to ``group_settings``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import GroupSetting, Prediction
from storage.upsert import upsert
from storage.values import GroupSettings, Voters

_KEY = ["chat_pseudonym"]


@dataclass(frozen=True, slots=True)
class Groups:
    """Reads and writes what groups have set, and where they went, in one transaction."""

    connection: AsyncConnection

    async def present(self, chat_pseudonym: str) -> str:
        """Return the chat in which a group goes on: the same one, unless it has moved."""
        query = select(GroupSetting.moved_to).where(GroupSetting.chat_pseudonym == chat_pseudonym)
        return await self.connection.scalar(query) or chat_pseudonym

    async def settings(self, chat_pseudonym: str) -> GroupSettings:
        """Return what a group has set."""
        row = await self._row(chat_pseudonym)
        return GroupSettings() if row is None else _settings(row)

    async def change(
        self, chat_pseudonym: str, change: Callable[[GroupSettings], GroupSettings]
    ) -> GroupSettings:
        """Change what a group has set, one after the other when several do at once."""
        await self._add(chat_pseudonym, GroupSettings())
        changed = change(_settings(await self._lock(chat_pseudonym)))
        await self._update(chat_pseudonym, changed, moved_to=None)
        return changed

    async def move(self, old: str, new: str) -> None:
        """Let settings and predictions follow a group into a new chat; done again, it changes nothing.

        What the new chat has set already stays. Which message answered which command is left behind: there
        the messages are numbered anew.
        """
        await self._add(old, GroupSettings())
        row = await self._lock(old)
        await self._add(new, _settings(row))
        await self._update(old, GroupSettings(), moved_to=new)
        await self.connection.execute(
            update(Prediction).where(Prediction.chat_pseudonym == old).values(chat_pseudonym=new)
        )

    async def _row(self, chat_pseudonym: str) -> Row[Any] | None:
        query = select(GroupSetting).where(GroupSetting.chat_pseudonym == chat_pseudonym)
        return (await self.connection.execute(query)).one_or_none()

    async def _lock(self, chat_pseudonym: str) -> Row[Any]:
        """Return a row that is there, and hold it until the transaction ends."""
        query = select(GroupSetting).where(GroupSetting.chat_pseudonym == chat_pseudonym).with_for_update()
        return (await self.connection.execute(query)).one()

    async def _add(self, chat_pseudonym: str, settings: GroupSettings) -> None:
        """Make the row of a group that has none."""
        row = {"chat_pseudonym": chat_pseudonym, "moved_to": None, **_columns(settings)}
        await upsert(self.connection, GroupSetting, row, key=_KEY)

    async def _update(self, chat_pseudonym: str, settings: GroupSettings, *, moved_to: str | None) -> None:
        where = GroupSetting.chat_pseudonym == chat_pseudonym
        values = {"moved_to": moved_to, **_columns(settings)}
        await self.connection.execute(update(GroupSetting).where(where).values(values))


def _settings(row: Row[Any]) -> GroupSettings:
    return GroupSettings(row.language, row.preset, Voters(row.voters), row.cooldown)


def _columns(settings: GroupSettings) -> dict[str, object]:
    return {
        "language": settings.language,
        "preset": settings.preset,
        "voters": settings.voters.value,
        "cooldown": settings.cooldown,
    }
