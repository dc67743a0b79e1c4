"""Does an engine answer what ``transformers`` answers?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import correlation

_FP32_WORST = 2e-3
_TRAINED_CORRELATION = 0.99
_RANDOM_CORRELATION = 0.8
_FLOOR = 1e-7


@dataclass(frozen=True, slots=True)
class Agreement:
    """An engine's answers beside the reference's.

    Attributes:
        worst: Largest difference of a probability.
        correlation: Of the log odds, over the texts; an engine that confuses texts is near 0.
        same: Share of texts with the same likelier class.
    """

    worst: float
    correlation: float
    same: float

    def fault(self, precision: str, *, trained: bool) -> str | None:
        """Why these answers are wrong for an engine of this precision; None if they're right.

        In fp32 every probability must be equal but for rounding. In int8, the log odds must go together over
        the texts: closely with a trained model; less so with a random one, which rounding moves further. Who
        confuses texts is near 0.
        """
        enough = _TRAINED_CORRELATION if trained else _RANDOM_CORRELATION
        if self.worst <= _FP32_WORST or (precision != "fp32" and self.correlation >= enough):
            return None
        return (
            f"wrong answers: probabilities differ by up to {self.worst:.3f} from transformers', "
            f"log odds correlate by {self.correlation:.2f}"
        )


def compare(answers: Sequence[Sequence[float]], reference: Sequence[Sequence[float]]) -> Agreement:
    """Compare probabilities of two classes, text by text.

    Raises:
        ValueError: If there is not one answer of two probabilities per text.
    """
    if len(answers) != len(reference) or any(len(each) != 2 for each in answers):
        raise ValueError(f"{len(answers)} answers for {len(reference)} texts, or not two classes each")
    pairs = list(zip(answers, reference, strict=True))
    ours = [_odds(answer) for answer in answers]
    theirs = [_odds(answer) for answer in reference]
    constant = len(set(ours)) == 1 or any(math.isnan(each) for each in ours)
    return Agreement(
        worst=max(abs(one - other) for mine, right in pairs for one, other in zip(mine, right, strict=True)),
        correlation=0.0 if constant else correlation(ours, theirs),
        same=sum((mine[1] > mine[0]) == (right[1] > right[0]) for mine, right in pairs) / len(pairs),
    )


def _odds(probabilities: Sequence[float]) -> float:
    low, high = (max(each, _FLOOR) for each in probabilities)
    return math.log(high / low)
