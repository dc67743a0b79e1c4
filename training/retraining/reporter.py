"""How far a training is, as whoever watches it is told."""

from __future__ import annotations

import time

from training.retraining.ledger import Ledger
from training.run import Run

_OFTEN = 0.5  # seconds between two looks


class Reporter:
    """Tells how far a training is, a few times a second at most."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._at = 0.0
        self._begun: tuple[float, int] | None = None

    def __call__(self, loop: Run) -> None:
        """Hear that another step is made."""
        now = time.monotonic()
        if self._begun is None:
            self._begun = now, loop.step
        if now - self._at < _OFTEN and loop.step < loop.total:
            return
        self._at = now
        since, first = self._begun
        made = loop.step - first
        left = (now - since) / made * (loop.total - loop.step) if made else None
        means = loop.means
        loss = next((value for name, value in means.items() if name.startswith("loss ")), None)
        self._ledger.tell(
            phase="training",
            step=loop.step,
            steps=loop.total,
            loss=None if loss is None else round(loss, 4),
            accuracy=loop.best,
            left_s=None if left is None else round(left, 1),
        )
