"""A linear model of the hypotheses tells what they give away, and nothing where they give nothing away."""

from __future__ import annotations

import numpy as np

from training.datasets import Example
from training.shortcuts import given_away


def _pairs(traces: tuple[str, str, str]) -> list[Example]:
    nouns = ["고양이", "기차", "바다", "학교", "시장", "편지", "의자", "노래", "우산", "사과"]
    return [
        Example(f"{noun} {number} 이야기", f"{noun}{traces[label]}", label)
        for noun in nouns
        for number in range(4)
        for label in range(3)
    ]


def test_a_trace_in_the_hypothesis_gives_the_label_away() -> None:
    pairs = _pairs(("가 있다", "가 아마 있을 것이다", "가 전혀 없다"))

    found = given_away(pairs)

    assert found.shape == (len(pairs), 3)
    np.testing.assert_allclose(np.exp(found).sum(1), 1, rtol=1e-4)
    assert (found.argmax(1) == [pair.label for pair in pairs]).mean() > 0.95


def test_pairs_of_one_premise_teach_nothing_of_each_other() -> None:
    """Hypotheses of one premise share a word and a label: who saw one of them could tell the others."""
    rng = np.random.default_rng(0)
    pairs = [
        Example(f"premise {number}", f"{chr(0xAC00 + 37 * number)}" * 3 + str(one), label)
        for number, label in enumerate(rng.integers(3, size=90).tolist())
        for one in range(3)
    ]
    pairs = [pairs[index] for index in rng.permutation(len(pairs))]

    found = given_away(pairs)

    assert (found.argmax(1) == [pair.label for pair in pairs]).mean() < 0.55
