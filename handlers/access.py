"""Whom the bot answers at all: lists of people and chats, which the operator sets."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf

_FORGOTTEN = 24 * 3600.0  # seconds; who comes back after a day without a word is told again
_SWEEP_EVERY = 3600.0


class Reason(StrEnum):
    """Why somebody gets no answer."""

    BLOCKED = "blocked"
    PRIVATE = "private"  # the bot is for listed people and chats


@dataclass(frozen=True, slots=True)
class Lists:
    """Whom the operator lets in; numbers of people and of chats, which Telegram never gives twice.

    Attributes:
        admins: People whom no list, cooldown or quota holds.
        allowed: The only people and chats that are answered; empty for everybody.
        blocked: People and chats that are not, whatever ``allowed`` says.
    """

    admins: frozenset[int] = frozenset()
    allowed: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()


class NotAdmitted(Exception):
    """The bot does not answer this person, or in this chat.

    Args:
        reason: Why.
        chat_id: Where; the number that an operator would list.
    """

    def __init__(self, reason: Reason, chat_id: int) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.chat_id = chat_id


class Access:
    """Holds the lists, and remembers who was told.

    Args:
        lists: The operator's.
        clock: Seconds that only grow.
    """

    def __init__(self, lists: Lists | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._lists = lists or Lists()
        self._clock = clock
        self._told: dict[Hashable, float] = {}  # when who was told last asked
        self._sweep_at = -inf

    @property
    def admins(self) -> frozenset[int]:
        """Those who are exempt from everything."""
        return self._lists.admins

    def is_admin(self, user_id: int | None) -> bool:
        """Say whether somebody is exempt from everything."""
        return user_id in self._lists.admins

    def follow(self, old_id: int, new_id: int) -> bool:
        """Let the lists hold for the chat into which a group has moved; a list says nothing of it itself.

        Returns:
            Whether a list names the old chat and not the new one, so that its operator has to change it.
        """
        lists, moved = self._lists, frozenset({new_id})
        self._lists = replace(
            lists,
            allowed=lists.allowed | (moved if old_id in lists.allowed else frozenset()),
            blocked=lists.blocked | (moved if old_id in lists.blocked else frozenset()),
        )
        return self._lists != lists

    def refusal(self, user_id: int | None, chat_id: int) -> Reason | None:
        """Say why a person is not answered in a chat; None when they are.

        Args:
            user_id: Who speaks; None for an anonymous administrator of the chat.
            chat_id: Where.
        """
        them = {chat_id} if user_id is None else {user_id, chat_id}
        if self.is_admin(user_id):
            return None
        if not them.isdisjoint(self._lists.blocked):
            return Reason.BLOCKED
        if self._lists.allowed and them.isdisjoint(self._lists.allowed):
            return Reason.PRIVATE
        return None

    def is_news(self, user_id: int | None, chat_id: int, reason: Reason) -> bool:
        """Say whether a refusal was not told yet, and remember that it is now.

        A chat hears once that it is not answered, and so does a blocked person, wherever they are.
        """
        by_person = reason is Reason.BLOCKED and chat_id not in self._lists.blocked
        key = user_id if by_person else chat_id
        now = self._clock()
        if now >= self._sweep_at:
            self._sweep_at = now + _SWEEP_EVERY
            self._told = {other: at for other, at in self._told.items() if now - at < _FORGOTTEN}
        last, self._told[key] = self._told.get(key, -inf), now
        return now - last >= _FORGOTTEN
