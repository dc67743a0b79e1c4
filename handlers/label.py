"""``/label`` in a private chat: texts to label without the model's answer, ten at a time.

Which text is next stands in the database: whatever is tapped, the message shows that, also after a restart.
"""

from __future__ import annotations

from html import escape

from telegram import CallbackQuery, InlineKeyboardMarkup, MaybeInaccessibleMessage, Message
from telegram.constants import ChatType

from handlers.answer import reply
from handlers.callback_data import BadCallbackData
from handlers.context import Context
from handlers.label_post import put_up
from handlers.offers import without_command
from handlers.replies.consent import question_keyboard
from handlers.replies.keyboards import label_name
from handlers.replies.labelling import (
    done_keyboard,
    done_text,
    guideline_keyboard,
    item_keyboard,
    item_text,
)
from handlers.replies.texts import TEXTS, Language, Texts
from handlers.source_text import arguments
from handlers.taps import ItemAction, ItemTap, MoreTap, Place
from handlers.task_names import named_task
from handlers.tolerance import tolerating
from handlers.typed import MOST_LETTERS, read_words
from models.results import Task
from storage.store import (
    LABELLED,
    AnswerKind,
    EarlierAnswer,
    Item,
    LabelOutcome,
    NoConsent,
    UnknownAssignment,
    UnknownChoice,
    VoteStatus,
)


async def label(message: Message, context: Context) -> None:
    """Go on with the writer's batch or begin one; in a group, put a text up for everybody."""
    if message.chat.type != ChatType.PRIVATE:
        await put_up(message, context)
        return
    language = await context.language_in(message)
    named = arguments(message)
    task, more = named_task(named, map(Task, LABELLED), language)
    own = TEXTS[language].labelling
    if named and (task is None or more):
        await reply(message, context, own.what_can_be_labelled)
        return
    try:
        item = await context.store.labelling.start(message.chat_id, task)
    except NoConsent:
        await _ask_first(message, context, language)
        return
    if item is None:
        await reply(message, context, await _nothing(task or "", context, TEXTS[language]))
        return
    await reply(
        message,
        context,
        item_text(item, language),
        item_keyboard(item, language),
        task=AnswerKind.ITEM,
        prediction_id=item.prediction_id,
    )


async def tap_item(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: ItemTap
) -> None:
    """Do what a button says, tell so, and show what is to be labelled now.

    Raises:
        BadCallbackData: It is not the tapper's private chat.
        UnknownChoice: There is no such label.
    """
    if shown.chat.type != ChatType.PRIVATE:
        raise BadCallbackData("texts to label are given in private")
    language = await context.language(query.from_user)
    toast, alert = "", True
    try:
        toast = await _do(query.from_user.id, context, tap, TEXTS[language])
        alert = toast == TEXTS[language].labelling.kept_toast
    except UnknownAssignment:
        toast = TEXTS[language].labelling.item_gone_toast
    except NoConsent:
        toast = TEXTS[language].labelling.label_consent_toast
    with tolerating():
        await query.answer(toast or None, show_alert=alert)
    await _show(query.from_user.id, shown.message_id, context, language, tap.action)


async def give_more(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: MoreTap
) -> None:
    """Begin another batch in the place of the one that is done: of the same task while there is more of it.

    Raises:
        BadCallbackData: It is not the tapper's private chat.
    """
    if shown.chat.type != ChatType.PRIVATE:
        raise BadCallbackData("texts to label are given in private")
    language, user = await context.language(query.from_user), query.from_user.id
    try:
        item = await context.store.labelling.start(user, tap.task)
        if item is None and tap.task is not None:
            item = await context.store.labelling.start(user)
    except NoConsent:
        with tolerating():
            await query.answer(TEXTS[language].labelling.label_consent_toast, show_alert=True)
        return
    with tolerating():
        await query.answer()
    await _show_begun(user, shown.message_id, context, language, item)


async def begin_or_leave(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, *, agrees: bool
) -> None:
    """Begin in the place of the question whether labels may be kept, for who has just agreed, or leave it.

    What was to be labelled is in the command, which the question answers.
    """
    language, user = await context.language(query.from_user), query.from_user.id
    if not agrees:
        with tolerating():
            await context.bot.edit_message_text(
                TEXTS[language].labelling.nothing_done, user, shown.message_id
            )
        return
    asked = shown.reply_to_message if isinstance(shown, Message) else None
    task, _ = named_task("" if asked is None else arguments(asked), map(Task, LABELLED), language)
    try:
        item = await context.store.labelling.start(user, task)
    except NoConsent:  # withdrawn just now: the question stays
        return
    await _show_begun(user, shown.message_id, context, language, item, task or "")


