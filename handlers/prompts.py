"""Who was asked for a word, for which answer: not at every tap, and in one message at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import inf

AGAIN_AFTER = 2.0
"""Seconds; a second tap within them is the same one. Later, whoever taps has put the question away."""
AGAIN_IN_GROUP_AFTER = 60.0
"""Seconds; there everybody reads each question."""
_FORGOTTEN_AFTER = 3600.0  # seconds; a question as old is left where it is


@dataclass(frozen=True, slots=True)
class Asks:
    """Who is asked about what.

    Attributes:
        chat_id: Where.
        user_id: The person.
        prediction_id: The answer that a word is missing in.
    """

    chat_id: int
    user_id: int
    prediction_id: int


@dataclass(slots=True)
class _Asked:
    at: float = -inf
    message_id: int | None = None  # None once somebody has replied to it


class Prompts:
    """Remembers who was asked a short while ago, and by which message."""

    def __init__(self) -> None:
        self._asked: dict[Asks, _Asked] = {}

    def may_ask(self, asks: Asks, again_after: float) -> bool:
        """Say whether to ask now, and remember that it was.

        Args:
            asks: Whom, and about what.
            again_after: Seconds that lie between two questions.
        """
        now = time.monotonic()
        self._asked = {old: one for old, one in self._asked.items() if now - one.at < _FORGOTTEN_AFTER}
        asked = self._asked.setdefault(asks, _Asked())
        if now - asked.at < again_after:
            return False
        asked.at = now
        return True

    def sent(self, asks: Asks, message_id: int | None) -> int | None:
        """Remember which message asks; None if it could not be sent, so that the next tap asks.

        Returns:
            The message that asked the same before, if nobody has replied to it: it is in the way now.
        """
        if message_id is None:
            self._asked.pop(asks, None)
            return None
        asked = self._asked.setdefault(asks, _Asked(time.monotonic()))
        earlier, asked.message_id = asked.message_id, message_id
        return earlier

    def replied_to(self, chat_id: int, message_id: int) -> None:
        """Remember that a message has a reply, and so is to stay, if it is a question."""
        for asks, asked in self._asked.items():
            if (asks.chat_id, asked.message_id) == (chat_id, message_id):
                asked.message_id = None
