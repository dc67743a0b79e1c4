"""``/language``: which language the bot speaks to a user."""

from __future__ import annotations

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message
from telegram.constants import ChatType

from handlers.answer import reply
from handlers.context import Context
from handlers.replies.keyboards import language_keyboard
from handlers.replies.texts import TEXTS
from handlers.surplus import says_more
from handlers.taps import LanguageTap
from handlers.tolerance import tolerating


async def language(message: Message, context: Context) -> None:
    """Ask, with one button per language; where the group's holds, say that the choice is for elsewhere."""
    if await says_more(message, context, "language"):
        return
    texts, settled = await context.texts_in(message), (await context.group(message.chat)).language
    question = texts.language_question if settled is None else texts.language_of_group
    await reply(message, context, question, language_keyboard())


async def choose_language(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: LanguageTap
) -> None:
    """Store the choice, then say so: as a toast, and in a private chat also in the message."""
    chosen = tap.language
    texts = TEXTS[chosen]
    await context.store.set_language(query.from_user.id, chosen)
    elsewhere = (await context.group(shown.chat)).language not in (None, chosen)
    with tolerating():
        await query.answer(texts.language_set_elsewhere_toast if elsewhere else texts.language_set_toast)
    if shown.chat.type == ChatType.PRIVATE:
        with tolerating():
            await context.bot.edit_message_text(  # works on a message too old to be read, too
                texts.language_set,
                shown.chat.id,
                shown.message_id,
                reply_markup=language_keyboard(),
            )
