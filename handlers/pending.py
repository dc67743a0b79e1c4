"""Answers that their askers have not agreed to have kept: remembered for some minutes, in memory alone.

Whoever agrees under an answer finds the buttons to vote there, without asking again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass

from telegram import Message

from handlers.replies.texts import Language
from storage.store import NewPrediction

REMEMBERED_S = 600.0
"""``/privacy`` promises that it is no longer than this."""

_MOST = 500  # answers; the oldest goes first


@dataclass(frozen=True, slots=True, eq=False)
class Unkept:
    """An answer that was shown and not stored.

    Attributes:
        message: The command.
        answer_id: The message that answered it.
        asker_id: Who asked, and alone can have it kept.
        html: The answer, without the question whether it may be kept.
        prediction: What would be stored.
        language: Language of the answer.
        asks: Whether the question stands under the answer.
    """

    message: Message
    answer_id: int
    asker_id: int
    html: str
    prediction: NewPrediction
    language: Language
    asks: bool


class Pending:
    """Unkept answers by the message that shows them."""

    def __init__(self) -> None:
        self._unkept: dict[Hashable, Unkept] = {}

    def put(self, unkept: Unkept) -> None:
        """Remember an answer for a while."""
        key = (unkept.message.chat_id, unkept.answer_id)
        self._unkept.pop(key, None)  # the newest is last
        self._unkept[key] = unkept
        if len(self._unkept) > _MOST:
            del self._unkept[next(iter(self._unkept))]
        asyncio.get_running_loop().call_later(REMEMBERED_S, self._expire, key, unkept)

    def get(self, chat_id: int, answer_id: int) -> Unkept | None:
        """Return what a message shows, if it is remembered."""
        return self._unkept.get((chat_id, answer_id))

    def drop(self, chat_id: int, answer_id: int) -> None:
        """Forget what a message showed: it is stored now, or shows something else."""
        self._unkept.pop((chat_id, answer_id), None)

    def forget(self, asker_id: int) -> None:
        """Forget everything that a person asked."""
        self._unkept = {key: one for key, one in self._unkept.items() if one.asker_id != asker_id}

    def _expire(self, key: Hashable, unkept: Unkept) -> None:
        if self._unkept.get(key) is unkept:
            del self._unkept[key]
