"""What two models answered to the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from training.evaluate import confidence_of


class SetName(StrEnum):
    """Where labelled rows come from."""

    GOLD = "gold"
    """Labelled by people who had not seen an answer; never trained on."""
    TEST = "test"
    """The original test file, which whoever runs the bot names."""
    HELDOUT = "heldout"
    """The part of the feedback that was set aside before training."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one model answered.

    Attributes:
        chosen: int64 ``[n]``, the class that it gave.
        confidence: ``[n]``, how likely it thought that, 0…1; NaN where it answered with no numbers.
    """

    chosen: NDArray[np.int64]
    confidence: NDArray[np.float64]

    @classmethod
    def of_logits(cls, logits: NDArray[np.float32]) -> Answers:
        """The likeliest class of each row of ``[n, classes]``."""
        whole = np.asarray(np.isfinite(logits).all(-1))
        tame = np.where(whole[:, None], logits, 0)
        return cls(tame.argmax(-1).astype(np.int64), np.where(whole, confidence_of(tame), np.nan))

    @property
    def broken(self) -> int:
        """Rows answered with no numbers."""
        return int(np.isnan(self.confidence).sum())


@dataclass(frozen=True, slots=True)
class Paired:
    """A set that both models answered.

    Attributes:
        name: Which set.
        task: What was asked.
        labels: int64 ``[n]``, what is true.
        champion: Answers to the same rows, in the same order.
        candidate: The other's.
        classes: Names of the classes.
        groups: int64 ``[n]``, rows that came together (see ``training.evaluate.groups_of``); None if each
            came for itself.
        earlier: How many candidates these rows have judged before.
        voted: How many of their labels, if they are gold, voters agreed on; the rest was known otherwise.
    """

    name: SetName
    task: str
    labels: NDArray[np.int64]
    champion: Answers
    candidate: Answers
    classes: tuple[str, ...]
    groups: NDArray[np.int64] | None = None
    earlier: int = 0
    voted: int = 0

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def champion_right(self) -> NDArray[np.bool_]:
        """Whether the champion has each row right."""
        return np.asarray(self.champion.chosen == self.labels)

    @property
    def candidate_right(self) -> NDArray[np.bool_]:
        """The same of the candidate."""
        return np.asarray(self.candidate.chosen == self.labels)
