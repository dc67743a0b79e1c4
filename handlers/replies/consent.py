"""The buttons of the question whether texts and votes may be kept, and of ``/privacy`` and ``/forgetme``."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.replies.buttons import button
from handlers.replies.texts import TEXTS, Language
from handlers.taps import AskTap, ConsentTap, ForgetTap, Place


def question_keyboard(language: Language, place: Place = Place.ANSWER) -> InlineKeyboardMarkup:
    """Draw the answers to the question under an answer, or where else it is put."""
    texts = TEXTS[language]
    return _rows(
        [
            button(texts.agree_button, ConsentTap(place, agrees=True)),
            button(texts.decline_button, ConsentTap(place, agrees=False)),
        ]
    )


def ask_keyboard(language: Language) -> InlineKeyboardMarkup:
    """Draw what stands in place of the votes under an answer that is not kept: a button for the question."""
    return _rows([button(TEXTS[language].ask_button, AskTap())])


def with_question(keyboard: InlineKeyboardMarkup | None, language: Language) -> InlineKeyboardMarkup:
    """Add the question to the buttons of an answer, for somebody who wants to vote and has not agreed."""
    rows = [] if keyboard is None else [list(row) for row in keyboard.inline_keyboard]
    agree = button(TEXTS[language].agree_to_vote_button, ConsentTap(Place.VOTE, agrees=True))
    return _rows(*rows, [agree])


def privacy_keyboard(language: Language) -> InlineKeyboardMarkup:
    """Draw the buttons of ``/privacy``."""
    texts = TEXTS[language]
    return _rows(
        [
            button(texts.agree_button, ConsentTap(Place.PRIVACY, agrees=True)),
            button(texts.withdraw_button, ConsentTap(Place.PRIVACY, agrees=False)),
        ]
    )


def forget_keyboard(language: Language) -> InlineKeyboardMarkup:
    """Draw the buttons of ``/forgetme``."""
    texts = TEXTS[language]
    return _rows(
        [
            button(texts.forget_button, ForgetTap(sure=True)),
            button(texts.not_forget_button, ForgetTap(sure=False)),
        ]
    )


def _rows(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(rows)
