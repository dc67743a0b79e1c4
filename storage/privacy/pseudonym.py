"""Keyed pseudonyms for people and chats."""

from __future__ import annotations

import hashlib
import hmac

from storage.errors import StorageError

SHORT = 16
"""Digits of a pseudonym that leave the database: they tell voters apart, and are too few to be their key."""


class Pseudonymizer:
    """Turns numeric ids into pseudonyms that only the holder of the key can recompute.

    A plain hash would not do: numeric ids are few enough to be tried one by one.

    Args:
        pepper: The secret key, not empty; without it nobody can link a person to their votes again.

    Raises:
        StorageError: The key is empty.
    """

    __slots__ = ("_pepper",)

    def __init__(self, pepper: bytes) -> None:
        if not pepper:
            raise StorageError("the pseudonym key is empty")
        self._pepper = pepper

    def person(self, user_id: int) -> str:
        """Return HMAC-SHA256(pepper, id) as 64 hexadecimal digits."""
        return self._digest(str(user_id))

    def actor(self, actor: int | str) -> str:
        """Return the name under which it is kept who acts: a person's pseudonym, or in words what does.

        Raises:
            ValueError: It says nobody, as is kept of somebody who was forgotten.
        """
        if actor == "":
            raise ValueError("somebody acts, or something does")
        return actor if isinstance(actor, str) else self.person(actor)

    def chat(self, chat_id: int) -> str:
        """Return a chat's pseudonym; the prefix parts a private chat from its user, whose id it has."""
        return self._digest(f"chat:{chat_id}")

    def _digest(self, message: str) -> str:
        return hmac.new(self._pepper, message.encode(), hashlib.sha256).hexdigest()
