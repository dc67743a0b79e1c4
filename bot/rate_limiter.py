"""Telegram's flood limits, kept by the bot, and patience with a server that refuses or drops a call.

Limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut
from telegram.ext import AIORateLimiter

_log = logging.getLogger(__name__)

_RETRIES = 3
_LONGEST_WAIT = 90.0  # seconds; nobody waits longer for an answer
_NETWORK_PAUSE = 0.5  # seconds, doubled after every failure

Answer = bool | dict[str, Any] | list[dict[str, Any]]


class PatientRateLimiter(AIORateLimiter):
    """PTB's limiter, with three differences.

    "typing…" and the bot's own profile don't count: they are not messages, and must not delay any.
    A 429 makes only the refused call wait; PTB's own retry would stop every chat.
    A dropped connection or a 5xx is tried again, so that an answer is rather sent twice than lost;
    after a time-out only edits are, because the server has most likely done the work.
    """

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
        retries = rate_limit_args or _RETRIES
        for attempt in range(retries):
            try:
                return await super().process_request(callback, args, kwargs, endpoint, data, None)
            except (RetryAfter, NetworkError) as error:
                wait = _wait(error, endpoint, attempt)
                if wait is None:
                    raise
                _log.info("%s: %s; again in %.1f s", endpoint, error, wait)
                await asyncio.sleep(wait)
        return await super().process_request(callback, args, kwargs, endpoint, data, None)


def _wait(error: RetryAfter | NetworkError, endpoint: str, attempt: int) -> float | None:
    """Return the seconds to wait before the next attempt; None when there should be none."""
    if isinstance(error, RetryAfter):
        asked = error.retry_after  # a timedelta with PTB_TIMEDELTA set
        seconds = asked.total_seconds() if isinstance(asked, timedelta) else float(asked)
        return seconds + 0.1 if seconds <= _LONGEST_WAIT else None
    if isinstance(error, BadRequest) or (isinstance(error, TimedOut) and not endpoint.startswith("edit")):
        return None
    return _NETWORK_PAUSE * 2.0**attempt
