"""How many commands of one person, and of one chat, are worked on at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from enum import StrEnum

PER_USER = 10
"""A person reads one answer at a time, but what they sent during a downtime comes all at once afterwards and
is to be answered. Of the 64 updates worked on at once, six such people still leave some for others."""

PER_CHAT = 16
"""A quarter of the 64 updates worked on at once: room for a group's backlog, while Telegram lets a group have
20 messages a minute, so more would only wait there for their turn and leave no place for anybody else."""


class Place(StrEnum):
    """What a command gets."""

    GIVEN = "given"
    TELL = "tell"  # none, and it is the first of its burst that gets none: its writer is told
    NONE = "none"


class OneMoment(Exception):
    """There is no place for a tap or an inline query now: what came before it is still being answered."""


class Limits:
    """Gives places to commands; a burst past the limit gets one reply, and its other commands none."""

    def __init__(self) -> None:
        self._taken: Counter[Hashable] = Counter()
        self._told: set[Hashable] = set()

    @contextmanager
    def place(self, user_id: int | None, chat_id: int, *, always: bool = False) -> Iterator[Place]:
        """Hold a place while the block runs, if there is one.

        Args:
            user_id: Who asks; None for an anonymous administrator, as one id stands for all of these.
            chat_id: Where.
            always: Give a place past the limit too; it counts like any other.

        Yields:
            Whether a place was given, and if not, whether to say so.
        """
        caps: dict[Hashable, int] = {("chat", chat_id): PER_CHAT}
        if user_id is not None:
            caps["user", user_id] = PER_USER
        full = {key for key, cap in caps.items() if self._taken[key] >= cap}
        if full and not always:
            if self._told.isdisjoint(full):
                self._told |= full
                yield Place.TELL
            else:  # what is full besides stays unmarked: whoever meets that alone has been told nothing
                yield Place.NONE
            return
        self._taken.update(caps.keys())
        try:
            yield Place.GIVEN
        finally:
            for key, cap in caps.items():
                self._taken[key] -= 1
                if self._taken[key] < cap:  # the burst is over
                    self._told.discard(key)
                if not self._taken[key]:
                    del self._taken[key]
