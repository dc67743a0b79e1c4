"""Telling somebody that a command is not theirs, without filling a group with it."""

from __future__ import annotations

from telegram import Message
from telegram.constants import ChatType

from handlers.answer import earlier_answer, reply
from handlers.context import Context
from handlers.gate import speaker


async def refuse(message: Message, context: Context, words: str) -> None:
    """Say what somebody may not do; in a group the same words once, then not for a while.

    Args:
        message: The command.
        context: The handler's context.
        words: Telegram HTML.
    """
    if message.chat.type != ChatType.PRIVATE:
        who = (words, message.chat_id, speaker(message))
        edits = await earlier_answer(message, context) is not None  # that adds no message
        if not edits and not context.services.refusals.is_news(who):
            return
    await reply(message, context, words)
