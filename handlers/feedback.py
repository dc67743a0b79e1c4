"""Taps on buttons: what each kind of them does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram import CallbackQuery, MaybeInaccessibleMessage, Update

from handlers.callback_data import BadCallbackData, decode
from handlers.consent import ask_first, choose_consent
from handlers.context import Context
from handlers.gate import admit
from handlers.group_settings import change_setting
from handlers.label import give_more, tap_item
from handlers.label_post import close_post, tell_how_to_decide
from handlers.language import choose_language
from handlers.models import choose_champion
from handlers.offers import choose_offer
from handlers.privacy import choose_to_be_forgotten
from handlers.taps import (
    AskTap,
    CloseTap,
    ConsentTap,
    ForgetTap,
    GuideTap,
    ItemTap,
    LanguageTap,
    ModelsTap,
    MoreTap,
    OfferTap,
    SettingTap,
    SkipTap,
    Tap,
    TrainTap,
    UndoTap,
    VoteTap,
    WordTap,
)
from handlers.train import choose_training
from handlers.voting import skip, undo, vote
from handlers.words import ask_for_word

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


_ACTIONS: Mapping[type[Tap], Action] = {
    VoteTap: vote,
    SkipTap: skip,
    UndoTap: undo,
    WordTap: ask_for_word,
    ItemTap: tap_item,
    MoreTap: give_more,
    CloseTap: close_post,
    GuideTap: tell_how_to_decide,
    LanguageTap: choose_language,
    SettingTap: change_setting,
    ConsentTap: choose_consent,
    AskTap: ask_first,
    ForgetTap: choose_to_be_forgotten,
    OfferTap: choose_offer,
    ModelsTap: choose_champion,
    TrainTap: choose_training,
}
"""What each kind of tap does."""
