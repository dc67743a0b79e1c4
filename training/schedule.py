"""When a run ends, and how fast it learns meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

WARM_UP = 0.06  # share of the run


@dataclass(frozen=True, slots=True)
class Budget:
    """When a run ends: after so many steps, or after as many as fit into so many minutes.

    Minutes are turned into steps once, by the time of the first ones, and the number is kept: what a run
    learns then depends on no clock.

    Attributes:
        minutes: Of training.
        steps: Number of steps, instead of minutes.
    """

    minutes: float
    steps: int | None = None


def learning_rate(progress: float, peak: float, warm_up: float = WARM_UP) -> float:
    """Linear warm-up, then linear decay to 0; ``progress`` runs from 0 to 1."""
    return peak * max(0.0, min(progress / warm_up, (1 - progress) / (1 - warm_up)))
