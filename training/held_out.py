"""Texts of public test and development sets, by hash: they must not train.

    python -m training.held_out nsmc_test=ratings_test.txt klue_nli_dev=klue_nli_dev.tsv

writes ``held_out.npz`` beside this file: eight bytes of a hash per text, so a file that trains can be checked
by who has no copy of the sets.
"""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("held_out.npz")
SHORTEST = 6
"""Letters of a key that count: "최고" stands in every set, and is nobody's test."""


def leak_key(text: str) -> str:
    """A text without case, space and punctuation: two texts with one key count as the same text."""
    return "".join(char for char in unicodedata.normalize("NFC", text).casefold() if char.isalnum())


def hashed(text: str) -> int | None:
    """Hash of a text's key; None if the key is too short to tell."""
    key = leak_key(text)
    if len(key) < SHORTEST:
        return None
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())


def hashes(texts: Iterable[str]) -> NDArray[np.uint64]:
    """Sorted hashes of texts, each once."""
    return np.array(sorted({found for text in texts if (found := hashed(text)) is not None}), dtype=np.uint64)


@cache
def public_sets() -> Mapping[str, frozenset[int]]:
    """Hashes that ship, by the name of the set."""
    with np.load(FILE) as stored:
        return {name: frozenset(stored[name].tolist()) for name in stored.files}


def main(arguments: list[str]) -> None:
    """Write the hashes of ``name=file`` pairs."""
    from training.datasets import read  # noqa: PLC0415  # it uses this module

    found = {}
    for argument in arguments:
        name, _, source = argument.partition("=")
        examples = read("nli" if "nli" in name else "sentiment", source).examples
        found[name] = hashes(text for each in examples for text in (each.text, each.second) if text)
    np.savez_compressed(FILE, allow_pickle=False, **found)
    print(", ".join(f"{name}: {len(values):,} texts" for name, values in found.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
