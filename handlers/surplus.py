"""Words behind a command that takes none."""

from __future__ import annotations

from telegram import Message

from handlers.answer import address, reply
from handlers.context import Context
from handlers.source_text import arguments


async def says_more(message: Message, context: Context, command: str) -> bool:
    """Tell somebody who writes words behind a command that nothing can be done with them."""
    if not arguments(message):
        return False
    texts = await context.texts_in(message)
    await reply(message, context, texts.says_more.format(command=command, at=address(message, context)))
    return True
