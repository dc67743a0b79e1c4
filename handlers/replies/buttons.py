"""A button with what a tap on it stands for."""

from __future__ import annotations

from telegram import InlineKeyboardButton

from handlers.callback_data import encode
from handlers.taps import Tap


def button(face: str, tap: Tap) -> InlineKeyboardButton:
    """Draw a button; ``face`` is plain text."""
    return InlineKeyboardButton(face, callback_data=encode(tap))
