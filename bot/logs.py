"""What the program writes to stderr: one format, never the bot's token, and nothing that people wrote."""

from __future__ import annotations

import copy
import logging

from models.traces import without_words

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_OWN = ("bot", "handlers", "models", "storage", "telegram")
"""What LOG_LEVEL is about; other libraries speak only to warn."""


class WithoutWords(logging.Formatter):
    """Formats a record; of an exception it tells types and places alone, as messages may hold a text.

    Whoever logs an exception often logs what it was about as well ("Received data was …"), so of such a
    record only what is the same each time is kept.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one or more lines."""
        if record.exc_info:
            record = copy.copy(record)
            record.msg, record.args = str(record.msg).partition("\n")[0], None
            record.exc_text = None  # as another formatter may have left it
        return super().format(record)

    def formatException(self, ei: object) -> str:  # noqa: N802  # its name in `logging`
        """Return an exception's types and places."""
        error = ei[1] if isinstance(ei, tuple) else None
        return "" if error is None else without_words(error)


class _WithoutToken(WithoutWords):
    """The same, and takes the token out of it."""

    def __init__(self, token: str) -> None:
        super().__init__(_FORMAT)
        self._token = token

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one or more lines."""
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
    if level == "DEBUG":  # it would tell every message that comes and goes
        logging.getLogger("telegram").setLevel(logging.INFO)
