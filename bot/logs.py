"""What the program writes to stderr: one format, and never the bot's token."""

from __future__ import annotations

import logging

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_QUIET = {
    "httpx": logging.WARNING,  # logs every URL at INFO, and the URL holds the token
    "httpcore": logging.WARNING,
    "alembic": logging.WARNING,  # tells of every start
    "telegram.ext.AIORateLimiter": logging.CRITICAL,  # a traceback per 429; bot/rate_limiter.py logs a line
}


class _WithoutToken(logging.Formatter):
    """Formats a record, traceback included, and takes the token out of it."""

    def __init__(self, token: str) -> None:
        super().__init__(_FORMAT)
        self._token = token

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace(self._token, "<token>")


def set_up_logging(level: str, *, token: str) -> None:
    """Send the log to stderr.

    Args:
        level: Name of a level of :mod:`logging`.
        token: The bot's token, which never shows.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_WithoutToken(token))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)
