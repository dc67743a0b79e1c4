"""The machine's font for pictures with Korean words: none is brought along."""

from __future__ import annotations

from pathlib import Path

FAMILIES = (
    "Noto Sans CJK KR",
    "Noto Sans CJK JP",  # matplotlib reads a collection's first font, which has Hangul as well
    "Noto Sans KR",
    "NanumGothic",
    "NanumBarunGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
)
_FILES = ("notosanscjk", "notosanskr", "nanumgothic", "nanumbarungothic", "malgun", "applesdgothicneo")


def korean_font() -> str | None:
    """Find the family of an installed font with Hangul; None if there is none of the common ones."""
    from matplotlib import font_manager  # noqa: PLC0415  # slow, and not installed everywhere

    fonts = font_manager.fontManager
    if not any(font.name in FAMILIES for font in fonts.ttflist):
        # What was installed after matplotlib made its list is not on it.
        for path in font_manager.findSystemFonts():
            if Path(path).stem.lower().startswith(_FILES):
                fonts.addfont(path)
    known = {font.name for font in fonts.ttflist}
    return next((family for family in FAMILIES if family in known), None)
