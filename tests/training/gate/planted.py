"""Answers of two models in which it is planned who has what right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.gate.answers import Answers, Paired, SetName
from training.gate.rules import Times

SENTIMENT = ("negative", "positive")
NAMES = {2: SENTIMENT, 3: ("entailment", "neutral", "contradiction")}


def paired(
    name: SetName,
    champion: NDArray[np.bool_],
    candidate: NDArray[np.bool_],
    *,
    labels: NDArray[np.int64] | None = None,
    task: str = "sentiment",
    confidence: tuple[float, float] = (0.8, 0.8),
) -> Paired:
    """A set whose rows are right or wrong as told; labels take turns unless told."""
    true = np.arange(len(champion)) % 2 if labels is None else labels
    sure = [np.full(len(true), each) for each in confidence]
    return Paired(
        name,
        task,
        true,
        Answers(np.where(champion, true, 1 - true), sure[0]),
        Answers(np.where(candidate, true, 1 - true), sure[1]),
        SENTIMENT,
    )


def planted(
    name: SetName,
    n: int,
    gained: int,
    lost: int,
    *,
    task: str = "sentiment",
    confidence: tuple[float, float] = (0.8, 0.8),
) -> Paired:
    """A set of which the champion has four fifths right, spread over both classes alike."""
    champion = np.arange(n) < 4 * n // 5
    candidate = champion.copy()
    candidate[:lost] = False
    candidate[n - gained :] = True
    return paired(name, champion, candidate, task=task, confidence=confidence)


def took(champion: float, candidate: float, n: int = 100) -> Times:
    """Milliseconds of ten questions that waver by a tenth, in a pattern of its own for each."""
    waver = 1 + 0.1 * np.sin(np.arange(n))
    return Times(champion * waver.reshape(-1, 10), candidate * np.roll(waver, 7).reshape(-1, 10))
