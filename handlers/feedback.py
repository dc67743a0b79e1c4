"""Taps on an answer's buttons: count the vote, say what was counted, show the new counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram import CallbackQuery, MaybeInaccessibleMessage, Update

from handlers.admins import is_group_admin
from handlers.answer import answer_turn
from handlers.callback_data import (
    AskTap,
    BadCallbackData,
    ConsentTap,
    ForgetTap,
    LanguageTap,
    OfferTap,
    SettingTap,
    Tap,
    UndoTap,
    VoteTap,
    decode,
)
from handlers.consent import ask_first, choose_consent
from handlers.context import Context
from handlers.gate import admit
from handlers.group_settings import change_setting
from handlers.language import choose_language
from handlers.offers import choose_offer
from handlers.privacy import choose_to_be_forgotten
from handlers.replies.consent import with_question
from handlers.replies.keyboards import label_name, vote_keyboard
from handlers.replies.texts import Language, Texts
from handlers.tolerance import tolerating
from storage.store import NoConsent, VoteOutcome, Voters, VoteStatus

Action = Callable[[CallbackQuery, MaybeInaccessibleMessage, Context, Any], Awaitable[None]]
"""Does what a tap stands for; the last argument is the tap."""


async def on_tap(update: Update, context: Context) -> None:
    """Read the button and do what it stands for."""
    query = update.callback_query
    if query is None:
        return
    tap, shown = decode(query.data), query.message
    if shown is None:  # under an inline result, and those have no buttons
        raise BadCallbackData
    admit(query.from_user.id, shown.chat.id, context)
    await _ACTIONS[type(tap)](query, shown, context, tap)


async def _vote(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: VoteTap
) -> None:
    """Count a vote; of somebody who has not agreed to that, say why it is not, and offer to agree."""
    if not await _may_vote(query, shown, context):
        with tolerating():
            texts = await context.texts(query.from_user)
            await query.answer(texts.only_admins_vote_toast, show_alert=True)
        return
    try:
        outcome = await context.store.vote(
            tap.prediction_id, query.from_user.id, tap.slot, tap.choice, chat_id=shown.chat.id
        )
    except NoConsent:
        with tolerating():
            texts = await context.texts(query.from_user)
            await query.answer(texts.consent_to_vote_toast, show_alert=True)
        await _redraw(shown, context, tap.prediction_id, tap.language, asks=True)
    else:
        await _acknowledge(query, shown, context, outcome, tap.language)


async def _undo(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: UndoTap
) -> None:
    """Take back every vote of the tapper on the answer."""
    outcome = await context.store.undo_all(tap.prediction_id, query.from_user.id, chat_id=shown.chat.id)
    await _acknowledge(query, shown, context, outcome, tap.language)


async def _may_vote(query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context) -> bool:
    if (await context.group(shown.chat)).voters is Voters.EVERYBODY:
        return True
    return await is_group_admin(context.bot, shown.chat.id, query.from_user.id)


async def _acknowledge(
    query: CallbackQuery,
    shown: MaybeInaccessibleMessage,
    context: Context,
    outcome: VoteOutcome,
    language: Language,
) -> None:
    """Say what is committed, then redraw the keyboard from the database, in the answer's language."""
    with tolerating():
        await query.answer(_toast(outcome, await context.texts(query.from_user)))
    if outcome.status not in (VoteStatus.UNCHANGED, VoteStatus.NOTHING_TO_UNDO):
        await _redraw(shown, context, outcome.tally.prediction_id, language)


async def _redraw(
    shown: MaybeInaccessibleMessage,
    context: Context,
    prediction_id: int,
    language: Language,
    *,
    asks: bool = False,
) -> None:
    """Draw the buttons of an answer from the database, if asked for with the question about consent."""
    chat_id = shown.chat.id

    async def draw() -> None:
        async with context.services.turns.of(answer_turn(chat_id, shown.message_id)):
            if not await context.store.shows(chat_id, shown.message_id, prediction_id):
                return  # the command was edited since, and its new answer has buttons of its own
            keyboard = vote_keyboard(await context.store.tally(prediction_id, chat_id=chat_id), language)
            if asks:
                keyboard = with_question(keyboard, language)
            with tolerating():
                await context.bot.edit_message_reply_markup(  # works on a message too old to be read, too
                    chat_id, shown.message_id, reply_markup=keyboard
                )

    await context.services.redraws.redraw(chat_id, (shown.message_id, prediction_id), draw)


def _toast(outcome: VoteOutcome, texts: Texts) -> str:
    name = label_name(outcome.tally.task, outcome.label, texts) if outcome.label is not None else ""
    match outcome.status:
        case VoteStatus.COUNTED:
            return texts.counted_toast.format(label=name)
        case VoteStatus.CHANGED:
            return texts.changed_toast.format(label=name)
        case VoteStatus.UNCHANGED:
            return texts.unchanged_toast.format(label=name)
        case VoteStatus.UNDONE:
            return texts.undone_toast
        case VoteStatus.NOTHING_TO_UNDO:
            return texts.nothing_to_undo_toast


_ACTIONS: Mapping[type[Tap], Action] = {
    VoteTap: _vote,
    UndoTap: _undo,
    LanguageTap: choose_language,
    SettingTap: change_setting,
    ConsentTap: choose_consent,
    AskTap: ask_first,
    ForgetTap: choose_to_be_forgotten,
    OfferTap: choose_offer,
}
"""What each kind of tap does."""
