"""What is set at the very moment at which a group becomes a supergroup."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Row

from storage.groups import Groups
from storage.store import GroupSettings, Store, Voters

OLD, NEW = -4001, -1004001


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
async def test_what_is_set_while_the_group_moves_is_set_where_it_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other databases let nobody else write meanwhile."""
    await store.change_group_settings(OLD, lambda _: GroupSettings("ko", "klue", Voters.ADMINS, 60))
    begun, moved, lock = asyncio.Event(), asyncio.Event(), Groups._lock

    async def late(groups: Groups, chat_pseudonym: str) -> Row[Any]:
        monkeypatch.setattr(Groups, "_lock", lock)
        begun.set()
        await moved.wait()
        return await lock(groups, chat_pseudonym)

    monkeypatch.setattr(Groups, "_lock", late)
    async with asyncio.TaskGroup() as group:
        group.create_task(store.change_group_settings(OLD, partial(replace, cooldown=300)))
        await begun.wait()
        await store.move_group(OLD, NEW)
        moved.set()
    expected = GroupSettings("ko", "klue", Voters.ADMINS, 300)
    assert await store.group_settings(NEW) == await store.group_settings(OLD) == expected
