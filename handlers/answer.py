"""What the commands share: show that work goes on, remember the prediction, send or edit the answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import InlineKeyboardMarkup, Message
from telegram.constants import ChatAction
from telegram.error import BadRequest

from handlers.context import Context
from handlers.replies.keyboards import vote_keyboard
from storage.store import NewPrediction, VoteCounts

_log = logging.getLogger(__name__)
_TYPING_AFTER = 0.4  # seconds; most answers are there sooner
_TYPING_LASTS = 4.5  # Telegram shows it for five seconds
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")


async def answer(message: Message, context: Context, html: str, prediction: NewPrediction) -> None:
    """Store a prediction and answer the command with it and its buttons.

    Args:
        message: The command.
        context: The handler's context.
        html: The answer as Telegram HTML.
        prediction: What was asked and answered, for the votes to come.
    """
    prediction_id = await context.store.add_prediction(prediction, chat_id=message.chat_id)
    tally = VoteCounts(
        prediction_id=prediction_id,
        task=prediction.task,
        shown=prediction.label,
        options=prediction.options,
        counts=tuple((0,) * len(labels) for labels in prediction.options),
        total=0,
    )
    keyboard = vote_keyboard(tally, await context.language(message.from_user))
    await reply(message, context, html, keyboard, prediction_id)


async def reply(
    message: Message,
    context: Context,
    html: str,
    keyboard: InlineKeyboardMarkup | None = None,
    prediction_id: int | None = None,
) -> None:
    """Answer a command with one message, which later edits of the command change instead of adding to.

    Args:
        message: The command.
        context: The handler's context.
        html: Telegram HTML.
        keyboard: Its buttons.
        prediction_id: The stored prediction that the message shows, if it shows one.
    """
    store, chat_id = context.store, message.chat_id
    answer_id = await store.answer_to(chat_id, message.message_id)
    if answer_id is None or not await _edit(context, chat_id, answer_id, html, keyboard):
        sent = await message.reply_html(
            html, reply_markup=keyboard, do_quote=True, allow_sending_without_reply=True
        )
        answer_id = sent.message_id
    await store.remember_answer(chat_id, message.message_id, answer_id, prediction_id)


@asynccontextmanager
async def typing(message: Message) -> AsyncIterator[None]:
    """Show "typing…" while the block takes longer than a moment."""
    indicator = asyncio.create_task(_keep_typing(message))  # noqa: TID251  # owned and awaited right here
    try:
        yield
    finally:
        indicator.cancel()
        await asyncio.gather(indicator, return_exceptions=True)  # nobody misses one that was refused


async def _keep_typing(message: Message) -> None:
    await asyncio.sleep(_TYPING_AFTER)
    while True:
        await message.reply_chat_action(ChatAction.TYPING)
        await asyncio.sleep(_TYPING_LASTS)


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
