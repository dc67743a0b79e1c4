"""``/train``: those who run the bot have a model taught from the votes, watch it learn, and can cancel it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from html import escape

from telegram import CallbackQuery, InlineKeyboardMarkup, MaybeInaccessibleMessage, Message
from telegram.error import TelegramError

from handlers.answer import reply
from handlers.context import Context
from handlers.errors import message_for
from handlers.operators import for_operators, may_operate
from handlers.replies.texts import TEXTS, Language, language_for
from handlers.replies.training import (
    LEARNABLE,
    apart_html,
    data_html,
    moved_html,
    obstacle,
    run_html,
    run_keyboard,
    start_keyboard,
    tasks_keyboard,
)
from handlers.source_text import arguments
from handlers.taps import TrainStep, TrainTap
from handlers.task_names import named_task
from handlers.tolerance import tolerating
from handlers.waiting import telling, waiting
from models.results import Task
from storage.runs import Run, UnknownRun
from storage.store import Store


async def _train(message: Message, context: Context) -> None:
    """Show what there is to learn from, with a button to start; or the training that goes on."""
    language = await context.language_in(message)
    wanted = arguments(message)
    if not wanted:
        await reply(message, context, TEXTS[language].teaching.which_task, tasks_keyboard(language))
        return
    task, more = named_task(wanted, LEARNABLE, language)
    if task is None or more:
        await _refuse(message, context, language, wanted)
        return
    run = await context.store.runs.current(task)
    if run is None:
        await _answer_with_offer(message, context, task, language)
        return
    shown = await reply(message, context, run_html(run, language), run_keyboard(run, language))
    await _show_here(context, run.id, message.chat_id, shown, language)


train = for_operators("train", _train)


async def _answer_with_offer(message: Message, context: Context, task: Task, language: Language) -> None:
    told: list[int] = []  # the message that says what goes on, even where it could not be remembered

    async def end(words: str) -> None:
        if told:
            await _edit(message.chat_id, told[-1], context, words)

    async with _ending(language, end):
        async with waiting(message, context):
            tell = partial(reply, message, context, seen=told.append)
            html, keyboard = await _offer(context, task, language, tell)
        answer = await reply(message, context, html, keyboard)
        if told and told[-1] != answer:
            with tolerating():
                await context.bot.delete_message(message.chat_id, told[-1])


async def choose_training(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: TrainTap
) -> None:
    """Show what a task would learn from, start its training, or cancel one."""
    if not await may_operate(query, shown, context):
        return
    language = await context.language(query.from_user)
    match tap.step:
        case TrainStep.SHOW:
            with tolerating():
                await query.answer()
            show = partial(_edit, shown.chat.id, shown.message_id, context)
            async with _ending(language, lambda words: show(words, tasks_keyboard(language))):
                await show(*await _offer(context, tap.task, language, show))
        case TrainStep.START:
            await _start(query, shown, context, tap.task, language)
        case TrainStep.CANCEL:
            await _cancel(query, shown, context, tap.run_id, language)


async def _start(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, task: Task, language: Language
) -> None:
    texts = TEXTS[language].teaching
    if await _apart(context, task):  # since this was offered
        with tolerating():
            await query.answer()
        show = partial(_edit, shown.chat.id, shown.message_id, context)
        await show(*await _offer(context, task, language, show))
        return
    asked = await context.store.runs.ask(task, actor=query.from_user.id)
    await _show_here(context, asked.run.id, shown.chat.id, shown.message_id, language)
    with tolerating():
        await query.answer(texts.asked_toast if asked.new else texts.runs_already_toast)
    await _edit(
        shown.chat.id,
        shown.message_id,
        context,
        run_html(asked.run, language),
        run_keyboard(asked.run, language),
    )


async def reader_language(store: Store, run: Run, reader: int) -> Language:
    """Return the language of who reads the message that shows a training.

    They may have chosen another one since it was sent; of who never chose one it keeps what their Telegram
    speaks.
    """
    return language_for(await store.language(reader) or str(run.options.get("language", "")))


async def _show_here(context: Context, run_id: int, chat: int, message: int, language: Language) -> None:
    """Have a message show a training from now on; the one that did so says where it is shown."""
    runs = context.store.runs
    before = await runs.show(run_id, chat, message, language=language)
    there = runs.chat_of(before, {chat, *context.services.access.admins})
    if there is not None and before.message_id is not None and (there, before.message_id) != (chat, message):
        its = await reader_language(context.store, before, there)
        await _edit(there, before.message_id, context, moved_html(before, its, here=there == chat))


async def _cancel(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, run_id: int, language: Language
) -> None:
    texts = TEXTS[language].teaching
    before = after = None
    with suppress(UnknownRun):  # of another database
        before = await context.store.runs.get(run_id)
        after = await context.store.runs.cancel(run_id)
    ended = before is None or before.state.ended
    with tolerating():
        await query.answer(texts.ended_toast if ended else texts.cancelling_toast)
    if after is not None:
        await _edit(
            shown.chat.id, shown.message_id, context, run_html(after, language), run_keyboard(after, language)
        )


async def _refuse(message: Message, context: Context, language: Language, wanted: str) -> None:
    called = TEXTS[language].task_name
    known = ", ".join(f"<code>/train {called[task]}</code>" for task in LEARNABLE)
    words = TEXTS[language].teaching.no_such_task
    await reply(
        message,
        context,
        words.format(task=escape(wanted[:40], quote=False), tasks=known),
        tasks_keyboard(language),
    )


async def _offer(
    context: Context, task: Task, language: Language, show: Callable[[str], Awaitable[object]]
) -> tuple[str, InlineKeyboardMarkup | None]:
    """Say what there is to learn from; meanwhile ``show`` what goes on, which takes seconds."""
    if lines := await _apart(context, task):
        return apart_html(task, lines, language), None
    texts, teacher = TEXTS[language].teaching, context.services.teacher
    agreed = True
    if teacher is not None:
        async with telling(partial(show, texts.agreeing.format(task=TEXTS[language].task_name[task]))):
            agreed = await teacher.agree()
    [figures] = await context.store.consensus.figures([task])
    champion = (await context.store.checkpoints.standing(task)).champion
    name, tested = None if champion is None else champion.name, task in context.services.tested
    # What a training begins with: it decides from the votes anew, so those decided last may be fewer.
    given = await context.store.consensus.given(task)
    outlook = teacher.outlook(task) if teacher is not None and agreed else None
    why_not = obstacle(figures, language, given=given, outlook=outlook)
    words = data_html(figures, name, language, why_not=why_not, tested=tested, outlook=outlook)
    if not agreed:
        words = f"{words}\n\n{texts.not_agreed}"
    return words, start_keyboard(task, language) if why_not is None else None


@asynccontextmanager
async def _ending(language: Language, end: Callable[[str], Awaitable[object]]) -> AsyncIterator[None]:
    """Put an error's words in the place of what says that something goes on, whatever the block raises.

    They come by way neither of the database, which may be what failed, nor of the tap, which is answered.
    """
    try:
        yield
    except Exception as error:
        with suppress(TelegramError):
            await end(message_for(error, TEXTS[language]))
        raise


async def _apart(context: Context, task: Task) -> Mapping[str, str]:
    """Return the lines of the preset with a model for each language, where these answer, or soon will."""
    checkpoints = context.store.checkpoints
    lines = context.services.apart.get(task, {})
    return lines if lines and await checkpoints.lasting(await checkpoints.standing(task)) is None else {}


async def _edit(
    chat: int, message: int, context: Context, html: str, keyboard: InlineKeyboardMarkup | None = None
) -> None:
    with tolerating():
        await context.bot.edit_message_text(html, chat, message, reply_markup=keyboard)
