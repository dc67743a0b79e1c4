"""Access to ``annotators``."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import Annotator, utc_now
from storage.upsert import upsert


@dataclass(frozen=True, slots=True)
class Annotators:
    """Reads and writes annotators in one transaction."""

    connection: AsyncConnection

    async def lock(self, pseudonym: str) -> int | None:
        """Return the annotator's id and hold their row until the transaction ends, or ``None``.

        The lock puts two taps of one person in order; a database without such locks has one writer anyway.
        """
        query = select(Annotator.id).where(Annotator.pseudonym == pseudonym).with_for_update()
        return await self.connection.scalar(query)

    async def add_and_lock(self, pseudonym: str) -> int:
        """Return the annotator's id, made on first use, and hold their row until the transaction ends."""
        found = await self.lock(pseudonym)
        if found is not None:
            return found
        row = {"pseudonym": pseudonym, "language": None, "created_at": utc_now()}
        await upsert(self.connection, Annotator, row, key=["pseudonym"])
        return (
            await self.connection.execute(
                select(Annotator.id).where(Annotator.pseudonym == pseudonym).with_for_update()
            )
        ).scalar_one()

    async def language(self, pseudonym: str) -> str | None:
        """Return the language the person chose."""
        return await self.connection.scalar(
            select(Annotator.language).where(Annotator.pseudonym == pseudonym)
        )

    async def set_language(self, pseudonym: str, language: str) -> None:
        """Keep the language the person chose."""
        row = {"pseudonym": pseudonym, "language": language, "created_at": utc_now()}
        await upsert(self.connection, Annotator, row, key=["pseudonym"], update=["language"])
