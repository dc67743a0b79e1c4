"""Refusals by Telegram that are normal life: somebody was faster, or it no longer matters."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from models.traces import in_short

_log = logging.getLogger(__name__)

_HARMLESS = (
    "message is not modified",  # somebody else's tap drew the same keyboard
    "query is too old",  # Telegram forgets a tap after a while
    "query id is invalid",
    "message to edit not found",  # deleted by its reader
    "message can't be edited",
    "message_id_invalid",
    "message to delete not found",
    "message can't be deleted",  # two days after it was sent
    "message to be replied not found",
    "not enough rights to send",  # the group lets the bot stay, and not speak
    "have no rights to send",
    "chat_write_forbidden",
    "topic_closed",
)


def is_harmless(error: BaseException | None) -> bool:
    """Say whether an error calls for no action: blocked, too late, or nothing to change."""
    if isinstance(error, Forbidden | ChatMigrated):  # blocked, removed from the group, or the group moved on
        return True
    return isinstance(error, BadRequest) and any(reason in error.message.lower() for reason in _HARMLESS)


def is_passing(error: BaseException | None) -> bool:
    """Say whether an error is Telegram's or the network's and goes by itself: a limit, a time-out, a 5xx."""
    return isinstance(error, RetryAfter | Conflict | NetworkError) and not isinstance(error, BadRequest)


def refusal(error: Exception) -> str:
    """Return one line for a log: what an error of Telegram's or this program's says.

    Where Telegram does not understand a message it quotes it ("unsupported start tag …"): then its type.
    """
    if isinstance(error, TelegramError):
        name = type(error).__name__
        return f"{name}: {error.message}" if is_harmless(error) or is_passing(error) else name
    return in_short(error)


@contextmanager
def tolerating() -> Iterator[None]:
    """Let harmless refusals pass, with a line in the log."""
    try:
        yield
    except TelegramError as error:
        if not is_harmless(error):
            raise
        _log.info("passed over: %s", error.message)
