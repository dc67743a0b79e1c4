"""Every text a user can see, by language."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.replies.english import EN
from handlers.replies.korean import KO
from handlers.replies.wording import LANGUAGES, Language, Texts

__all__ = ["EN", "KO", "LANGUAGES", "TEXTS", "Language", "Texts", "language_for"]

TEXTS: Mapping[Language, Texts] = {"ko": KO, "en": EN}


def language_for(code: str | None) -> Language:
    """Return the language for a Telegram ``language_code`` or a stored choice.

    Args:
        code: An IETF tag such as ``ko`` or ``en-US``; None when Telegram sends none.

    Returns:
        ``ko`` for Korean, ``en`` for everything else.
    """
    return "ko" if (code or "").lower().split("-")[0] == "ko" else "en"
