"""What the program writes to stderr: one format, and never the bot's token."""

from __future__ import annotations

import logging

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_OWN = ("bot", "handlers", "models", "storage", "telegram")
"""What LOG_LEVEL is about; other libraries speak only to warn."""


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
    logging.basicConfig(level="ERROR" if level == "ERROR" else "WARNING", handlers=[handler], force=True)
    for name in _OWN:
        logging.getLogger(name).setLevel(level)
