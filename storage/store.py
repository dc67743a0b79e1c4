"""The store: the only thing the rest of the program knows of the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.activity import Activity
from storage.annotators import Annotators
from storage.answers import Answers
from storage.checkpoints import Checkpoints
from storage.conflicts import again_after_conflict
from storage.consensus import ConsensusStore
from storage.engine import Database, parse_url
from storage.errors import NoConsent, StorageError, UnknownAssignment, UnknownChoice, UnknownPrediction
from storage.export import FeedbackRow, feedback_rows
from storage.groups import Groups
from storage.imports import Imports
from storage.labelling import LABELLED, Item, Labelling, LabelOutcome, Progress
from storage.migrate import migrate
from storage.own_stats import OwnStats, TaskStats
from storage.places import Places
from storage.posts import PostResult, Posts
from storage.predictions import Predictions, ShownPrediction
from storage.privacy.erasing import Erasing
from storage.privacy.own_data import OwnData, OwnRows
from storage.privacy.pseudonym import Pseudonymizer
from storage.sight import has_seen_the_answer
from storage.snapshots import Snapshots
from storage.teaching_folder import TeachingFolder
from storage.training_runs import TrainingRuns
from storage.values import (
    AnswerKind,
    Consent,
    ConsentStatus,
    EarlierAnswer,
    GroupSettings,
    NewPrediction,
    PostStatus,
    VoteCounts,
    VoteKind,
    VoteOutcome,
    Voters,
    VoteStatus,
)
from storage.votes import Votes, together

__all__ = [
    "LABELLED",
    "AnswerKind",
    "Consent",
    "ConsentStatus",
    "EarlierAnswer",
    "FeedbackRow",
    "GroupSettings",
    "Item",
    "LabelOutcome",
    "NewPrediction",
    "NoConsent",
    "OwnData",
    "OwnStats",
    "PostResult",
    "PostStatus",
    "Progress",
    "StorageError",
    "Store",
    "TaskStats",
    "UnknownAssignment",
    "UnknownChoice",
    "UnknownPrediction",
    "VoteCounts",
    "VoteKind",
    "VoteOutcome",
    "VoteStatus",
    "Voters",
]


class Store:
    """Predictions, votes and settings; every method that writes has committed when it returns.

    Any method may raise :class:`StorageError` when the database fails. Made by :meth:`open`.
    """

    def __init__(self, database: Database, pseudonymizer: Pseudonymizer, places: Places) -> None:
        self._database = database
        self._pseudonymizer = pseudonymizer
        self.consensus = ConsensusStore(database)
        self.teaching = TeachingFolder(database, places)
        self.snapshots = Snapshots(database, self.teaching)
        self.imports = Imports(database)
        self.checkpoints = Checkpoints(database, pseudonymizer, self.teaching)
        self.runs = TrainingRuns(database, pseudonymizer)
        self.activity = Activity(database)
        self.labelling = Labelling(database, pseudonymizer)
        self.posts = Posts(database, pseudonymizer)
        self._erasing = Erasing(database, self.checkpoints, self.teaching)

    @classmethod
    async def open(cls, url: str, *, pepper: bytes, teaching: Path | None = None) -> Store:
        """Open the database, make its folder and tables if they are missing, and bring old tables up to date.

        Args:
            url: A SQLAlchemy URL with an async driver, such as ``sqlite+aiosqlite:///path``,
                ``postgresql+asyncpg://…`` or ``mysql+aiomysql://…``.
            pepper: The secret that pseudonyms are made with; the same for the life of the database.
            teaching: The folder of data sets and trained models, which moves along with the database; None
                for who has none.

        Returns:
            The open store; close it with :meth:`close`.

        Raises:
            StorageError: It cannot be opened; the message is one line that says why.
        """
        pseudonymizer = Pseudonymizer(pepper)
        parsed = parse_url(url)
        places = Places.of(teaching)
        await migrate(parsed, places)
        return cls(Database(parsed), pseudonymizer, places)

    async def close(self) -> None:
        """Close every connection."""
        await self._database.close()

    @again_after_conflict
    async def add_prediction(
        self,
        new: NewPrediction,
        *,
        chat_id: int,
        asker_id: int,
        unless_same_as: int | None = None,
        post: bool = False,
    ) -> int:
        """Keep an answer that is about to be shown.

        Args:
            new: The answer.
            chat_id: Where it is shown; its buttons work there alone.
            asker_id: The person who asked.
            unless_same_as: An earlier prediction, kept with its votes when it is the same answer to the same
                input by the same weights in the same chat.
            post: The answer is not shown, but its text put up for the chat to label.

        Returns:
            The id for its buttons.

        Raises:
            NoConsent: The person has not agreed; nothing was kept.
        """
        async with self._database.write() as connection:
            chat = self._pseudonymizer.chat(chat_id)
            asker = await Annotators(connection).lock_consenting(self._pseudonymizer.person(asker_id))
            return await Predictions(connection).add(
                new,
                chat,
                asker,
                unless_same_as=unless_same_as,
                post=PostStatus.OPEN if post else None,
            )

    async def tally(self, prediction_id: int, *, chat_id: int) -> VoteCounts:
        """Count the votes on an answer.

        Raises:
            UnknownPrediction: There is no such answer in this chat.
        """
        async with self._database.read() as connection:
            prediction = await self._shown(connection, prediction_id, chat_id)
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
            ``counted``, ``changed``, ``unchanged`` for the vote they held already, ``kept`` where the one
            that they gave before they saw the answer stands, or ``closed``.

        Raises:
            UnknownPrediction: There is no such answer in this chat.
            UnknownChoice: It has no such slot or button.
            NoConsent: The person has not agreed; nothing was kept.
        """
        async with self._database.write() as connection:
            prediction = await self._shown(connection, prediction_id, chat_id)
            label = prediction.option(slot, choice)
            annotator = await Annotators(connection).lock_consenting(self._pseudonymizer.person(user_id))
            votes = Votes(connection, prediction)
            blind = await self._is_blind(connection, annotator, prediction)
            status = await votes.put(annotator, slot, choice, blind=blind)
            return VoteOutcome(await votes.tally(), status, label)

    @again_after_conflict
    async def vote_words(
        self, prediction_id: int, user_id: int, words: Mapping[int, str], *, chat_id: int
    ) -> VoteOutcome:
        """Vote for words that a person wrote, all or none; committed on return.

        Args:
            prediction_id: The answer.
            user_id: The person.
            words: By the blank's index.
            chat_id: Where they were written.

        Returns:
            As :meth:`vote`; a word that has a button is a vote for that.

        Raises:
            UnknownPrediction: There is no such answer in this chat.
            UnknownChoice: It has no such blank.
            NoConsent: The person has not agreed; nothing was kept.
        """
        async with self._database.write() as connection:
            prediction = await self._shown(connection, prediction_id, chat_id)
            annotator = await Annotators(connection).lock_consenting(self._pseudonymizer.person(user_id))
            votes = Votes(connection, prediction)
            status = together([await votes.write(annotator, slot, word) for slot, word in words.items()])
            return VoteOutcome(await votes.tally(), status, ", ".join(words.values()))

    @again_after_conflict
    async def skip(self, prediction_id: int, user_id: int, *, chat_id: int) -> VoteOutcome:
        """Note that a person does not know what is right; committed on return.

        Where an answer has several blanks, their votes on some of them stay.

        Raises:
            UnknownPrediction: There is no such answer in this chat.
            NoConsent: The person has not agreed; nothing was kept.
        """
        async with self._database.write() as connection:
            prediction = await self._shown(connection, prediction_id, chat_id)
            annotator = await Annotators(connection).lock_consenting(self._pseudonymizer.person(user_id))
            votes = Votes(connection, prediction)
            blind = await self._is_blind(connection, annotator, prediction)
            status = await votes.skip(annotator, blind=blind)
            return VoteOutcome(await votes.tally(), status, None)

    @again_after_conflict
    async def undo_all(self, prediction_id: int, user_id: int, *, chat_id: int) -> VoteOutcome:
        """Take back a person's votes in every slot of an answer, all or none; committed on return.

        Returns:
            ``undone`` when there was at least one, ``closed`` where no vote changes any more, else
            ``nothing_to_undo``.

        Raises:
            UnknownPrediction: There is no such answer in this chat.
        """
        async with self._database.write() as connection:
            prediction = await self._shown(connection, prediction_id, chat_id)
            votes, status = Votes(connection, prediction), VoteStatus.NOTHING_TO_UNDO
            annotator = await Annotators(connection).lock(self._pseudonymizer.person(user_id))
            if annotator is not None:
                status = await votes.withdraw_all(annotator)
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
        self, chat_id: int, command_message_id: int, answer: EarlierAnswer, *, asked_at: datetime
    ) -> None:
        """Keep, or replace, which message answered a command and what it shows."""
        async with self._database.write() as connection:
            chat = self._pseudonymizer.chat(chat_id)
            await Answers(connection).put(chat, command_message_id, asked_at, answer)

    async def shown_by(self, chat_id: int, message_id: int) -> EarlierAnswer | None:
        """Return what a message of the bot shows, if it shows something that is kept."""
        async with self._database.read() as connection:
            return await Answers(connection).shown_by(self._pseudonymizer.chat(chat_id), message_id)

    async def message_of(self, chat_id: int, prediction_id: int) -> int | None:
        """Return the message that answered a command with a prediction."""
        async with self._database.read() as connection:
            return await Answers(connection).message_of(self._pseudonymizer.chat(chat_id), prediction_id)

    async def shows(self, chat_id: int, answer_message_id: int, prediction_id: int) -> bool:
        """Tell whether a message still shows a prediction, or shows another since its command was edited."""
        async with self._database.read() as connection:
            chat = self._pseudonymizer.chat(chat_id)
            return await Answers(connection).shows(chat, answer_message_id, prediction_id)

    async def group_settings(self, chat_id: int) -> GroupSettings:
        """Return what the administrators of a group have set."""
        async with self._database.read() as connection:
            return await Groups(connection).settings(self._pseudonymizer.chat(chat_id))

    @again_after_conflict
    async def change_group_settings(
        self, chat_id: int, change: Callable[[GroupSettings], GroupSettings]
    ) -> GroupSettings:
        """Change what is set in a group; of several at once none is lost.

        Args:
            chat_id: The group.
            change: Makes the new settings of those before; may be called again.

        Returns:
            The new settings.
        """
        async with self._database.write() as connection:
            return await Groups(connection).change(self._pseudonymizer.chat(chat_id), change)

    @again_after_conflict
    async def move_group(self, old_id: int, new_id: int) -> None:
        """Let settings follow a group that became a supergroup, which is another chat.

        The buttons of both chats work in both from then on. Told of it again, this changes nothing.
        """
        async with self._database.write() as connection:
            await Groups(connection).move(self._pseudonymizer.chat(old_id), self._pseudonymizer.chat(new_id))

    async def consent(self, user_id: int) -> Consent | None:
        """Return what a person said to the question whether their texts and votes may be kept."""
        async with self._database.read() as connection:
            return await Annotators(connection).consent(self._pseudonymizer.person(user_id))

    @again_after_conflict
    async def set_consent(self, user_id: int, status: ConsentStatus) -> None:
        """Keep what a person says to the question, or that it was put to them; what they said is the last."""
        async with self._database.write() as connection:
            await Annotators(connection).set_consent(self._pseudonymizer.person(user_id), status)

    async def own_data(self, user_id: int) -> OwnData:
        """Return everything that is kept about a person."""
        async with self._database.read() as connection:
            person, chat = self._pseudonymizer.person(user_id), self._pseudonymizer.chat(user_id)
            return await OwnRows(connection, person, chat).read()

    async def forget(self, user_id: int) -> None:
        """Delete everything that is kept about a person, in SQLite also from the file's free pages and log.

        The others' votes on what the person asked go too, and so do texts that nobody else asked about.
        """
        person, chat = self._pseudonymizer.person(user_id), self._pseudonymizer.chat(user_id)
        await self._erasing.person(person, chat)

    async def delete_older_than(self, moment: datetime) -> int:
        """Delete questions from before ``moment`` with answers, votes and texts that nobody asked since.

        Returns:
            How many questions were deleted.
        """
        return await self._erasing.older_than(moment)

    async def erase_folders(self) -> None:
        """Delete from this machine the data sets that had what was deleted, and the models that learnt it.

        Whatever deletes does so itself. What a kill came before, could not be deleted, or was on a disk that
        was not there then, goes with the next time.
        """
        await self._erasing.folders()

    async def erase_traces(self) -> None:
        """Erase from SQLite's log what was deleted while somebody was reading it, if anything was."""
        await self._erasing.traces()

    def feedback(self) -> AsyncIterator[FeedbackRow]:
        """Iterate over every vote, oldest first, but for those of people who have withdrawn their consent."""
        return feedback_rows(self._database)

    @staticmethod
    async def _is_blind(connection: AsyncConnection, annotator: int, prediction: ShownPrediction) -> bool:
        """Say whether a vote is given unseen: on a text that is put up, by who has not seen the answer."""
        if prediction.post is None:
            return False
        return not await has_seen_the_answer(connection, annotator, prediction.id)

    async def _shown(self, connection: AsyncConnection, prediction_id: int, chat_id: int) -> ShownPrediction:
        """Return a prediction that was shown in a chat, or before or after the group there moved."""
        chats = {self._pseudonymizer.chat(chat_id)}
        if chat_id < 0:  # a private chat has the number of its person, and stays where it is
            chats |= await Groups(connection).same(*chats)
        return await Predictions(connection).get(prediction_id, chats)
