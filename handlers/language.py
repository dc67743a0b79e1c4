"""``/language``: which language the bot speaks to a user."""

from __future__ import annotations

from telegram import CallbackQuery, Message
from telegram.constants import ChatType

from handlers.answer import reply
from handlers.context import Context
from handlers.replies.keyboards import language_keyboard
from handlers.replies.texts import TEXTS, Language
from handlers.tolerance import tolerating


async def language(message: Message, context: Context) -> None:
    """Ask, with one button per language."""
    texts = await context.texts(message.from_user)
    await reply(message, context, texts.language_question, language_keyboard())


async def choose_language(query: CallbackQuery, context: Context, chosen: Language) -> None:
    """Store the choice, then say so: as a toast, and in a private chat also in the message."""
    texts = TEXTS[chosen]
    await context.store.set_language(query.from_user.id, chosen)
    with tolerating():
        await query.answer(texts.language_set_toast)
    if query.message is not None and query.message.chat.type == ChatType.PRIVATE:
        with tolerating():
            await context.bot.edit_message_text(  # works on a message too old to be read, too
                texts.language_set,
                query.message.chat.id,
                query.message.message_id,
                reply_markup=language_keyboard(),
            )
