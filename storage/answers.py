"""Access to ``answers``."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import Answer, utc_now
from storage.upsert import upsert


@dataclass(frozen=True, slots=True)
class Answers:
    """Reads and writes which message answered which command, in one transaction."""

    connection: AsyncConnection

    async def find(self, chat_pseudonym: str, command_message_id: int) -> int | None:
        """Return the id of the message that answered a command."""
        query = select(Answer.answer_message_id).where(
            Answer.chat_pseudonym == chat_pseudonym, Answer.command_message_id == command_message_id
        )
        return await self.connection.scalar(query)

    async def put(
        self, chat_pseudonym: str, command_message_id: int, answer_message_id: int, prediction_id: int | None
    ) -> None:
        """Keep, or replace, which message answered a command and which prediction it shows."""
        row = {
            "chat_pseudonym": chat_pseudonym,
            "command_message_id": command_message_id,
            "answer_message_id": answer_message_id,
            "prediction_id": prediction_id,
            "updated_at": utc_now(),
        }
        await upsert(
            self.connection,
            Answer,
            row,
            key=["chat_pseudonym", "command_message_id"],
            update=["answer_message_id", "prediction_id", "updated_at"],
        )
