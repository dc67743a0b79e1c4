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


def test_nothing_is_learnt_from_the_pair_itself_or_its_group() -> None:
    """Each hypothesis has a word of its own: only a model that saw it could tell."""
    rng = np.random.default_rng(0)
    pairs = [
        Example(f"premise {number}", f"{chr(0xAC00 + 37 * number + label)}" * 3, int(drawn))
        for number in range(60)
        for label, drawn in enumerate(rng.permutation(3))
    ]

    found = given_away(pairs)

    assert (found.argmax(1) == [pair.label for pair in pairs]).mean() < 0.5
