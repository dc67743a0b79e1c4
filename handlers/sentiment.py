"""``/sentiment``: is this text positive or negative?"""

from __future__ import annotations

from telegram import Message

from handlers.context import Context
from handlers.labels import answer_label
from handlers.source_text import one_text
from handlers.waiting import waiting


async def sentiment(message: Message, context: Context) -> None:
    """Find the text, ask how it feels, reply with buttons."""
    text = one_text(message)
    async with waiting(message, context):
        result = await context.model.sentiment(
            text, prefer=await context.preset(message.chat), chat=message.chat_id
        )
    await answer_label(message, context, result, text)
