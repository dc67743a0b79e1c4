"""``/start`` and ``/help``: what the bot does, how to teach it, what it stores."""

from __future__ import annotations

from telegram import Message

from handlers.answer import address, reply
from handlers.context import Context
from handlers.replies.texts import Texts


async def start(message: Message, context: Context) -> None:
    """Greet, then help."""
    texts = await context.texts(message.from_user)
    await reply(message, context, f"{texts.start}\n\n{_help(message, context, texts)}")


async def help_(message: Message, context: Context) -> None:
    """Explain every command with an example."""
    texts = await context.texts(message.from_user)
    await reply(message, context, _help(message, context, texts))


def _help(message: Message, context: Context, texts: Texts) -> str:
    at = address(message, context)
    body = texts.help.format(at=at)
    return f"{body}\n\n{texts.group_help.format(at=at)}" if at else body
