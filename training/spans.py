"""A range that a search draws from."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Between:
    """Numbers from ``low``, which is above 0, to ``high``; each power of ten has the same chance."""

    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> float:
        """One of them, to three digits: as it is shown, so it is tried."""
        drawn = float(f"{exp(rng.uniform(log(self.low), log(self.high))):.3g}")
        return min(max(drawn, self.low), self.high)
