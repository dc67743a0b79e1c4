"""``/stats``: those who run the bot see how its teaching goes, in figures and a picture."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from telegram import Message

from handlers.answer import reply, reply_with_file
from handlers.context import Context
from handlers.operators import for_operators
from handlers.replies.counts import Count, percents
from handlers.replies.pictures import TaskPicture, can_draw, teaching_picture
from handlers.replies.texts import TEXTS, Language, Texts
from handlers.surplus import says_more
from handlers.waiting import waiting
from models.results import Task
from storage.activity import DayOfVotes
from storage.agreed import TaskFigures

DAYS = 14
_TASKS = (Task.SENTIMENT, Task.NLI, Task.NSP, Task.MASK)
Days = Mapping[tuple[date, str], DayOfVotes]


async def _stats(message: Message, context: Context) -> None:
    if await says_more(message, context, "stats"):
        return
    language = await context.language_in(message)
    async with waiting(message, context):
        days = _last_days(datetime.now(UTC).date())
        begin = datetime.combine(days[0], time(), UTC)
        by_day = await context.store.activity.days(begin)
        counted = await context.store.consensus.figures(_TASKS)
        figures = [each for each in counted if each.texts or each.labels]
        alphas = await _alphas(context) if figures else {}
        words = _words(figures, by_day, alphas, await context.store.consensus.wrongly_cut(), language)
        drawn = [each for each in figures if each.votes or each.queue]
        picture = await _picture(days, drawn, by_day, alphas, language) if drawn else None
    if picture is None:
        await reply(message, context, words)
        return
    send = partial(
        message.reply_photo, picture, caption=words, do_quote=True, allow_sending_without_reply=True
    )
    await reply_with_file(message, context, send)


stats = for_operators("stats", _stats)


def _last_days(today: date) -> list[date]:
    return [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


async def _alphas(context: Context) -> Mapping[str, float | None]:
    teacher = context.services.teacher
    return {} if teacher is None else await teacher.agreement()


async def _picture(
    days: Sequence[date],
    figures: Sequence[TaskFigures],
    by_day: Days,
    alphas: Mapping[str, float | None],
    language: Language,
) -> bytes | None:
    if not can_draw():
        return None
    none = DayOfVotes()
    tasks = []
    for each in figures:
        its = [by_day.get((day, each.task), none) for day in days]
        tasks.append(
            TaskPicture(
                each.task,
                [day.votes for day in its],
                [day.accuracy for day in its],
                alphas.get(each.task),
                each.queue,
                each.learnable,
                sum(each.gold.values()),
            )
        )
    return await asyncio.to_thread(teaching_picture, days, tasks, language)


def _words(
    figures: Sequence[TaskFigures],
    by_day: Days,
    alphas: Mapping[str, float | None],
    wrongly_cut: tuple[int, int],
    language: Language,
) -> str:
    texts, (reports, cut) = TEXTS[language], wrongly_cut
    told = texts.teaching.stats_cut.format(votes=Count(reports), texts=Count(cut)) if reports else ""
    if not figures:
        return told or texts.teaching.stats_nothing
    lines = [texts.teaching.stats_title.format(days=Count(DAYS))]
    for each in figures:
        lines += ["", *_of_task(each, by_day, alphas.get(each.task), texts)]
    return "\n".join([*lines, *(["", told] if told else [])])


def _of_task(figures: TaskFigures, by_day: Days, alpha: float | None, texts: Texts) -> list[str]:
    own = texts.teaching
    its = [day for (_, task), day in by_day.items() if task == figures.task]
    confirms, seen = sum(day.confirms for day in its), sum(day.confirms + day.corrects for day in its)
    return [
        own.stats_task.format(
            task=texts.task_name[figures.task],
            votes=Count(figures.votes),
            voters=Count(figures.voters),
            queue=Count(figures.queue),
            labels=Count(figures.learnable),
            gold=Count(sum(figures.gold.values())),
        ),
        own.stats_days.format(votes=Count(sum(day.votes for day in its))),
        own.stats_accuracy.format(share=percents(confirms / seen) if seen else own.nobody, count=Count(seen)),
        own.stats_alpha.format(alpha=own.nobody if alpha is None else f"{alpha:.2f}"),
    ]
