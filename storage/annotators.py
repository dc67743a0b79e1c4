"""Access to ``annotators``."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import NoConsent
from storage.privacy.pseudonym import SHORT
from storage.tables import Annotator, utc_now
from storage.upsert import upsert
from storage.values import CONSENT_VERSION, Consent, ConsentStatus


@dataclass(frozen=True, slots=True)
class Annotators:
    """Reads and writes annotators in one transaction."""

    connection: AsyncConnection

    async def lock(self, pseudonym: str) -> int | None:
        """Return the annotator's id and hold their row until the transaction ends, or ``None``.

        The lock puts two taps of one person in order; a database without such locks has one writer anyway.
        """
        query = select(Annotator.id).where(Annotator.pseudonym == pseudonym).with_for_update()
        found = await self.connection.scalar(query)
        if found is None:
            await self._recognise(pseudonym)
            found = await self.connection.scalar(query)
        return found

    async def lock_consenting(self, pseudonym: str) -> int:
        """Return the id of somebody who has agreed, and hold their row until the transaction ends.

        Until then they can neither withdraw nor be forgotten, so nothing is kept of them that comes after.

        Raises:
            NoConsent: They have not agreed, or no longer do.
        """
        return await self._require_consent(pseudonym, await self.lock(pseudonym))

    async def consenting(self, pseudonym: str) -> int:
        """Return the id of somebody who has agreed, without holding anything.

        Raises:
            NoConsent: They have not agreed, or no longer do.
        """
        return await self._require_consent(pseudonym, await self.id_of(pseudonym))

    async def id_of(self, pseudonym: str) -> int | None:
        """Return the annotator's id, if they are known."""
        return await self.connection.scalar(select(Annotator.id).where(Annotator.pseudonym == pseudonym))

    async def consent(self, pseudonym: str) -> Consent | None:
        """Return what the person said to the question, if it was put to them."""
        columns = (Annotator.consent, Annotator.consent_version, Annotator.consent_at)
        query = select(*columns).where(Annotator.pseudonym == pseudonym)
        row = (await self.connection.execute(query)).one_or_none()
        if row is None or row.consent is None or row.consent_version is None or row.consent_at is None:
            return None
        return Consent(ConsentStatus(row.consent), row.consent_version, row.consent_at)

    async def set_consent(self, pseudonym: str, status: ConsentStatus) -> None:
        """Keep what the person says to the question; that it was put never replaces what they said."""
        annotator = await self._add_and_lock(pseudonym)
        if status is ConsentStatus.ASKED:
            before = await self.consent(pseudonym)
            if before is not None and before.settled:
                return
        said = {"consent": status.value, "consent_version": CONSENT_VERSION, "consent_at": utc_now()}
        await self.connection.execute(update(Annotator).where(Annotator.id == annotator).values(said))

    async def language(self, pseudonym: str) -> str | None:
        """Return the language the person chose."""
        return await self.connection.scalar(
            select(Annotator.language).where(Annotator.pseudonym == pseudonym)
        )

    async def set_language(self, pseudonym: str, language: str) -> None:
        """Keep the language the person chose."""
        await self._recognise(pseudonym)
        row = {"pseudonym": pseudonym, "language": language, "created_at": utc_now()}
        await upsert(self.connection, Annotator, row, key=["pseudonym"], update=["language"])

    async def _require_consent(self, pseudonym: str, annotator: int | None) -> int:
        consent = None if annotator is None else await self.consent(pseudonym)
        if annotator is None or consent is None or not consent.in_force:
            raise NoConsent
        return annotator

    async def _add_and_lock(self, pseudonym: str) -> int:
        """Return the annotator's id, made on first use, and hold their row until the transaction ends."""
        await self._recognise(pseudonym)
        row = {"pseudonym": pseudonym, "language": None, "created_at": utc_now()}
        await upsert(self.connection, Annotator, row, key=["pseudonym"])
        query = select(Annotator.id).where(Annotator.pseudonym == pseudonym).with_for_update()
        return (await self.connection.execute(query)).scalar_one()

    async def _recognise(self, pseudonym: str) -> None:
        """Give a person what came with an import, which knows but the first digits of who they are."""
        known = Annotator.pseudonym == pseudonym[:SHORT]
        await self.connection.execute(update(Annotator).where(known).values(pseudonym=pseudonym))
