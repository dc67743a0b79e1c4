"""Which text a command acts on: its arguments, else the quoted fragment, else the replied message."""

from __future__ import annotations

from telegram import Message, MessageEntity

from handlers import utf16
from handlers.pairs import Pair, split


class NothingToRead(Exception):
    """A command came without any text to act on."""


class OneTextMissing(Exception):
    """A command that compares two texts found only one."""


def arguments(message: Message) -> str:
    """Return what follows the command, with its line breaks, stripped at both ends."""
    text = message.text or ""
    command = message.entities[0] if message.entities else None
    if command is None or command.type != MessageEntity.BOT_COMMAND or command.offset != 0:
        return text.strip()
    return utf16.after(text, command.length).strip()


def spoken_before(message: Message) -> str:
    """Return what a command points at: the fragment its writer quoted, else the replied message.

    A replied message gives its text or its caption; when it is a command itself, its arguments.
    """
    if message.quote is not None and message.quote.text.strip():
        return message.quote.text.strip()
    replied = message.reply_to_message
    if replied is None:
        return ""
    return (replied.caption or "").strip() or arguments(replied)


def one_text(message: Message) -> str:
    """Return the single text of a command.

    Raises:
        NothingToRead: If there is none.
    """
    text = arguments(message) or spoken_before(message)
    if not text:
        raise NothingToRead
    return text


def two_texts(message: Message) -> Pair:
    r"""Return the two texts of a command.

    Arguments are split by ``///``, a line break or ``|``, in this order. When they hold only one
    part and the command is a reply, the replied text is the first and the argument the second,
    as in *premise* ← ``/nli hypothesis``. Without arguments the replied text itself is split.

    Raises:
        NothingToRead: If there is no text at all.
        OneTextMissing: If there is only one.
    """
    said, before = arguments(message), spoken_before(message)
    if not said and not before:
        raise NothingToRead
    pair = split(said or before)
    if pair is None and said and before:
        return Pair(before, said)
    if pair is None:
        raise OneTextMissing
    return pair


def one_or_two_texts(message: Message) -> tuple[str, str | None]:
    """Return a text and, when the arguments hold two, the second; a replied text stays whole.

    Raises:
        NothingToRead: If there is no text.
    """
    pair = split(arguments(message))
    return (pair.first, pair.second) if pair else (one_text(message), None)
