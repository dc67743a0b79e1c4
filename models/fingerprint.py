"""Which weights exactly: a name that changes when a file does."""

from __future__ import annotations

import hashlib
from pathlib import Path

DIGITS = 12  # 48 bits tell any number of versions apart that a bot will ever see
SHOWN_DIGITS = 6
"""Beside a model's name, for people: they tell those apart that ever had this name."""

WEIGHTS = ("*.safetensors",)
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "vocab.json", "merges.txt", "*.model")


def fingerprint(folder: Path, patterns: tuple[str, ...]) -> str:
    """Hash the files of a folder that match.

    Args:
        folder: Of a checkpoint or tokenizer.
        patterns: ``WEIGHTS`` or ``TOKENIZER``.

    Returns:
        The first 12 hexadecimal digits of the SHA-256 of all of them, in the order of their names; empty when
        there are none.
    """
    files = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    if not files:
        return ""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:DIGITS]
