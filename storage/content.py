"""When two texts count as the same."""

from __future__ import annotations

import hashlib
import unicodedata


def storable(text: str) -> str:
    """Return ``text`` with what UTF-8 or PostgreSQL cannot hold (lone surrogates, NUL) replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")


def fold(text: str) -> str:
    """Return ``text`` in NFC with every run of white space as one space and none at its ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def content_hash(text_a: str, text_b: str | None = None) -> str:
    """Hash a text or a pair so that texts a reader cannot tell apart share one hash.

    Args:
        text_a: The text, or the first of a pair.
        text_b: The second of a pair; ``None`` differs from an empty one.

    Returns:
        SHA-256 of the folded texts, 64 hexadecimal digits.
    """
    # A folded text holds no line break, so one can stand between the two.
    folded = fold(text_a) if text_b is None else f"{fold(text_a)}\n{fold(text_b)}"
    return hashlib.sha256(folded.encode()).hexdigest()
