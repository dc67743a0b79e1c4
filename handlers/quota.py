"""How often one person, and one group, may ask: a pause between two questions, and so many a day.

Kept in memory alone: a restart begins anew, and nobody's number is written anywhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

DAY = 24 * 3600.0
"""Seconds of a day, which begins with its first question: the same for everybody, in every time zone."""

_SWEEP_EVERY = 600.0  # seconds between two looks for who asks nothing any more


class Bound(StrEnum):
    """What a question ran into."""

    USER_COOLDOWN = "user cooldown"
    CHAT_COOLDOWN = "chat cooldown"
    USER_QUOTA = "user quota"
    CHAT_QUOTA = "chat quota"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How often may be asked; 0 for as often as one likes.

    Attributes:
        user_cooldown: Seconds between two questions of a person.
        chat_cooldown: Seconds between two questions in a group, whoever asks.
        user_quota: Questions of a person in a day.
        chat_quota: Questions in a group in a day.
    """

    user_cooldown: float = 0.0
    chat_cooldown: float = 0.0
    user_quota: int = 0
    chat_quota: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that is not answered now.

    Attributes:
        bound: What it ran into.
        seconds: Until it would be answered.
        most: Questions in a day, for a quota.
        tell: Whether to say so: the first time, until it may be asked again.
    """

    bound: Bound
    seconds: float
    most: int
    tell: bool


class OverQuota(Exception):
    """A question came too soon, or past the day's number.

    Args:
        refusal: Which, and for how long.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.bound.value)
        self.refusal = refusal


@dataclass(slots=True)
class _Account:
    """What one person or group asked; times on the clock."""

    cooldown: float
    quota: int
    asked_at: float = -inf
    day: float = -inf  # when it began
    count: int = 0  # in that day
    told: dict[Bound, float] = field(default_factory=dict)  # until when that refusal lasts

    def is_unused(self, now: float) -> bool:
        return now >= self.asked_at + self.cooldown and (not self.quota or now >= self.day + DAY)


class Quotas:
    """Counts questions and says which are too many.

    Args:
        bounds: The operator's.
        clock: Seconds that only grow.
    """

    def __init__(self, bounds: Bounds | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._bounds = bounds or Bounds()
        self._clock = clock
        self._accounts: dict[Hashable, _Account] = {}
        self._sweep_at = -inf

    @property
    def chat_cooldown(self) -> float:
        """The operator's pause between two questions in a group, which no group makes shorter."""
        return self._bounds.chat_cooldown

    def move(self, old_id: int, new_id: int) -> None:
        """Let a group's count follow it into another chat."""
        account = self._accounts.pop(("chat", old_id), None)
        if account is not None:
            self._accounts.setdefault(("chat", new_id), account)

    @contextmanager
    def question(
        self, user_id: int | None, chat_id: int, *, mends: bool = False, chat_cooldown: float = 0.0
    ) -> Iterator[Refusal | None]:
        """Count a question while the block answers it; one that fails counts for nothing.

        Args:
            user_id: Who asks; None for an anonymous administrator, whose questions are the group's alone.
            chat_id: Where. In a private chat, whose number is its person's, the person's bounds hold alone.
            mends: Whether it is an edit of a command that has an answer, which is wrong from then on. So no
                cooldown holds it; a quota does, and is told each time, as this takes the answer's place and
                adds no message.
            chat_cooldown: The group's own pause, where it is longer than the operator's.

        Yields:
            None when it may be asked, else why not.
        """
        now = self._clock()
        self._sweep(now)
        accounts = self._held(user_id, chat_id, max(chat_cooldown, self._bounds.chat_cooldown))
        refusal = self._refusal(accounts, now, mends=mends)
        if refusal is not None:
            yield refusal
            return
        before = [(account, account.asked_at) for account, _, _ in accounts]
        for account, _ in before:
            if now >= account.day + DAY:
                account.day, account.count = now, 0
            account.count += 1
            account.asked_at = now
        try:
            yield None
        except BaseException:
            for account, asked_at in before:
                account.count -= 1
                if account.asked_at == now:  # nobody asked since
                    account.asked_at = asked_at
            raise

    def _held(
        self, user_id: int | None, chat_id: int, chat_cooldown: float
    ) -> list[tuple[_Account, Bound, Bound]]:
        """Return the accounts that a question is counted in, each with the names of its bounds."""
        bounds, held = self._bounds, []
        if user_id is not None and (bounds.user_cooldown or bounds.user_quota):
            mine = self._account(("user", user_id), bounds.user_cooldown, bounds.user_quota)
            held.append((mine, Bound.USER_COOLDOWN, Bound.USER_QUOTA))
        if user_id != chat_id and (chat_cooldown or bounds.chat_quota):
            ours = self._account(("chat", chat_id), chat_cooldown, bounds.chat_quota)
            held.append((ours, Bound.CHAT_COOLDOWN, Bound.CHAT_QUOTA))
        return held

    def _account(self, key: Hashable, cooldown: float, quota: int) -> _Account:
        account = self._accounts.setdefault(key, _Account(cooldown, quota))
        account.cooldown = cooldown  # a group may have changed it
        return account

    def _refusal(
        self, accounts: list[tuple[_Account, Bound, Bound]], now: float, *, mends: bool
    ) -> Refusal | None:
        """Return what holds the question longest."""
        ends: list[tuple[float, Bound, _Account]] = []
        for account, cooldown, quota in accounts:
            if not mends:
                ends.append((account.asked_at + account.cooldown, cooldown, account))
            if account.quota and account.count >= account.quota:
                ends.append((account.day + DAY, quota, account))
        ahead = [each for each in ends if each[0] > now]
        if not ahead:
            return None
        end, bound, account = max(ahead, key=lambda each: each[0])
        tell = mends or account.told.get(bound) != end
        account.told[bound] = end
        return Refusal(bound, end - now, account.quota, tell)

    def _sweep(self, now: float) -> None:
        """From time to time forget who asks nothing any more."""
        if now >= self._sweep_at:
            self._sweep_at = now + _SWEEP_EVERY
            self._accounts = {
                key: account for key, account in self._accounts.items() if not account.is_unused(now)
            }
