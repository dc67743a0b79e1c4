"""Deleting to the end: rows, then the folders of what came of them, then their traces in a file of SQLite."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from storage.checkpoints import Checkpoints
from storage.conflicts import again_after_conflict
from storage.engine import Database
from storage.errors import StorageError
from storage.portions import AT_ONCE
from storage.privacy.forgetting import Forgetting
from storage.snapshot_files import erase_stale
from storage.teaching_folder import TeachingFolder

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Erasing:
    """Deletes what belongs to a person, and what has become old.

    Once rows are deleted, what cannot be erased is logged, and goes when :meth:`folders` and :meth:`traces`
    are called again, or with the next that is deleted.
    """

    database: Database
    checkpoints: Checkpoints
    teaching: TeachingFolder

    async def person(self, pseudonym: str, private_chat: str) -> None:
        """Delete a person, as :class:`Forgetting` does, given the pseudonym of their private chat too."""
        await self._person(pseudonym, private_chat)
        await self.folders()
        await self._traces()

    async def older_than(self, moment: datetime) -> int:
        """Delete questions from before ``moment``, and return how many."""
        deleted = 0
        while found := await self._some_older_than(moment):
            deleted += found
            if found < AT_ONCE:
                break
        if deleted:
            await self.folders()
            await self._traces()
        return deleted

    async def folders(self) -> None:
        """Delete from this machine the data sets that had what was deleted, and the models that learnt it."""
        try:
            await self.checkpoints.retire_tainted()
            await erase_stale(self.database, self.teaching)
        except StorageError as error:
            _log.warning("%s", error)

    async def traces(self) -> None:
        """Erase traces of deleted rows that stayed because somebody was reading the database."""
        if self.database.traces_left:
            await self._traces()

    @again_after_conflict
    async def _person(self, pseudonym: str, private_chat: str) -> None:
        async with self.database.write() as connection:
            await Forgetting(connection).person(pseudonym, private_chat)

    @again_after_conflict
    async def _some_older_than(self, moment: datetime) -> int:
        """Delete a portion, so that those who vote meanwhile wait for that alone."""
        async with self.database.write() as connection:
            return await Forgetting(connection).older_than(moment)

    async def _traces(self) -> None:
        try:
            await self.database.erase_deleted()
        except StorageError as error:
            _log.warning("traces of deleted rows stay for now: %s", error)
