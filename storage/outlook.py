"""What a training that began now would have, as a value that processes tell each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Rows = Mapping[str, Mapping[str, int]]
"""Rows of each label that a training would have, by part of its data set: train, dev, heldout and gold."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known before a training of a task.

    Attributes:
        rows: Of gold, those that the gate would ask.
        learnt: How many known rows it would leave out, as the model to be beaten learnt from their texts.
        voted: How many of those it would ask voters made known.
        short: How many texts the test file has, if these are too few to show that nothing was lost; None if
            there are enough, there is no file, or it is not on this machine.
    """

    rows: Rows
    learnt: int = 0
    voted: int = 0
    short: int | None = None

    def count(self, part: str) -> int:
        """How many rows a part has."""
        return sum(self.rows[part].values())
