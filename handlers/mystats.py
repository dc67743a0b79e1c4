"""``/mystats``: what somebody has contributed, told to them alone."""

from __future__ import annotations

from telegram import Message

from handlers.answer import reply
from handlers.context import Context
from handlers.privacy import said_in_public
from handlers.replies.labelling import stats_text
from handlers.surplus import says_more


async def mystats(message: Message, context: Context) -> None:
    """Count the writer's votes; in a group say that it is told in private."""
    if await said_in_public(message, context, "mystats") or await says_more(message, context, "mystats"):
        return
    stats = await context.store.labelling.stats(message.chat_id)
    await reply(message, context, stats_text(stats, await context.language_in(message)))
