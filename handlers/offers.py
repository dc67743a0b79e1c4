"""What is said in private without a command: the commands that fit it are offered as buttons.

The text is not stored for it: the offer answers the text, so a tap brings it along, also after a restart. The
answer then takes the offer's place, and follows when the text is edited.
"""

from __future__ import annotations

import re
from collections.abc import Hashable

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update
from telegram.constants import ChatType

from handlers.answer import earlier_answer, remember, reply
from handlers.callback_data import BadCallbackData
from handlers.context import Context
from handlers.errors import settle
from handlers.limits import OneMoment, Place
from handlers.pairs import is_meant_as_two
from handlers.questions import QUESTIONS
from handlers.quota import OverQuota
from handlers.replies.keyboards import offer_keyboard
from handlers.replies.texts import TEXTS
from handlers.source_text import arguments
from handlers.taps import OfferTap
from handlers.tolerance import tolerating
from models.blanks import has_blank
from models.results import Task
from models.text import require_visible
from storage.store import EarlierAnswer

_PATIENCE_S = 1.0  # the pictures of an album are sent together
_COMMAND = re.compile(r"/\w*(?:@(\w+))?", re.ASCII)


async def without_command(message: Message, context: Context) -> None:
    """Offer what fits a text; say of anything else that it can't be read."""
    if message.via_bot is not None and message.via_bot.id == context.bot.id:
        return  # an inline result of the bot's own, sent to itself
    texts = await context.texts_in(message)
    if command := _COMMAND.match(message.text or message.caption or ""):
        if (command[1] or context.bot.username).lower() == context.bot.username.lower():
            await reply(message, context, texts.unknown_command)
        return
    if arguments(message):
        await _offer(message, context)
    elif await _is_to_be_told(message, context):
        await reply(message, context, texts.only_text)


def listen_to_album(message: Message, context: Context) -> None:
    """Note that an album has words, so that its other pictures need none; whatever the words are."""
    if message.media_group_id is not None and message.caption:
        context.services.heard.tell(_words_of(message))


def fitting(text: str) -> tuple[Task, ...]:
    """Return what a text can be asked.

    Raises:
        EmptyText: If there is nothing to read in it.
    """
    require_visible(text)
    if has_blank(text):
        return Task.MASK, Task.TOKENS
    if is_meant_as_two(text):
        return Task.NSP, Task.NLI
    return Task.SENTIMENT, Task.TOKENS


async def choose_offer(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: OfferTap
) -> None:
    """Turn an offer into the answer; what can't be answered now stands above the buttons, to tap again.

    Raises:
        BadCallbackData: It is not an offer.
        EmptyText: The text was edited, and holds nothing to read any more.
        OneMoment: The text is just being answered, or too many others of the person are.
        OverQuota: The person has to wait.
    """
    if shown.chat.type != ChatType.PRIVATE:
        raise BadCallbackData("an offer in a group")
    asked = shown.reply_to_message if isinstance(shown, Message) else None
    if asked is None:
        await _miss_the_text(query, shown, context)
        return
    services, turn = context.services, (shown.chat.id, asked.message_id)
    if services.turns.taken(turn):
        raise OneMoment
    async with services.turns.of(turn):
        with services.limits.place(query.from_user.id, shown.chat.id) as place:
            if place is not Place.GIVEN:
                raise OneMoment
            if await _task_shown(asked, context) is None:  # else an earlier tap was answered meanwhile
                await _answer(query, shown, context, asked, tap.task)
    with tolerating():
        await query.answer()


async def _offer(message: Message, context: Context) -> None:
    """Offer what fits; if the message was edited and has an answer that still fits, answer anew."""
    tasks = fitting(arguments(message))
    shown = None if message.edit_date is None else await _task_shown(message, context)
    if shown in tasks:
        await QUESTIONS[shown](message, context)
        return
    language = await context.language_in(message)
    await reply(message, context, TEXTS[language].offer, offer_keyboard(tasks, language))


async def _answer(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, asked: Message, task: Task
) -> None:
    keyboard = offer_keyboard(fitting(arguments(asked)), await context.language_in(asked))
    if await earlier_answer(asked, context) is None:  # what was kept is deleted since
        await remember(asked, context, EarlierAnswer(shown.message_id, None))
    try:
        await QUESTIONS[task](asked, context)
    except OverQuota:
        raise
    except Exception as error:  # noqa: BLE001  # told in the offer's place, where the wait for a download may stand
        update = Update(0, callback_query=query)  # only who tapped is read of it
        await settle(update, context, error, tell=lambda words: reply(asked, context, words, keyboard))


async def _miss_the_text(query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context) -> None:
    """Say that a text was deleted, or is too old for Telegram to bring it along."""
    texts = await context.texts(query.from_user)
    with tolerating():
        await query.answer(texts.text_gone_toast, show_alert=True)
    with tolerating():
        await context.bot.edit_message_text(texts.text_gone_toast, shown.chat.id, shown.message_id)


async def _task_shown(message: Message, context: Context) -> Task | None:
    """Return what a text was asked; None while it has an offer, or none yet."""
    earlier = await earlier_answer(message, context)
    return next((task for task in Task if earlier is not None and earlier.task == task), None)


async def _is_to_be_told(message: Message, context: Context) -> bool:
    """Say whether to say of a message that it holds no text.

    The pictures of an album come one by one, its words with any of them: the first waits for these a moment.
    """
    album, services = message.media_group_id, context.services
    if album is None:
        return True
    is_first = services.news.is_news(("album", message.chat_id, album))
    return is_first and not await services.heard.within(_PATIENCE_S, _words_of(message))


def _words_of(message: Message) -> Hashable:
    return ("words of album", message.chat_id, message.media_group_id)
