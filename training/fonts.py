"""Fonts with Hangul, for pictures with Korean words: none is brought along."""

from __future__ import annotations

from pathlib import Path

from matplotlib import font_manager

from training.textfiles import DataError


def family_of(font: Path) -> str:
    """Let pictures be written with a font file; returns its name.

    Raises:
        DataError: It is no font, or one without Hangul.
    """
    try:
        known = ord("가") in font_manager.get_font(font).get_charmap()
        font_manager.fontManager.addfont(font)
    except (OSError, RuntimeError):
        raise DataError(f"{font}: cannot be read as a font") from None
    if not known:
        raise DataError(f"{font}: a font without Hangul")
    return font_manager.FontProperties(fname=font).get_name()
