"""Deletes, while the bot runs, questions that have become too old, and what deleting left behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from storage.store import StorageError, Store

_log = logging.getLogger(__name__)

_EVERY_S = 86_400.0  # what is counted in days needs no more
_TRACES_EVERY_S = 60.0


@asynccontextmanager
async def keeping_for(days: int | None, store: Store) -> AsyncIterator[None]:
    """Delete what is older than so many days, at once and then daily, while the block runs.

    Folders with what was deleted before, which a kill left or whose disk is there again, go as well, and so
    do, within a minute, traces that stayed in the database's log because somebody was reading it.

    Args:
        days: How long questions are kept; None for ever.
        store: Where.
    """
    age = None if days is None else timedelta(days=days)
    tasks = [
        asyncio.create_task(each)  # noqa: TID251  # awaited below
        for each in (_delete_daily(age, store), _erase_traces(store))
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def _delete_daily(age: timedelta | None, store: Store) -> None:
    while True:
        await store.erase_folders()
        if age is not None:
            await _delete(age, store)
        await asyncio.sleep(_EVERY_S)


async def _erase_traces(store: Store) -> None:
    while True:
        await asyncio.sleep(_TRACES_EVERY_S)
        await store.erase_traces()


async def _delete(age: timedelta, store: Store) -> None:
    try:
        deleted = await store.delete_older_than(datetime.now(UTC) - age)
    except StorageError as error:
        _log.warning("could not delete what is too old, trying again tomorrow: %s", error)
    else:
        if deleted:
            _log.info("deleted %d questions that were older than %d days", deleted, age.days)
