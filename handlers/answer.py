"""What the commands share: remember the prediction, send or edit the answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable

from telegram import InlineKeyboardMarkup, Message
from telegram.constants import ChatType
from telegram.error import BadRequest

from handlers import utf16
from handlers.context import Context
from handlers.pending import Unkept
from handlers.replies.consent import ask_keyboard, question_keyboard
from handlers.replies.keyboards import vote_keyboard
from handlers.replies.texts import TEXTS, Language
from handlers.tolerance import tolerating
from storage.store import ConsentStatus, EarlierAnswer, NewPrediction, NoConsent

Keyboard = Callable[[], Awaitable[InlineKeyboardMarkup | None]]

_log = logging.getLogger(__name__)
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_NO_TEXT = "no text in the message to edit"


async def answer(
    message: Message, context: Context, html: str, prediction: NewPrediction, language: Language
) -> None:
    """Answer a command with a prediction: stored and with its buttons, if the asker has agreed to that.

    Who has not been asked finds the question under the answer, once. Nothing is stored of what is asked in
    the name of a chat, whose tap nobody could tell from another's.

    Args:
        message: The command.
        context: The handler's context.
        html: The answer as Telegram HTML.
        prediction: What was asked and answered, for the votes to come.
        language: Language of the answer.
    """
    earlier, asker = await earlier_answer(message, context), asker_of(message)
    if asker is None:
        await reply(message, context, html, task=prediction.task)
        return
    try:
        prediction_id = await context.store.add_prediction(
            prediction,
            chat_id=message.chat_id,
            asker_id=asker,
            unless_same_as=earlier.prediction_id if earlier is not None else None,
        )
    except NoConsent:
        await _answer_unkept(message, context, html, prediction, language, asker)
        return

    async def keyboard() -> InlineKeyboardMarkup | None:
        return vote_keyboard(await context.store.tally(prediction_id, chat_id=message.chat_id), language)

    await reply(message, context, html, keyboard, task=prediction.task, prediction_id=prediction_id)


async def _answer_unkept(
    message: Message,
    context: Context,
    html: str,
    prediction: NewPrediction,
    language: Language,
    asker: int,
) -> None:
    """Answer somebody who has not agreed: with the question, or a button that brings it; bare after a no."""
    pending = context.services.pending
    question = TEXTS[language].consent_question.format(at=address(message, context))
    fits = utf16.length(html) + utf16.length(question) + 2 <= utf16.MESSAGE_LIMIT
    async with context.services.turns.of(("consent", asker)):  # of several answers at once, one asks
        consent = await context.store.consent(asker)
        if consent is not None and consent.status is ConsentStatus.DECLINED:
            await reply(message, context, html, task=prediction.task)
            return
        earlier = await earlier_answer(message, context)
        shown = None if earlier is None else pending.get(message.chat_id, earlier.message_id)
        still_asks = shown is not None and shown.asks  # an edit does not take the question away
        asks = fits and (still_asks or consent is None or not consent.settled)
        if asks:
            asking = f"{html}\n\n{question}"
            answer_id = await reply(
                message, context, asking, question_keyboard(language), task=prediction.task
            )
            await context.store.set_consent(asker, ConsentStatus.ASKED)
        else:
            keyboard = ask_keyboard(language) if any(prediction.options) else None
            answer_id = await reply(message, context, html, keyboard, task=prediction.task)
        pending.put(Unkept(message, answer_id, asker, html, prediction, language, asks))


async def reply(
    message: Message,
    context: Context,
    html: str,
    keyboard: Keyboard | InlineKeyboardMarkup | None = None,
    *,
    task: str | None = None,
    prediction_id: int | None = None,
    seen: Callable[[int], object] | None = None,
) -> int:
    """Answer a command with one message, which later edits of the command change instead of adding to.

    Args:
        message: The command.
        context: The handler's context.
        html: Telegram HTML.
        keyboard: Its buttons, or what reads their counts and draws them: called in the answer's turn, so that
            no newer counts are overwritten.
        task: What was asked, if this answers it.
        prediction_id: The stored prediction that the message shows, if it shows one.
        seen: Is told the number of the message once it is there, and before it is remembered, which may fail.

    Returns:
        The number of the message that answers the command.
    """
    earlier = await earlier_answer(message, context)
    if earlier is not None:
        async with context.services.turns.of(answer_turn(message.chat_id, earlier.message_id)):
            drawn = await _drawn(keyboard)
            if await _edit(context, message.chat_id, earlier.message_id, html, drawn):
                context.services.pending.drop(message.chat_id, earlier.message_id)
                if seen is not None:
                    seen(earlier.message_id)
                await remember(message, context, EarlierAnswer(earlier.message_id, prediction_id, task))
                return earlier.message_id
    drawn = await _drawn(keyboard)
    sent = await message.reply_html(html, reply_markup=drawn, do_quote=True, allow_sending_without_reply=True)
    if seen is not None:
        seen(sent.message_id)
    await remember(message, context, EarlierAnswer(sent.message_id, prediction_id, task))
    return sent.message_id


async def reply_with_file(message: Message, context: Context, send: Callable[[], Awaitable[Message]]) -> None:
    """Answer a command with a file or picture; the earlier answer to an edited command is taken away.

    Args:
        message: The command.
        context: The handler's context.
        send: Sends it.
    """
    earlier = await earlier_answer(message, context)
    if earlier is not None:
        await _take_away(context, message.chat_id, earlier.message_id)
    sent = await send()
    await remember(message, context, EarlierAnswer(sent.message_id, None))


def asker_of(message: Message) -> int | None:
    """Return who asked; None for somebody who speaks in the name of a chat, whose id is that of many."""
    return None if message.from_user is None or message.sender_chat else message.from_user.id


def address(message: Message, context: Context) -> str:
    """Return what to write after a command: ``@BotName`` in groups, nothing in a private chat.

    With privacy mode on, a group's bare commands do not always reach a bot.
    """
    return "" if message.chat.type == ChatType.PRIVATE else f"@{context.bot.username}"


async def earlier_answer(message: Message, context: Context) -> EarlierAnswer | None:
    """Return the message that answered this command before, if it was answered."""
    return await context.store.answer_to(message.chat_id, message.message_id, asked_at=message.date)


def answer_turn(chat_id: int, message_id: int) -> Hashable:
    """Return the key of the turns in which an answer's text and its buttons are changed."""
    return ("answer", chat_id, message_id)


