"""``/nsp``: does the second sentence follow the first?"""

from __future__ import annotations

from telegram import Message

from handlers.context import Context
from handlers.labels import answer_label
from handlers.source_text import two_texts
from handlers.waiting import waiting


async def nsp(message: Message, context: Context) -> None:
    """Find both sentences, ask whether they belong together, reply with buttons."""
    pair = two_texts(message)
    async with waiting(message, context):
        result = await context.model.nsp(
            pair.first, pair.second, prefer=await context.preset(message.chat), chat=message.chat_id
        )
    await answer_label(message, context, result, pair.first, pair.second)
