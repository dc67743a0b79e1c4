"""A group becomes a supergroup, which is another chat: what is kept of it follows.

Telegram says so twice, in the old chat and in the new one, in any order; hearing it again changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable

from telegram import Update

from handlers.context import Context

_log = logging.getLogger(__name__)


async def on_migration(update: Update, context: Context) -> None:
    """Read from either of the two messages which chat became which."""
    message = update.effective_message
    if message is None:
        return
    if message.migrate_to_chat_id is not None:
        await follow(context, message.chat_id, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id is not None:
        await follow(context, message.migrate_from_chat_id, message.chat_id)


def moved_into(chat_id: int) -> Hashable:
    """Return what is told when a group has become this chat."""
    return ("moved into", chat_id)


async def follow(context: Context, old_id: int, new_id: int) -> None:
    """Let settings, answers, counts and the operator's lists follow a group into its new chat."""
    services = context.services
    services.quotas.move(old_id, new_id)
    services.greetings.is_news(new_id)  # they know the bot
    services.heard.tell(moved_into(new_id))
    if services.access.follow(old_id, new_id):
        _log.warning(
            "group %d has become %d: put the new number where ALLOWED_IDS or BLOCKED_IDS have the old one",
            old_id,
            new_id,
        )
    await services.store.move_group(old_id, new_id)  # last: it may fail, and the others cannot
