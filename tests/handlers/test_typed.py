from __future__ import annotations

import unicodedata

import pytest

from handlers.typed import MOST_LETTERS, read_words


@pytest.mark.parametrize(
    ("text", "slots", "words"),
    [
        ("바다", [0], {0: "바다"}),
        ("  sea \n", [0], {0: "sea"}),
        (unicodedata.normalize("NFD", "바다"), [0], {0: "바다"}),
        ("1: sea", [0], {0: "sea"}),
        ("sea land", [0, 1], {0: "sea", 1: "land"}),
        ("sea, land", [0, 2], {0: "sea", 2: "land"}),
        ("sea\nland", [0, 1], {0: "sea", 1: "land"}),
        ("2: land", [0, 1], {1: "land"}),
        ("3) land", [0, 2], {2: "land"}),
        ("2: land\n1. sea", [0, 1], {0: "sea", 1: "land"}),
        ("3.5", [0], {0: "3.5"}),
        ("a" * MOST_LETTERS, [0], {0: "a" * MOST_LETTERS}),
    ],
)
def test_reads_words(text: str, slots: list[int], words: dict[int, str]) -> None:
    assert read_words(text, slots) == words


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("", [0]),
        (" \n ", [0]),
        ("two words", [0]),
        ("...", [0]),
        ("😀", [0]),
        ("[MASK]", [0]),
        ("___", [0]),
        ("(빈칸)", [0]),
        ("a" * (MOST_LETTERS + 1), [0]),
        ("2: sea", [0]),
        ("0: sea", [0]),
        ("sea", [0, 1]),
        ("sea land air", [0, 1]),
        ("2: land", [0, 2]),
        ("1: sea\n1: land", [0, 1]),
    ],
)
def test_anything_else_is_no_words(text: str, slots: list[int]) -> None:
    assert read_words(text, slots) is None
