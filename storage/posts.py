"""Texts that a group is given to label: an answer that is not shown there until an admin closes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from storage.conflicts import again_after_conflict
from storage.engine import Database
from storage.errors import UnknownPrediction
from storage.groups import Groups
from storage.predictions import Predictions
from storage.privacy.pseudonym import Pseudonymizer
from storage.tables import Input, Prediction, Vote
from storage.values import SKIPPED, PostStatus


@dataclass(frozen=True, slots=True)
class PostResult:
    """What came of a text that was put up.

    Attributes:
        task: What was asked of it.
        text_a: The text, or the first of a pair.
        text_b: The second of a pair.
        label: What the model says.
        probability: How sure of that the model is, 0…1.
        votes: People by label, all labels that could be chosen.
        skipped: People who were not sure.
    """

    task: str
    text_a: str
    text_b: str | None
    label: str
    probability: float
    votes: Mapping[str, int]
    skipped: int


class Posts:
    """Reads and closes what groups were given to label."""

    def __init__(self, database: Database, pseudonymizer: Pseudonymizer) -> None:
        self._database = database
        self._pseudonymizer = pseudonymizer

    @again_after_conflict
    async def close(self, prediction_id: int, *, chat_id: int) -> PostResult:
        """Let nobody vote any more, and count; closed again, it is the same. Committed on return.

        Raises:
            UnknownPrediction: No such text was put up in this chat.
        """
        async with self._database.write() as connection:
            chats = {self._pseudonymizer.chat(chat_id)}
            chats |= await Groups(connection).same(*chats)
            shown = await Predictions(connection).get(prediction_id, chats)
            if shown.post is None:
                raise UnknownPrediction(prediction_id)
            await connection.execute(
                update(Prediction).where(Prediction.id == prediction_id).values(post=PostStatus.CLOSED.value)
            )
            row = (
                await connection.execute(
                    select(Input.text_a, Input.text_b, Prediction.probabilities)
                    .join(Input, Input.id == Prediction.input_id)
                    .where(Prediction.id == prediction_id)
                )
            ).one()
            given = select(Vote.label, Vote.choice).where(Vote.prediction_id == prediction_id)
            votes = (await connection.execute(given)).all()
            by_label = Counter(vote.label for vote in votes if vote.choice != SKIPPED)
            return PostResult(
                task=shown.task,
                text_a=row.text_a,
                text_b=row.text_b,
                label=shown.label,
                probability=float(row.probabilities[shown.label]),
                votes={label: by_label[label] for label in shown.options[0]},
                skipped=sum(vote.choice == SKIPPED for vote in votes),
            )
