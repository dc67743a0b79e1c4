"""Telegram counts text in UTF-16 code units: a letter outside the BMP, such as 😀, is two.

Source: https://core.telegram.org/api/entities#entity-length
"""

from __future__ import annotations

MESSAGE_LIMIT = 4096
"""Longest message, in UTF-16 code units. https://core.telegram.org/bots/api#sendmessage"""


def length(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def after(text: str, units: int) -> str:
    """Return what stands after the first ``units`` UTF-16 code units of a text.

    Args:
        text: Any text.
        units: Offset + length of a message entity; one that falls inside a surrogate pair drops
            the whole letter.
    """
    for index, letter in enumerate(text):
        if units <= 0:
            return text[index:]
        units -= 2 if ord(letter) > 0xFFFF else 1
    return ""


def clip(text: str, units: int) -> str:
    """Shorten a text to at most ``units`` UTF-16 code units, ending in ``…`` when something was cut."""
    if length(text) <= units:
        return text
    kept = ""
    room = units - 1  # the ellipsis
    for letter in text:
        room -= 2 if ord(letter) > 0xFFFF else 1
        if room < 0:
            break
        kept += letter
    return kept + "…"