async def _drawn(keyboard: Keyboard | InlineKeyboardMarkup | None) -> InlineKeyboardMarkup | None:
    return await keyboard() if callable(keyboard) else keyboard


async def remember(message: Message, context: Context, answer: EarlierAnswer) -> None:
    """Keep which message answers a command, for its edits."""
    await context.store.remember_answer(message.chat_id, message.message_id, answer, asked_at=message.date)


async def _edit(
    context: Context, chat_id: int, message_id: int, html: str, keyboard: InlineKeyboardMarkup | None
) -> bool:
    """Edit an earlier answer; False when it is gone, as is a file, which cannot become a text."""
    try:
        await context.bot.edit_message_text(html, chat_id, message_id, reply_markup=keyboard)
    except BadRequest as error:
        reason = error.message.lower()
        if any(phrase in reason for phrase in _GONE):
            _log.info("the earlier answer is gone, sending a new one: %s", error.message)
            return False
        if _NO_TEXT in reason:
            await _take_away(context, chat_id, message_id)
            return False
        if "not modified" not in reason:
            raise
    return True


async def _take_away(context: Context, chat_id: int, message_id: int) -> None:
    """Delete an earlier answer, unless Telegram says that it is gone or too old for that."""
    with tolerating():
        await context.bot.delete_message(chat_id, message_id)
