"""What the commands share: remember the prediction, send or edit the answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable

from telegram import InlineKeyboardMarkup, Message
from telegram.error import BadRequest

from handlers.context import Context
from handlers.replies.keyboards import vote_keyboard
from handlers.replies.texts import Language
from storage.store import EarlierAnswer, NewPrediction

Keyboard = Callable[[], Awaitable[InlineKeyboardMarkup | None]]

_log = logging.getLogger(__name__)
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")


async def answer(
    message: Message, context: Context, html: str, prediction: NewPrediction, language: Language
) -> None:
    """Store a prediction and answer the command with it and its buttons.

    Args:
        message: The command.
        context: The handler's context.
        html: The answer as Telegram HTML.
        prediction: What was asked and answered, for the votes to come.
        language: Language of the answer.
    """
    earlier = await earlier_answer(message, context)
    prediction_id = await context.store.add_prediction(
        prediction,
        chat_id=message.chat_id,
        unless_same_as=earlier.prediction_id if earlier is not None else None,
    )

    async def keyboard() -> InlineKeyboardMarkup | None:
        return vote_keyboard(await context.store.tally(prediction_id, chat_id=message.chat_id), language)

    await reply(message, context, html, keyboard, prediction_id)


async def reply(
    message: Message,
    context: Context,
    html: str,
    keyboard: Keyboard | InlineKeyboardMarkup | None = None,
    prediction_id: int | None = None,
) -> None:
    """Answer a command with one message, which later edits of the command change instead of adding to.

    Args:
        message: The command.
        context: The handler's context.
        html: Telegram HTML.
        keyboard: Its buttons, or what reads their counts and draws them: called in the answer's turn, so that
            no newer counts are overwritten.
        prediction_id: The stored prediction that the message shows, if it shows one.
    """
    earlier = await earlier_answer(message, context)
    if earlier is not None:
        async with context.services.turns.of(answer_turn(message.chat_id, earlier.message_id)):
            drawn = await _drawn(keyboard)
            if await _edit(context, message.chat_id, earlier.message_id, html, drawn):
                await _remember(message, context, earlier.message_id, prediction_id)
                return
    drawn = await _drawn(keyboard)
    sent = await message.reply_html(html, reply_markup=drawn, do_quote=True, allow_sending_without_reply=True)
    await _remember(message, context, sent.message_id, prediction_id)


async def earlier_answer(message: Message, context: Context) -> EarlierAnswer | None:
    """Return the message that answered this command before, if it was answered."""
    return await context.store.answer_to(message.chat_id, message.message_id, asked_at=message.date)


def answer_turn(chat_id: int, message_id: int) -> Hashable:
    """Return the key of the turns in which an answer's text and its buttons are changed."""
    return ("answer", chat_id, message_id)


async def _drawn(keyboard: Keyboard | InlineKeyboardMarkup | None) -> InlineKeyboardMarkup | None:
    return await keyboard() if callable(keyboard) else keyboard


async def _remember(message: Message, context: Context, answer_id: int, prediction_id: int | None) -> None:
    await context.store.remember_answer(
        message.chat_id, message.message_id, answer_id, prediction_id, asked_at=message.date
    )


async def _edit(
    context: Context, chat_id: int, message_id: int, html: str, keyboard: InlineKeyboardMarkup | None
) -> bool:
    """Edit an earlier answer; False when it is gone."""
    try:
        await context.bot.edit_message_text(html, chat_id, message_id, reply_markup=keyboard)
    except BadRequest as error:
        reason = error.message.lower()
        if any(phrase in reason for phrase in _GONE):
            _log.info("the earlier answer is gone, sending a new one: %s", error.message)
            return False
        if "not modified" not in reason:
            raise
    return True
