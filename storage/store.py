"""The store: the only thing the rest of the program knows of the database."""

from __future__ import annotations

from collections.abc import AsyncIterator

from storage.annotators import Annotators
from storage.answers import Answers
from storage.engine import Database, parse_url
from storage.errors import StorageError, UnknownChoice, UnknownPrediction
from storage.export import FeedbackRow, feedback_rows
from storage.migrate import migrate
from storage.predictions import Predictions
from storage.privacy.pseudonym import Pseudonymizer
from storage.values import NewPrediction, VoteCounts, VoteKind, VoteOutcome, VoteStatus
from storage.votes import Votes

__all__ = [
    "FeedbackRow",
    "NewPrediction",
    "StorageError",
    "Store",
    "UnknownChoice",
    "UnknownPrediction",
    "VoteCounts",
    "VoteKind",
    "VoteOutcome",
    "VoteStatus",
]


class Store:
    """Predictions, votes and settings; every method that writes has committed when it returns.

    Any method may raise :class:`StorageError` when the database fails. Made by :meth:`open`.
    """

    def __init__(self, database: Database, pseudonymizer: Pseudonymizer) -> None:
        self._database = database
        self._pseudonymizer = pseudonymizer

    @classmethod
    async def open(cls, url: str, *, pepper: bytes) -> Store:
        """Open the database, make its folder and tables if they are missing, and bring old tables up to date.

        Args:
            url: A SQLAlchemy async URL, ``sqlite+aiosqlite:///path`` or ``postgresql+asyncpg://…``.
            pepper: The secret that pseudonyms are made with; the same for the life of the database.

        Returns:
            The open store; close it with :meth:`close`.

        Raises:
            StorageError: It cannot be opened; the message is one line that says why.
        """
        pseudonymizer = Pseudonymizer(pepper)
        parsed = parse_url(url)
        await migrate(parsed)
        return cls(Database(parsed), pseudonymizer)

    async def close(self) -> None:
        """Close every connection."""
        await self._database.close()

    async def add_prediction(self, new: NewPrediction, *, chat_id: int) -> int:
        """Keep an answer that is about to be shown in a chat and return its id."""
        async with self._database.write() as connection:
            return await Predictions(connection).add(new, self._pseudonymizer.chat(chat_id))

    async def tally(self, prediction_id: int, *, chat_id: int) -> VoteCounts:
        """Count the votes on an answer.

        Raises:
            UnknownPrediction: There is no such answer in this chat.
        """
        async with self._database.read() as connection:
            prediction = await Predictions(connection).get(prediction_id, self._pseudonymizer.chat(chat_id))
            return await Votes(connection, prediction).tally()

    async def vote(
        self, prediction_id: int, user_id: int, slot: int, choice: int, *, chat_id: int
    ) -> VoteOutcome:
        """Give or change a person's one vote in one slot of an answer; committed on return.

        Args:
            prediction_id: The answer.
            user_id: The person.
            slot: The blank's index for mask, else 0.
            choice: The button, an index into the slot's options.
            chat_id: Where the button was tapped.

        Returns:
            ``counted``, ``changed``, or ``unchanged`` for the vote they held already.

        Raises:
            UnknownPrediction: There is no such answer in this chat.
            UnknownChoice: It has no such slot or button.
        """
        async with self._database.write() as connection:
            prediction = await Predictions(connection).get(prediction_id, self._pseudonymizer.chat(chat_id))
            label = prediction.option(slot, choice)
            annotator = await Annotators(connection).add_and_lock(self._pseudonymizer.person(user_id))
            votes = Votes(connection, prediction)
            status = await votes.put(annotator, slot, choice)
            return VoteOutcome(await votes.tally(), status, label)

    async def undo(self, prediction_id: int, user_id: int, slot: int, *, chat_id: int) -> VoteOutcome:
        """Take back a person's vote in one slot of an answer; committed on return.

        Returns:
            ``undone``, or ``nothing_to_undo``.

        Raises:
            UnknownPrediction: There is no such answer in this chat.
            UnknownChoice: It has no such slot.
        """
        async with self._database.write() as connection:
            prediction = await Predictions(connection).get(prediction_id, self._pseudonymizer.chat(chat_id))
            prediction.check_slot(slot)
            votes = Votes(connection, prediction)
            annotator = await Annotators(connection).lock(self._pseudonymizer.person(user_id))
            status = (
                VoteStatus.NOTHING_TO_UNDO if annotator is None else await votes.withdraw(annotator, slot)
            )
            return VoteOutcome(await votes.tally(), status, None)

    async def language(self, user_id: int) -> str | None:
        """Return the language a person chose, if they chose one."""
        async with self._database.read() as connection:
            return await Annotators(connection).language(self._pseudonymizer.person(user_id))

    async def set_language(self, user_id: int, language: str) -> None:
        """Keep the language a person chose."""
        async with self._database.write() as connection:
            await Annotators(connection).set_language(self._pseudonymizer.person(user_id), language)

    async def answer_to(self, chat_id: int, command_message_id: int) -> int | None:
        """Return the id of the message that answered a command, for when the command is edited."""
        async with self._database.read() as connection:
            return await Answers(connection).find(self._pseudonymizer.chat(chat_id), command_message_id)

    async def remember_answer(
        self, chat_id: int, command_message_id: int, answer_message_id: int, prediction_id: int | None
    ) -> None:
        """Keep, or replace, which message answered a command and the prediction it shows, if any."""
        async with self._database.write() as connection:
            await Answers(connection).put(
                self._pseudonymizer.chat(chat_id), command_message_id, answer_message_id, prediction_id
            )

    def feedback(self) -> AsyncIterator[FeedbackRow]:
        """Iterate over every vote, oldest first."""
        return feedback_rows(self._database)
