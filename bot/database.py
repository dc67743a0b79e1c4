"""The database, for commands that do one thing with it and end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from bot.settings import Settings, pseudonym_key
from storage.errors import StorageError

if TYPE_CHECKING:
    from storage.store import Store

_Found = TypeVar("_Found")


async def in_database(
    settings: Settings, do: Callable[[Store], Awaitable[_Found]], *, new: bool = False
) -> _Found:
    """Do something with the database.

    Args:
        settings: Say where it is.
        do: What to do.
        new: Make it if it is not there.

    Raises:
        StorageError: It is not there, cannot be opened, or failed.
        SettingsError: Its key cannot be read.
    """
    from storage.engine import exists  # noqa: PLC0415  # SQLAlchemy: half a second that --help needn't wait
    from storage.store import Store  # noqa: PLC0415

    if not new and not exists(settings.database_url):
        raise StorageError(f"there is no database {settings.database_url} here; DATABASE_URL says where")
    store = await Store.open(settings.database_url, pepper=pseudonym_key(settings))
    try:
        return await do(store)
    finally:
        await store.close()
