"""Votes on an answer: count them, say what was counted, show the new counts.

What a group is given to label takes votes in the same way; there, only how many voted is shown.
"""

from __future__ import annotations

from telegram import CallbackQuery, Chat, InlineKeyboardMarkup, MaybeInaccessibleMessage

from handlers.admins import is_group_admin
from handlers.answer import answer_turn
from handlers.context import Context
from handlers.replies.consent import with_question
from handlers.replies.keyboards import label_name, vote_keyboard
from handlers.replies.labelling import post_keyboard
from handlers.replies.texts import Language, Texts
from handlers.taps import SkipTap, UndoTap, VoteTap
from handlers.tolerance import tolerating
from storage.store import NoConsent, VoteCounts, VoteOutcome, Voters, VoteStatus

_UNDRAWN = (VoteStatus.UNCHANGED, VoteStatus.NOTHING_TO_UNDO, VoteStatus.KEPT)


async def vote(query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: VoteTap) -> None:
    """Count a vote; of somebody who has not agreed to that, say why it is not, and offer to agree."""
    if await refuses(query, shown, context):
        return
    try:
        outcome = await context.store.vote(
            tap.prediction_id, query.from_user.id, tap.slot, tap.choice, chat_id=shown.chat.id
        )
    except NoConsent:
        await offer_consent(query, shown, context, tap.prediction_id, tap.language)
    else:
        await _acknowledge(query, shown, context, outcome, tap.language)


async def skip(query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: SkipTap) -> None:
    """Note that the tapper does not know; as :func:`vote`."""
    if await refuses(query, shown, context):
        return
    try:
        outcome = await context.store.skip(tap.prediction_id, query.from_user.id, chat_id=shown.chat.id)
    except NoConsent:
        await offer_consent(query, shown, context, tap.prediction_id, tap.language)
    else:
        await _acknowledge(query, shown, context, outcome, tap.language)


async def undo(query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: UndoTap) -> None:
    """Take back every vote of the tapper on the answer."""
    outcome = await context.store.undo_all(tap.prediction_id, query.from_user.id, chat_id=shown.chat.id)
    await _acknowledge(query, shown, context, outcome, tap.language)


async def may_vote(chat: Chat, user_id: int, context: Context) -> bool:
    """Say whether a person's votes count in a chat."""
    if (await context.group(chat)).voters is Voters.EVERYBODY:
        return True
    return await is_group_admin(context.bot, chat.id, user_id)


async def refuses(query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context) -> bool:
    """Tell somebody whose votes do not count in a group so."""
    if await may_vote(shown.chat, query.from_user.id, context):
        return False
    with tolerating():
        texts = await context.texts(query.from_user)
        await query.answer(texts.only_admins_vote_toast, show_alert=True)
    return True


async def offer_consent(
    query: CallbackQuery,
    shown: MaybeInaccessibleMessage,
    context: Context,
    prediction_id: int,
    language: Language,
) -> None:
    """Say to somebody who has not agreed why their vote is not counted; put the question below."""
    with tolerating():
        texts = await context.texts(query.from_user)
        await query.answer(texts.consent_to_vote_toast, show_alert=True)
    await redraw(shown.chat.id, shown.message_id, context, prediction_id, language, asks=True)


async def redraw(
    chat_id: int,
    message_id: int,
    context: Context,
    prediction_id: int,
    language: Language,
    *,
    asks: bool = False,
) -> None:
    """Draw the buttons of an answer from the database, if asked for with the question about consent."""

    async def draw() -> None:
        async with context.services.turns.of(answer_turn(chat_id, message_id)):
            if not await context.store.shows(chat_id, message_id, prediction_id):
                return  # the command was edited since, and its new answer has buttons of its own
            keyboard = keyboard_of(await context.store.tally(prediction_id, chat_id=chat_id), language)
            if asks:
                keyboard = with_question(keyboard, language)
            with tolerating():
                await context.bot.edit_message_reply_markup(  # works on a message too old to be read, too
                    chat_id, message_id, reply_markup=keyboard
                )

    await context.services.redraws.redraw(chat_id, (message_id, prediction_id), draw)


def keyboard_of(tally: VoteCounts, language: Language) -> InlineKeyboardMarkup | None:
    """Draw the buttons under an answer, or under a text that a group labels."""
    return vote_keyboard(tally, language) if tally.post is None else post_keyboard(tally, language)


async def _acknowledge(
    query: CallbackQuery,
    shown: MaybeInaccessibleMessage,
    context: Context,
    outcome: VoteOutcome,
    language: Language,
) -> None:
    """Say what is committed, then redraw the keyboard from the database, in the answer's language."""
    alert = outcome.status in (VoteStatus.KEPT, VoteStatus.CLOSED)
    with tolerating():
        await query.answer(_toast(outcome, await context.texts(query.from_user)), show_alert=alert)
    if outcome.status not in _UNDRAWN:
        await redraw(shown.chat.id, shown.message_id, context, outcome.tally.prediction_id, language)


def _toast(outcome: VoteOutcome, texts: Texts) -> str:  # noqa: PLR0911  # one for each status
    gives = outcome.status in {VoteStatus.COUNTED, VoteStatus.CHANGED, VoteStatus.UNCHANGED}
    if gives and outcome.label is None:
        return texts.labelling.skipped_toast
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
        case VoteStatus.KEPT:
            return texts.labelling.kept_toast
        case VoteStatus.CLOSED:
            return texts.labelling.closed_toast
