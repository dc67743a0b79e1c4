"""Taps on an answer's buttons: count the vote, say what was counted, show the new counts."""

from __future__ import annotations

from telegram import CallbackQuery, MaybeInaccessibleMessage, Update

from handlers.answer import answer_turn
from handlers.callback_data import BadCallbackData, LanguageTap, UndoTap, VoteTap, decode
from handlers.context import Context
from handlers.gate import admit_tap
from handlers.language import choose_language
from handlers.replies.keyboards import label_name, vote_keyboard
from handlers.replies.texts import Language, Texts
from handlers.tolerance import tolerating
from storage.store import VoteOutcome, VoteStatus


async def on_tap(update: Update, context: Context) -> None:
    """Read the button and do what it stands for."""
    query = update.callback_query
    if query is None:
        return
    tap, shown = decode(query.data), query.message
    if shown is None:  # inline messages are none of the bot's
        raise BadCallbackData
    admit_tap(query, shown.chat.id, context)
    match tap:
        case LanguageTap(language):
            await choose_language(query, context, language)
        case VoteTap(prediction_id, slot, choice, language):
            outcome = await context.store.vote(
                prediction_id, query.from_user.id, slot, choice, chat_id=shown.chat.id
            )
            await _acknowledge(query, shown, context, outcome, language)
        case UndoTap(prediction_id, language):
            outcome = await context.store.undo_all(prediction_id, query.from_user.id, chat_id=shown.chat.id)
            await _acknowledge(query, shown, context, outcome, language)


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
    prediction_id, chat_id = outcome.tally.prediction_id, shown.chat.id

    async def draw() -> None:
        async with context.services.turns.of(answer_turn(chat_id, shown.message_id)):
            if not await context.store.shows(chat_id, shown.message_id, prediction_id):
                return  # the command was edited since, and its new answer has buttons of its own
            tally = await context.store.tally(prediction_id, chat_id=chat_id)
            with tolerating():
                await context.bot.edit_message_reply_markup(  # works on a message too old to be read, too
                    chat_id, shown.message_id, reply_markup=vote_keyboard(tally, language)
                )

    if outcome.status not in (VoteStatus.UNCHANGED, VoteStatus.NOTHING_TO_UNDO):
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
