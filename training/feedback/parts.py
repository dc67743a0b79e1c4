"""Which part of a data set a text belongs to: it follows from the text alone, and never changes.

Split by row or by time, the same text would be trained on in one snapshot and measured on in the next. So
each text is hashed, and its hash decides. Texts that a reader would call the same have one hash; of a pair it
is the first text's, since several second texts are often written for one premise.
"""

from __future__ import annotations

import hashlib

from storage.content import fold
from training.held_out import leak_key

PARTS = ("train", "dev", "heldout", "gold")
"""What is trained on, chosen by, measured on, and known from people who did not see an answer."""
SALT = "kobert-bot 1"
"""Goes into each hash. With another one all texts are dealt out anew, and what was measured on is trained."""
_SHARES = (("train", 80), ("dev", 10), ("heldout", 10))  # per cent


def group_key(text_a: str) -> str:
    """What all texts that must stay together have in common.

    Args:
        text_a: The text, or the first of a pair.

    Returns:
        Letters and digits alone, without case; the folded text where it has none.
    """
    return leak_key(text_a) or fold(text_a)


def part_of(text_a: str, salt: str = SALT) -> str:
    """Return ``train``, ``dev`` or ``heldout``."""
    digest = hashlib.sha256(f"{salt}\n{group_key(text_a)}".encode()).digest()
    place = int.from_bytes(digest[:8]) % 100
    for part, share in _SHARES:
        if place < share:
            return part
        place -= share
    raise AssertionError("the shares are 100 per cent")