async def label_with(message: Message, context: Context, shown: EarlierAnswer) -> None:
    """Label the text in a message of the bot's with the word that its reader replied."""
    language, texts = await context.language_in(message), await context.texts_in(message)
    found = read_words(message.text or "", [0])
    if found is None:
        words = texts.labelling.word_unreadable.format(most=MOST_LETTERS)
        await reply(message, context, words)
        return
    try:
        outcome = await context.store.labelling.word(message.chat_id, shown.prediction_id or 0, found[0])
    except UnknownChoice:  # it has buttons
        await without_command(message, context)
        return
    except UnknownAssignment:
        await reply(message, context, texts.labelling.item_gone_toast)
        return
    except NoConsent:
        await _ask_first(message, context, language)
        return
    await reply(message, context, escape(_toast(outcome, texts), quote=False))
    await _show(message.chat_id, shown.message_id, context, language)


async def _ask_first(message: Message, context: Context, language: Language) -> None:
    """Put the question whether labels may be kept, in a message that then shows what is to be labelled."""
    words, keyboard = TEXTS[language].labelling.consent_to_label, question_keyboard(language, Place.LABEL)
    await reply(message, context, words, keyboard, task=AnswerKind.ITEM)


async def _do(user: int, context: Context, tap: ItemTap, texts: Texts) -> str:
    """Do what a button says, and return the toast for it, if it has one."""
    labelling = context.store.labelling
    match tap.action:
        case ItemAction.CHOOSE:
            return _toast(await labelling.label(user, tap.assignment_id, tap.choice), texts)
        case ItemAction.SKIP:
            return _toast(await labelling.skip(user, tap.assignment_id), texts)
        case ItemAction.UNDO:
            own = texts.labelling
            undone = await labelling.undo(user, tap.assignment_id)
            if undone.status is not VoteStatus.UNDONE:
                return own.nothing_to_unlabel_toast
            return own.unlabelled_toast if undone.again else own.unlabelled_gone_toast
        case ItemAction.STOP:
            await labelling.stop(user)
    return ""


def _toast(outcome: LabelOutcome, texts: Texts) -> str:
    own = texts.labelling
    if outcome.status is VoteStatus.KEPT:
        return own.kept_toast
    if outcome.label is None:
        return own.skipped_toast
    words = {VoteStatus.CHANGED: own.relabelled_toast, VoteStatus.UNCHANGED: own.same_label_toast}
    name = label_name(outcome.task, outcome.label, texts)
    return words.get(outcome.status, own.labelled_toast).format(label=name)


async def _show_begun(
    user: int, message_id: int, context: Context, language: Language, item: Item | None, task: str = ""
) -> None:
    """Show in a message what a batch begins with, or that there is nothing to label."""
    if item is not None:
        await _show(user, message_id, context, language)
        return
    words = await _nothing(task, context, TEXTS[language])
    with tolerating():
        await context.bot.edit_message_text(words, user, message_id)


async def _show(
    user: int,
    message_id: int,
    context: Context,
    language: Language,
    action: ItemAction = ItemAction.BACK,
) -> None:
    """Show in a message what is to be labelled now or how to decide, or thank where nothing is left."""
    labelling = context.store.labelling

    async def draw() -> None:
        item = await labelling.next(user)
        html, keyboard = await _drawn(user, context, item, language, action)
        # While the message changes, a word in reply to it could be meant for the text before.
        await labelling.shown(user, message_id, None)
        with tolerating():
            await context.bot.edit_message_text(html, user, message_id, reply_markup=keyboard)
        await labelling.shown(user, message_id, None if item is None else item.prediction_id)

    await context.services.redraws.redraw(user, ("label", message_id), draw)


async def _drawn(
    user: int, context: Context, item: Item | None, language: Language, action: ItemAction
) -> tuple[str, InlineKeyboardMarkup | None]:
    if item is None:
        progress = await context.store.labelling.progress(user)
        return done_text(progress, language), done_keyboard(progress, language)
    if action is ItemAction.GUIDE:
        return TEXTS[language].labelling.guideline[item.task], guideline_keyboard(item, language)
    return item_text(item, language), item_keyboard(item, language)


async def _nothing(task: str, context: Context, texts: Texts) -> str:
    own = texts.labelling
    there = await context.store.labelling.has_texts(task or None)
    if not task:
        return own.nothing_to_label if there else own.nobody_asked
    words = own.nothing_to_label_of_task if there else own.nobody_asked_of_task
    return words.format(task=texts.task_name[task])
