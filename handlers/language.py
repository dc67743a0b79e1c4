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
    """Ask, with one button per language; where the group's holds, say that the choice is for elsewhere."""
    texts, settled = await context.texts_in(message), (await context.group(message.chat)).language
    question = texts.language_question if settled is None else texts.language_of_group
    await reply(message, context, question, language_keyboard())


async def choose_language(query: CallbackQuery, context: Context, chosen: Language) -> None:
    """Store the choice, then say so: as a toast, and in a private chat also in the message."""
    texts = TEXTS[chosen]
    await context.store.set_language(query.from_user.id, chosen)
    chat = None if query.message is None else query.message.chat
    elsewhere = chat is not None and (await context.group(chat)).language not in (None, chosen)
    with tolerating():
        await query.answer(texts.language_set_elsewhere_toast if elsewhere else texts.language_set_toast)
    if query.message is not None and query.message.chat.type == ChatType.PRIVATE:
        with tolerating():
            await context.bot.edit_message_text(  # works on a message too old to be read, too
                texts.language_set,
                query.message.chat.id,
                query.message.message_id,
                reply_markup=language_keyboard(),
            )
