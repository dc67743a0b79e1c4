"""What only those may do who run the bot, and only in their private chats."""

from __future__ import annotations

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message
from telegram.constants import ChatType

from handlers.answer import asker_of, reply
from handlers.context import Context
from handlers.gate import Command
from handlers.refusing import refuse
from handlers.replies.texts import TEXTS
from handlers.tolerance import tolerating


def for_operators(name: str, run: Command) -> Command:
    """Make a command that says kindly who may use it, and where."""

    async def guarded(message: Message, context: Context) -> None:
        language = await context.language_in(message)
        if not context.services.access.is_admin(asker_of(message)):
            await refuse(message, context, TEXTS[language].teaching.operators_only)
        elif message.chat.type != ChatType.PRIVATE:
            elsewhere = TEXTS[language].only_in_private
            await reply(message, context, elsewhere.format(command=name, name=context.bot.username))
        else:
            await run(message, context)

    return guarded


async def may_operate(query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context) -> bool:
    """Say whether a tapper runs the bot and taps in their private chat; tell them if not."""
    if context.services.access.is_admin(query.from_user.id) and shown.chat.type == ChatType.PRIVATE:
        return True
    language = await context.language(query.from_user)
    with tolerating():
        await query.answer(TEXTS[language].teaching.operators_only_toast, show_alert=True)
    return False
