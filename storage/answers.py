"""Access to ``answers``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import Answer, utc_now
from storage.upsert import upsert
from storage.values import EarlierAnswer


@dataclass(frozen=True, slots=True)
class Answers:
    """Reads and writes which message answered which command, in one transaction."""

    connection: AsyncConnection

    async def find(
        self, chat_pseudonym: str, command_message_id: int, asked_at: datetime
    ) -> EarlierAnswer | None:
        """Return the message that answered a command, and what it shows."""
        query = select(Answer.answer_message_id, Answer.prediction_id, Answer.task).where(
            Answer.chat_pseudonym == chat_pseudonym,
            Answer.command_message_id == command_message_id,
            Answer.asked_at == asked_at,
        )
        row = (await self.connection.execute(query)).one_or_none()
        return None if row is None else EarlierAnswer(*row)

    async def shows(self, chat_pseudonym: str, answer_message_id: int, prediction_id: int) -> bool:
        """Tell whether a message shows a prediction; one not known yet has just been sent with it."""
        query = (
            select(Answer.prediction_id)
            .where(Answer.chat_pseudonym == chat_pseudonym, Answer.answer_message_id == answer_message_id)
            .order_by(Answer.updated_at.desc())
            .limit(1)
        )
        row = (await self.connection.execute(query)).one_or_none()
        return row is None or row.prediction_id == prediction_id

    async def shown_by(self, chat_pseudonym: str, answer_message_id: int) -> EarlierAnswer | None:
        """Return the prediction that a message shows, and as what."""
        query = (
            select(Answer.answer_message_id, Answer.prediction_id, Answer.task)
            .where(Answer.chat_pseudonym == chat_pseudonym, Answer.answer_message_id == answer_message_id)
            .order_by(Answer.updated_at.desc())
            .limit(1)
        )
        row = (await self.connection.execute(query)).one_or_none()
        return None if row is None or row.prediction_id is None else EarlierAnswer(*row)

    async def message_of(self, chat_pseudonym: str, prediction_id: int) -> int | None:
        """Return the newest message that answers a command with a prediction, not one that asks for words."""
        query = (
            select(Answer.answer_message_id)
            .where(
                Answer.prediction_id == prediction_id,
                Answer.chat_pseudonym == chat_pseudonym,
                Answer.answer_message_id != Answer.command_message_id,
            )
            .order_by(Answer.updated_at.desc())
            .limit(1)
        )
        return await self.connection.scalar(query)

    async def show(self, chat_pseudonym: str, answer_message_id: int, prediction_id: int | None) -> None:
        """Note what a message shows now, if a command is known that it answered."""
        await self.connection.execute(
            update(Answer)
            .where(Answer.chat_pseudonym == chat_pseudonym, Answer.answer_message_id == answer_message_id)
            .values(prediction_id=prediction_id, updated_at=utc_now())
        )

    async def put(
        self, chat_pseudonym: str, command_message_id: int, asked_at: datetime, answer: EarlierAnswer
    ) -> None:
        """Keep, or replace, which message answered a command and what it shows."""
        row = {
            "chat_pseudonym": chat_pseudonym,
            "command_message_id": command_message_id,
            "answer_message_id": answer.message_id,
            "prediction_id": answer.prediction_id,
            "task": answer.task,
            "asked_at": asked_at,
            "updated_at": utc_now(),
        }
        await upsert(
            self.connection,
            Answer,
            row,
            key=["chat_pseudonym", "command_message_id"],
            update=["answer_message_id", "prediction_id", "task", "asked_at", "updated_at"],
        )
