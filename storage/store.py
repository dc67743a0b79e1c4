"""The store: the only thing the rest of the program knows of the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from storage.annotators import Annotators
from storage.answers import Answers
from storage.conflicts import again_after_conflict
from storage.engine import Database, parse_url
from storage.errors import StorageError, UnknownChoice, UnknownPrediction
from storage.export import FeedbackRow, feedback_rows
from storage.migrate import migrate
from storage.predictions import Predictions
from storage.privacy.pseudonym import Pseudonymizer
from storage.values import EarlierAnswer, NewPrediction, VoteCounts, VoteKind, VoteOutcome, VoteStatus
from storage.votes import Votes

__all__ = [
    "EarlierAnswer",
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
            url: A SQLAlchemy URL with an async driver, such as ``sqlite+aiosqlite:///path``,
                ``postgresql+asyncpg://…`` or ``mysql+aiomysql://…``.
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

    @again_after_conflict
    async def add_prediction(
        self, new: NewPrediction, *, chat_id: int, unless_same_as: int | None = None
    ) -> int:
        """Keep an answer that is about to be shown.

        Args:
            new: The answer.
            chat_id: Where it is shown; its buttons work there alone.
            unless_same_as: An earlier prediction, kept with its votes when it is the same answer to the same
                input by the same weights in the same chat.

        Returns:
            The id for its buttons.
        """
        async with self._database.write() as connection:
            chat = self._pseudonymizer.chat(chat_id)
            return await Predictions(connection).add(new, chat, unless_same_as=unless_same_as)

    async def tally(self, prediction_id: int, *, chat_id: int) -> VoteCounts:
        """Count the votes on an answer.

        Raises:
            UnknownPrediction: There is no such answer in this chat.
        """
        async with self._database.read() as connection:
            prediction = await Predictions(connection).get(prediction_id, self._pseudonymizer.chat(chat_id))
            return await Votes(connection, prediction).tally()

    @again_after_conflict
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

    @again_after_conflict
    async def undo_all(self, prediction_id: int, user_id: int, *, chat_id: int) -> VoteOutcome:
        """Take back a person's votes in every slot of an answer, all or none; committed on return.

        Returns:
            ``undone`` when there was at least one, else ``nothing_to_undo``.

        Raises:
            UnknownPrediction: There is no such answer in this chat.
        """
        async with self._database.write() as connection:
            prediction = await Predictions(connection).get(prediction_id, self._pseudonymizer.chat(chat_id))
            votes, status = Votes(connection, prediction), VoteStatus.NOTHING_TO_UNDO
            annotator = await Annotators(connection).lock(self._pseudonymizer.person(user_id))
            if annotator is not None:
                for slot in range(len(prediction.options)):
                    if await votes.withdraw(annotator, slot) is VoteStatus.UNDONE:
                        status = VoteStatus.UNDONE
            return VoteOutcome(await votes.tally(), status, None)

    async def language(self, user_id: int) -> str | None:
        """Return the language a person chose, if they chose one."""
        async with self._database.read() as connection:
            return await Annotators(connection).language(self._pseudonymizer.person(user_id))

    @again_after_conflict
    async def set_language(self, user_id: int, language: str) -> None:
        """Keep the language a person chose."""
        async with self._database.write() as connection:
            await Annotators(connection).set_language(self._pseudonymizer.person(user_id), language)

    async def answer_to(
        self, chat_id: int, command_message_id: int, *, asked_at: datetime
    ) -> EarlierAnswer | None:
        """Return the message that answered a command, for when the command comes again or is edited.

        Args:
            chat_id: The chat.
            command_message_id: The command.
            asked_at: The command's date; it stays when the command is edited.
        """
        async with self._database.read() as connection:
            chat = self._pseudonymizer.chat(chat_id)
            return await Answers(connection).find(chat, command_message_id, asked_at)

    @again_after_conflict
    async def remember_answer(
        self,
        chat_id: int,
        command_message_id: int,
        answer_message_id: int,
        prediction_id: int | None,
        *,
        asked_at: datetime,
    ) -> None:
        """Keep, or replace, which message answered a command and the prediction it shows, if any."""
        async with self._database.write() as connection:
            chat, answer = self._pseudonymizer.chat(chat_id), EarlierAnswer(answer_message_id, prediction_id)
            await Answers(connection).put(chat, command_message_id, asked_at, answer)

    async def shows(self, chat_id: int, answer_message_id: int, prediction_id: int) -> bool:
        """Tell whether a message still shows a prediction, or shows another since its command was edited."""
        async with self._database.read() as connection:
            chat = self._pseudonymizer.chat(chat_id)
            return await Answers(connection).shows(chat, answer_message_id, prediction_id)

    def feedback(self) -> AsyncIterator[FeedbackRow]:
        """Iterate over every vote, oldest first."""
        return feedback_rows(self._database)
