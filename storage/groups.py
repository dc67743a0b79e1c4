"""Access to ``group_settings``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import GroupSetting
from storage.upsert import upsert
from storage.values import GroupSettings, Voters

_KEY = ["chat_pseudonym"]


@dataclass(frozen=True, slots=True)
class Groups:
    """Reads and writes what groups have set, and where they went, in one transaction."""

    connection: AsyncConnection

    async def same(self, chat_pseudonym: str) -> set[str]:
        """Return the chats in which the group of this one was before it moved, or is since."""
        chat, moved_to = GroupSetting.chat_pseudonym, GroupSetting.moved_to
        query = select(chat, moved_to).where(or_(chat == chat_pseudonym, moved_to == chat_pseudonym))
        rows = await self.connection.execute(query)
        return {name for row in rows for name in row if name is not None}

    async def settings(self, chat_pseudonym: str) -> GroupSettings:
        """Return what a group has set, in the chat in which it goes on."""
        row = await self._row(chat_pseudonym)
        if row is None:
            return GroupSettings()
        return _settings(row) if row.moved_to is None else await self.settings(row.moved_to)

    async def change(
        self, chat_pseudonym: str, change: Callable[[GroupSettings], GroupSettings]
    ) -> GroupSettings:
        """Change what a group has set, one after the other when several do at once or the group moves."""
        await self._add(chat_pseudonym, GroupSettings())
        row = await self._lock(chat_pseudonym)
        if row.moved_to is not None:  # perhaps while the lock was waited for
            return await self.change(row.moved_to, change)
        changed = change(_settings(row))
        await self._update(chat_pseudonym, _columns(changed))
        return changed

    async def move(self, old: str, new: str) -> None:
        """Let settings follow a group into a new chat; done again, it changes nothing.

        What the new chat has set already stays. Which message answered which command is left behind: there
        the messages are numbered anew.
        """
        await self._add(old, GroupSettings())
        row = await self._lock(old)
        await self._add(new, _settings(row))
        await self._update(old, {"moved_to": new, **_columns(GroupSettings())})

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

    async def _update(self, chat_pseudonym: str, values: Mapping[str, object]) -> None:
        where = GroupSetting.chat_pseudonym == chat_pseudonym
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
