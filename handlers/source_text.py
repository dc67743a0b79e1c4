"""Which text a command acts on: its arguments, else the quoted fragment, else the replied message."""

from __future__ import annotations

from telegram import Message, MessageEntity

from handlers import utf16
from handlers.pairs import Pair, parts, split


class NothingToRead(Exception):
    """A command came without any text to act on."""


class NothingInReply(NothingToRead):
    """The message that a command answers holds no text: a picture without a caption, a sticker."""


class OneTextMissing(Exception):
    """A command that compares two texts found only one."""


class TooManyTexts(Exception):
    """A command that compares two texts found more.

    Args:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        super().__init__(str(count))
        self.count = count


def arguments(message: Message) -> str:
    """Return what follows the command in a text or caption, with its line breaks, stripped at both ends."""
    text = message.text or message.caption or ""
    return utf16.after(text, _command_units(message)).strip()


def spoken_before(message: Message) -> str:
    """Return what a command points at: the fragment its writer quoted, else the replied message.

    A replied message gives its text or its caption; when it is a command itself, its arguments.
    """
    if message.quote is not None and message.quote.text.strip():
        return message.quote.text.strip()
    replied = message.reply_to_message
    if replied is None:
        return ""
    return arguments(replied)


def one_text(message: Message) -> str:
    """Return the single text of a command.

    Raises:
        NothingToRead: If there is none.
    """
    text = arguments(message) or spoken_before(message)
    if not text:
        raise _nothing(message)
    return text


def two_texts(message: Message) -> Pair:
    r"""Return the two texts of a command.

    Arguments are split by ``///``, a line break or ``|``, in this order. When they hold only one
    part and the command is a reply, the replied text is the first and the argument the second,
    as in *premise* ← ``/nli hypothesis``. Without arguments the replied text itself is split.

    Raises:
        NothingToRead: If there is no text at all.
        OneTextMissing: If there is only one.
        TooManyTexts: If there are more.
    """
    said, before = arguments(message), spoken_before(message)
    if not said and not before:
        raise _nothing(message)
    found = parts(said or before)
    if len(found) > 2:
        raise TooManyTexts(len(found))
    if len(found) == 2:
        return Pair(*found)
    if said and before:
        return Pair(before, said)
    raise OneTextMissing


def one_or_two_texts(message: Message) -> tuple[str, str | None]:
    """Return a text and, when a command's arguments hold two, the second; any other text stays whole.

    Raises:
        NothingToRead: If there is no text.
    """
    pair = split(arguments(message)) if _command_units(message) else None
    return (pair.first, pair.second) if pair else (one_text(message), None)


def _command_units(message: Message) -> int:
    """Return the length of the command that a message begins with; 0 if it begins otherwise."""
    first = next(iter(message.entities or message.caption_entities), None)
    is_command = first is not None and first.type == MessageEntity.BOT_COMMAND and first.offset == 0
    return first.length if first is not None and is_command else 0


def _nothing(message: Message) -> NothingToRead:
    replied = message.reply_to_message
    # Whatever is said in a topic answers the message that opened it.
    answers = replied is not None and replied.forum_topic_created is None
    return NothingInReply() if answers else NothingToRead()
