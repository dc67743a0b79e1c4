"""Taps about consent: what somebody says to the question, and who taps a vote before saying anything.

A button speaks for whoever taps it, in groups too. In a group the question stands under the first answer to
somebody, once; a member who has not agreed and taps a vote is told why it is not counted, and finds the
question among the buttons. Nobody gets a message for it.
"""

from __future__ import annotations

from telegram import CallbackQuery, MaybeInaccessibleMessage
from telegram.constants import ChatType

from handlers.answer import answer
from handlers.callback_data import BadCallbackData
from handlers.context import Context
from handlers.label import begin_or_leave
from handlers.pending import Unkept
from handlers.privacy import redraw_privacy
from handlers.replies.consent import question_keyboard
from handlers.taps import AskTap, ConsentTap, Place
from handlers.tolerance import tolerating
from storage.store import ConsentStatus


async def choose_consent(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: ConsentTap
) -> None:
    """Store what the person says, then say so and bring the message that asked up to date."""
    user, chat = query.from_user, shown.chat
    status = ConsentStatus.AGREED if tap.agrees else ConsentStatus.DECLINED
    await context.store.set_consent(user.id, status)
    texts = await context.texts(user)
    with tolerating():
        await query.answer(texts.agreed_toast if tap.agrees else texts.declined_toast)
    match tap.place:
        case Place.ANSWER:
            unkept = context.services.pending.get(chat.id, shown.message_id)
            if unkept is not None and unkept.asker_id == user.id:
                await _answer_again(unkept, context)
            elif unkept is None and chat.type == ChatType.PRIVATE:  # asked long ago, or before a restart
                with tolerating():
                    await context.bot.edit_message_reply_markup(chat.id, shown.message_id)
        case Place.PRIVACY:
            await redraw_privacy(query, shown, context)
        case Place.LABEL if chat.type == ChatType.PRIVATE:
            await begin_or_leave(query, shown, context, agrees=tap.agrees)
        case _:
            pass  # beside votes, the next redraw takes the question away; others may want it
    if not tap.agrees:
        context.services.pending.forget(user.id)


async def ask_first(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, _: AskTap
) -> None:
    """Put the question to the asker of an answer that is not kept, who would like to vote on it.

    Raises:
        BadCallbackData: The answer is not remembered any more.
    """
    user, chat = query.from_user, shown.chat
    unkept = context.services.pending.get(chat.id, shown.message_id)
    if unkept is None:
        raise BadCallbackData("an answer that was not kept")
    texts = await context.texts(user)
    if unkept.asker_id != user.id:
        with tolerating():
            await query.answer(texts.not_kept_toast, show_alert=True)
        return
    consent = await context.store.consent(user.id)
    if consent is not None and consent.in_force:  # given elsewhere since
        with tolerating():
            await query.answer()
        await _answer_again(unkept, context)
        return
    with tolerating():
        await query.answer(texts.consent_toast, show_alert=True)
    with tolerating():
        await context.bot.edit_message_reply_markup(
            chat.id, shown.message_id, reply_markup=question_keyboard(unkept.language)
        )


async def _answer_again(unkept: Unkept, context: Context) -> None:
    """Show an answer as it is shown to somebody who has said this, unless its command was edited since."""
    message = unkept.message
    async with context.services.turns.of((message.chat_id, message.message_id)):
        if context.services.pending.get(message.chat_id, unkept.answer_id) is unkept:
            await answer(message, context, unkept.html, unkept.prediction, unkept.language)
