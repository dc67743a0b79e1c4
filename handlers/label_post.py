"""``/label`` in a group: an administrator puts a text up, all vote unseen, and an administrator closes it."""

from __future__ import annotations

from telegram import CallbackQuery, InlineKeyboardMarkup, MaybeInaccessibleMessage, Message

from handlers.admins import is_group_admin
from handlers.answer import address, asker_of, earlier_answer, reply
from handlers.callback_data import BadCallbackData
from handlers.context import Context
from handlers.gate import question, speaker
from handlers.group_settings import administers
from handlers.pairs import Pair, split
from handlers.refusing import refuse
from handlers.replies.labelling import post_keyboard, post_result, post_text
from handlers.replies.texts import TEXTS
from handlers.source_text import OneTextMissing, arguments, spoken_before
from handlers.taps import CloseTap, GuideTap
from handlers.task_names import named_task
from handlers.tolerance import tolerating
from handlers.waiting import waiting
from models.results import LABELS, LabelResult, Task
from storage.store import AnswerKind, NewPrediction, NoConsent


async def put_up(message: Message, context: Context) -> None:
    """Ask the model without saying what it answers, and let the group vote; what is put up stays as it is."""
    language = await context.language_in(message)
    own, asker = TEXTS[language].labelling, asker_of(message)
    if not await administers(message, context):
        await refuse(message, context, own.only_admins_label)
        return
    if asker is None:
        await reply(message, context, own.only_people_vote)
        return
    # Of blanks the labels would be too many for buttons.
    (task, said), before = named_task(arguments(message), LABELS, language), spoken_before(message)
    if task is None or not (said or before):
        await reply(message, context, own.group_usage.format(at=address(message, context)))
        return
    earlier = await earlier_answer(message, context)
    if earlier is not None and earlier.task == AnswerKind.POST:
        return  # there may be votes on it
    consent = await context.store.consent(asker)
    if consent is None or not consent.in_force:
        await reply(message, context, own.post_consent.format(at=address(message, context)))
        return
    first, second = _texts(task, said, before)
    pause = (await context.group(message.chat)).cooldown or 0
    with question(speaker(message), message.chat_id, context, pause=pause):
        async with waiting(message, context):
            result = await _ask(message, context, task, first, second)
    try:
        prediction_id = await context.store.add_prediction(
            _prediction(result, first, second), chat_id=message.chat_id, asker_id=asker, post=True
        )
    except NoConsent:  # withdrawn just now
        await reply(message, context, own.post_consent.format(at=address(message, context)))
        return

    async def keyboard() -> InlineKeyboardMarkup | None:
        return post_keyboard(await context.store.tally(prediction_id, chat_id=message.chat_id), language)

    html = post_text(task, first, second, language)
    await reply(message, context, html, keyboard, task=AnswerKind.POST, prediction_id=prediction_id)


async def close_post(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: CloseTap
) -> None:
    """Show what the group chose and what the model says, for an administrator; then nobody votes any more."""
    texts = await context.texts(query.from_user)
    if not await is_group_admin(context.bot, shown.chat.id, query.from_user.id):
        with tolerating():
            await query.answer(texts.labelling.only_admins_close_toast, show_alert=True)
        return
    result = await context.store.posts.close(tap.prediction_id, chat_id=shown.chat.id)
    with tolerating():
        await query.answer()

    async def draw() -> None:
        with tolerating():
            await context.bot.edit_message_text(
                post_result(result, tap.language), shown.chat.id, shown.message_id
            )

    await context.services.redraws.redraw(shown.chat.id, ("closed", shown.message_id), draw)


async def tell_how_to_decide(
    query: CallbackQuery,
    shown: MaybeInaccessibleMessage,  # noqa: ARG001  # every tap is given it
    context: Context,
    tap: GuideTap,
) -> None:
    """Tell the tapper alone how to decide, over the message that all others are labelling.

    Raises:
        BadCallbackData: No group labels anything like that.
    """
    guideline = (await context.texts(query.from_user)).labelling.short_guideline_toast
    if tap.task not in guideline:
        raise BadCallbackData(f"{tap.task} is not put up")
    with tolerating():
        await query.answer(guideline[tap.task], show_alert=True)


def _texts(task: Task, said: str, before: str) -> tuple[str, str | None]:
    """Return the text that is to be labelled, or both.

    Raises:
        OneTextMissing: There is only one of two.
    """
    if task is Task.SENTIMENT:
        return said or before, None
    pair = split(said or before) or (Pair(before, said) if said and before else None)
    if pair is None:
        raise OneTextMissing
    return pair.first, pair.second


async def _ask(message: Message, context: Context, task: Task, first: str, second: str | None) -> LabelResult:
    model, chat, prefer = context.model, message.chat_id, await context.preset(message.chat)
    if second is None:
        return await model.sentiment(first, prefer=prefer, chat=chat)
    ask = model.nsp if task is Task.NSP else model.nli
    return await ask(first, second, prefer=prefer, chat=chat)


def _prediction(result: LabelResult, first: str, second: str | None) -> NewPrediction:
    """Return what to store; its labels are in an order that tells nothing of the answer."""
    return NewPrediction(
        task=result.task,
        text_a=first,
        text_b=second,
        model=result.model,
        label=result.label,
        probabilities=dict(result.scores),
        options=(LABELS[result.task],),
        version=result.version,
    )
