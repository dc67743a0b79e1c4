"""Telegram's flood limits, kept by the bot, and patience with a server that refuses or drops a call.

Limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, inf
from typing import Any

from telegram.constants import FloodLimit
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter, TimedOut
from telegram.ext import BaseRateLimiter

_log = logging.getLogger(__name__)

_RETRIES = 3
_LONGEST_WAIT = 90.0  # seconds; nobody waits longer for an answer
_NETWORK_PAUSE = 0.5  # seconds, doubled after every failure
_SWEEP_EVERY = 60.0  # seconds between two looks for chats that nobody writes in any more

_COUNTED = ("send", "edit", "forward", "copy")
"""How the calls begin that write into a chat. Sending and editing share Telegram's limits; the answers to
taps and inline queries have none, and what only asks (``getChat``) or tidies up is no message."""

Answer = bool | dict[str, Any] | list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``most`` messages in any span of ``seconds``."""

    most: int
    seconds: float


PER_CHAT = Rate(FloodLimit.MESSAGES_PER_SECOND_PER_CHAT, 1.0)
PER_GROUP = Rate(FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP, 60.0)
OVERALL = Rate(FloodLimit.MESSAGES_PER_SECOND, 1.0)
_NO_LIMIT = Rate(1, 0.0)


class PatientRateLimiter(BaseRateLimiter[int]):
    """Keeps the limits of each chat, of groups and of the whole bot; whoever waits, others go on.

    "typing…", toasts and the bot's own profile don't count: they are not messages, and must not wait for any.
    A 429 makes its own chat wait, and nobody asks in it meanwhile; PTB's limiter would stop every chat.
    A dropped connection or a 5xx is tried again, so that an answer is rather sent twice than lost;
    after a time-out only edits are, because the server has most likely done the work. What was on its way
    into a group that became a supergroup is sent there.

    Args:
        chat: Limit of every chat.
        group: Limit of groups and channels, besides.
        overall: Limit of all chats together.
        clock: Seconds that only grow.
        sleep: Waits for so many of them.
    """

    @classmethod
    def of_a_server_without_limits(cls) -> PatientRateLimiter:
        """Return one that waits for nothing but what the server asks for itself, in its 429."""
        return cls(chat=_NO_LIMIT, group=_NO_LIMIT, overall=_NO_LIMIT)

    def __init__(
        self,
        *,
        chat: Rate = PER_CHAT,
        group: Rate = PER_GROUP,
        overall: Rate = OVERALL,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._chat, self._group = chat, group
        self._clock, self._sleep = clock, sleep
        self._overall = _Line(overall)
        self._lines: dict[int | str, _Line] = {}
        self._sweep_at = -inf

    async def initialize(self) -> None:
        """Do nothing; there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing; there is nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: tuple[object, ...],
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Answer:
        """Make one Bot API call within the limits; arguments as in PTB's ``BaseRateLimiter``.

        Raises:
            RetryAfter: When the server's wait is too long, or after three waits.
            NetworkError: When the server can't be reached in four attempts.
        """
        if endpoint == "sendChatAction" or endpoint.startswith("setMy"):
            return await callback(*args, **kwargs)
        counts, retries = endpoint.startswith(_COUNTED), rate_limit_args or _RETRIES
        with self._line_of(data.get("chat_id") if counts else None) as line:
            for attempt in range(retries):
                if counts:
                    await self._turn(line)
                try:
                    return await callback(*args, **kwargs)
                except ChatMigrated as error:
                    if not endpoint.startswith("send"):  # the messages there have other numbers
                        raise
                    _address_to(data, error.new_chat_id)
                except (RetryAfter, NetworkError) as error:
                    if isinstance(error, RetryAfter) and line is not None:
                        line.paused_until = max(line.paused_until, self._clock() + _asked(error))
                    wait = _wait(error, endpoint, attempt)
                    if wait is None:
                        raise
                    _log.info("%s: %s; again in %.1f s", endpoint, error, wait)
                    await self._sleep(wait)
            if counts:
                await self._turn(line)
            return await callback(*args, **kwargs)

    async def _turn(self, line: _Line | None) -> None:
        """Wait until the chat, then the whole bot may write, and count what is written next."""
        if line is None:  # an inline message: in no chat that is known
            await self._overall_turn()
            return
        async with line.turn:
            await self._until_free(line)
            await self._overall_turn()
            line.written.append(self._clock())

    async def _overall_turn(self) -> None:
        async with self._overall.turn:
            await self._until_free(self._overall)
            self._overall.written.append(self._clock())

    async def _until_free(self, line: _Line) -> None:
        """Sleep until a line's limits allow a message.

        Raises:
            RetryAfter: When Telegram wants to hear nothing for longer than anybody waits.
        """
        while (wait := line.free_at() - self._clock()) > 0:
            if wait > _LONGEST_WAIT:
                raise RetryAfter(ceil(wait))
            await self._sleep(wait)

    @contextmanager
    def _line_of(self, chat_id: object) -> Iterator[_Line | None]:
        """Hold a chat's line while it is used, and from time to time drop those that say nothing any more."""
        if not isinstance(chat_id, int | str):
            yield None
            return
        now, key = self._clock(), _number(chat_id)
        if now >= self._sweep_at:
            self._sweep_at = now + _SWEEP_EVERY
            self._lines = {other: line for other, line in self._lines.items() if not line.is_idle(now)}
        in_private = isinstance(key, int) and key > 0
        rates = (self._chat,) if in_private else (self._chat, self._group)
        line = self._lines.get(key) or _Line(*rates)
        self._lines[key] = line
        line.users += 1
        try:
            yield line
        finally:
            line.users -= 1


class _Line:
    """Who waits to write, first come first served, and when was written last."""

    def __init__(self, *rates: Rate) -> None:
        self._rates = rates
        self.turn = asyncio.Lock()
        self.written: deque[float] = deque(maxlen=max(rate.most for rate in rates))
        self.paused_until = -inf  # what the last 429 asked for
        self.users = 0

    def free_at(self) -> float:
        """Return when the next message may be written."""
        full = (rate for rate in self._rates if len(self.written) >= rate.most)
        return max(self.paused_until, *(self.written[-rate.most] + rate.seconds for rate in full), -inf)

    def is_idle(self, now: float) -> bool:
        """Say whether nobody waits here and everything that was written is too old to count."""
        oldest = self.written[-1] + max(rate.seconds for rate in self._rates) if self.written else -inf
        return not self.users and max(oldest, self.paused_until) <= now


def _number(chat_id: int | str) -> int | str:
    """Return a chat's id as one key, also when it was given as text; a channel may have a name alone."""
    try:
        return int(chat_id)
    except ValueError:
        return chat_id.lower() if isinstance(chat_id, str) else chat_id


def _address_to(data: dict[str, Any], chat_id: int) -> None:
    """Send a message to another chat, where there is nothing to reply to."""
    data["chat_id"] = chat_id
    for place in ("reply_parameters", "message_thread_id"):
        data.pop(place, None)


def _asked(error: RetryAfter) -> float:
    """Return the seconds that a 429 asks for, and a little more."""
    asked = error.retry_after  # a timedelta with PTB_TIMEDELTA set
    return (asked.total_seconds() if isinstance(asked, timedelta) else float(asked)) + 0.1


def _wait(error: RetryAfter | NetworkError, endpoint: str, attempt: int) -> float | None:
    """Return the seconds to wait before the next attempt; None when there should be none."""
    if isinstance(error, RetryAfter):
        seconds = _asked(error)
        return seconds if seconds <= _LONGEST_WAIT else None
    if isinstance(error, BadRequest) or (isinstance(error, TimedOut) and not endpoint.startswith("edit")):
        return None
    return _NETWORK_PAUSE * 2.0**attempt
