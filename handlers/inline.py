"""Inline mode, ``@bot text`` in any chat: answers to choose from and send there. Nothing is stored.

There are no votes under what is sent: Telegram does not say to which chat it goes.
"""

from __future__ import annotations

import asyncio

from telegram import InlineQueryResultArticle, Update

from handlers.context import Context
from handlers.gate import admit, question
from handlers.limits import OneMoment, Place
from handlers.newest import passes
from handlers.replies.answers import SHOWN_CANDIDATES
from handlers.replies.inline import article, inline_button
from handlers.replies.texts import Texts
from models.blanks import has_blank
from models.errors import TaskNotServed
from models.results import LabelResult, MaskResult, Task, TokensResult
from models.text import is_visible

_PAUSE_S = 0.3  # in which nobody typed on
_CACHED_S = 10  # by Telegram, for the same person; a better model is soon there


async def on_inline_query(update: Update, context: Context) -> None:
    """Find the text, ask the service, offer the answers.

    Raises:
        NotAdmitted: The person is not answered.
        OneMoment: Too many of the person's questions are being answered.
        OverQuota: The person has to wait.
    """
    query = update.inline_query
    if query is None:
        return
    person, text = query.from_user.id, query.query.strip()
    async with context.services.newest.query(person) as outdated:
        if not await passes(outdated, _PAUSE_S):
            return
        admit(person, person, context)  # Telegram does not say in which chat somebody types
        texts = await context.texts(query.from_user)
        if not is_visible(text):
            await query.answer(
                [], _CACHED_S, is_personal=True, button=inline_button(texts.inline_help_button)
            )
            return
        with context.services.limits.place(person, person) as place:
            if place is not Place.GIVEN:
                raise OneMoment
            with question(person, person, context):
                results = await _results(text, context, person, texts)
        if not outdated.is_set():
            hint = None if has_blank(text) else inline_button(texts.inline_blank_button)
            await query.answer(results, _CACHED_S, is_personal=True, button=hint)


async def _results(text: str, context: Context, person: int, texts: Texts) -> list[InlineQueryResultArticle]:
    """Ask everything that fits, at once.

    Raises:
        ModelServiceError: As the service; a task that the model does not do is left out, if others are there.
    """
    tasks = (*((Task.MASK,) if has_blank(text) else ()), Task.SENTIMENT, Task.TOKENS)
    asked = (_ask(task, text, context, person) for task in tasks)
    found = await asyncio.gather(*asked, return_exceptions=True)  # all have ended, whatever one raised
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, TaskNotServed):
            raise one
    results = [article(one, text, texts) for one in found if not isinstance(one, BaseException)]
    if not results:
        raise TaskNotServed
    return results


async def _ask(
    task: Task, text: str, context: Context, person: int
) -> MaskResult | LabelResult | TokensResult:
    if task is Task.MASK:
        return await context.model.mask(text, top_k=SHOWN_CANDIDATES, chat=person)
    if task is Task.SENTIMENT:
        return await context.model.sentiment(text, chat=person)
    return await context.model.tokens(text, chat=person)
