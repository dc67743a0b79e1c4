"""``/models``: those who run the bot see the trained models, promote one, or go back to the one before."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from telegram import CallbackQuery, InlineKeyboardMarkup, MaybeInaccessibleMessage, Message

from handlers.answer import reply
from handlers.callback_data import BadCallbackData
from handlers.context import Context, Promoter
from handlers.operators import for_operators, may_operate
from handlers.replies.models import (
    model_name,
    models_keyboard,
    models_list,
    question,
    question_keyboard,
    row,
    unfit_html,
    wanted,
)
from handlers.replies.texts import TEXTS, Language
from handlers.surplus import says_more
from handlers.taps import ModelsTap, Step
from handlers.tolerance import tolerating
from models.errors import ModelServiceError, unfit
from storage.checkpoint_values import ChampionChanged, NotPromotable, Standing

_REASON = {Step.PROMOTE_SURELY: "promoted in the chat", Step.ROLL_BACK_SURELY: "rolled back in the chat"}


async def _models(message: Message, context: Context) -> None:
    """List the trained models with buttons."""
    if await says_more(message, context, "models"):
        return
    language = await context.language_in(message)
    standings = await context.store.checkpoints.standings()
    keyboard = _keyboard(standings, context, language)
    words = models_list(standings, context.services.model.preset, language)
    await reply(message, context, words, keyboard)


models = for_operators("models", _models)
"""The command."""


async def choose_champion(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: ModelsTap
) -> None:
    """Ask whether they are sure, do what they are sure of, or go back to the list."""
    promoter = context.services.promoter
    if not await may_operate(query, shown, context):
        return
    language = await context.language(query.from_user)
    texts = TEXTS[language].models
    if promoter is None:  # a button from when there was one
        raise BadCallbackData
    sure = tap.step in _REASON
    with tolerating():
        await query.answer(texts.trying_toast if sure else None)
    async with context.services.turns.of(("models", tap.task)):  # the second tap sees what the first did
        standing = await context.store.checkpoints.standing(tap.task)
        if tap.step is not Step.LIST and not _is_as_shown(tap, standing):
            await _show_list(shown, context, language, texts.changed)
        elif tap.step is Step.LIST:
            await _show_list(shown, context, language)
        elif sure:
            done = await _change(
                query.from_user.id, promoter, tap, standing, language, context.services.model.preset
            )
            await _show_list(shown, context, language, done)
        else:
            words = question(tap, standing, language)
            await _edit(shown, context, words, question_keyboard(tap, language))


async def _change(
    person: int, promoter: Promoter, tap: ModelsTap, standing: Standing, language: Language, preset: str
) -> str:
    """Promote or roll back, and say what came of it."""
    texts = TEXTS[language].models
    promotes = tap.step is Step.PROMOTE_SURELY
    other = wanted(tap, standing)
    name, task = model_name(other, texts), TEXTS[language].task_name[tap.task]
    seen = None if standing.champion is None else standing.champion.name
    try:
        if promotes or other is None:  # the preset's own need not be the one from before
            after = None if other is None else other.name
            await promoter.promote(tap.task, after, actor=person, reason=_REASON[tap.step], seen=seen)
        else:
            await promoter.roll_back(tap.task, actor=person, reason=_REASON[tap.step], seen=seen)
    except ChampionChanged:
        return texts.changed
    except NotPromotable as error:
        return texts.obstacles[error.obstacle].format(name=name, preset=escape(preset, quote=False))
    except ModelServiceError as error:
        return texts.cannot_serve.format(name=name, reason=unfit_html(unfit(error), str(error), texts))
    return (texts.promoted if promotes else texts.rolled_back).format(task=task, name=name)


def _is_as_shown(tap: ModelsTap, standing: Standing) -> bool:
    """Say whether the models are still those that the button was about."""
    if tap.step in (Step.PROMOTE, Step.PROMOTE_SURELY):
        possible = standing.candidate is not None
    elif tap.other_id:
        possible = standing.can_roll_back
    else:
        possible = standing.champion is not None
    now = (row(standing.champion), row(wanted(tap, standing)))
    return possible and (tap.champion_id, tap.other_id) == now


async def _show_list(
    shown: MaybeInaccessibleMessage, context: Context, language: Language, first: str = ""
) -> None:
    standings = await context.store.checkpoints.standings()
    words = models_list(standings, context.services.model.preset, language)
    keyboard = _keyboard(standings, context, language)
    await _edit(shown, context, f"{first}\n\n{words}" if first else words, keyboard)


def _keyboard(
    standings: Mapping[str, Standing], context: Context, language: Language
) -> InlineKeyboardMarkup | None:
    if context.services.promoter is None:
        return None
    return models_keyboard(standings, context.services.model.preset, language)


async def _edit(
    shown: MaybeInaccessibleMessage, context: Context, html: str, keyboard: InlineKeyboardMarkup | None
) -> None:
    with tolerating():
        await context.bot.edit_message_text(html, shown.chat.id, shown.message_id, reply_markup=keyboard)
