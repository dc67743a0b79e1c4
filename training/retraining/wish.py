"""How somebody wants a model retrained, as it is kept with the training in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from training.textfiles import DataError

EPOCHS = 6.0
LR = 5e-5
BATCH = 0.25
"""Of the usual size: some hundred rows then still make some hundred steps."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Options of a retraining.

    Attributes:
        snapshot: Name of the data set; None to draw a new one.
        test: The original test file, which the gate asks too.
        replay: Files of what the model learnt before, mixed in so that it is not forgotten.
        promote: Whether it becomes the champion if it passes.
        epochs: Passes over the snapshot.
        steps: Instead of them.
        lr: Peak learning rate.
        seed: Of order and dropout.
    """

    snapshot: str | None = None
    test: str | None = None
    replay: tuple[str, ...] = ()
    promote: bool = True
    epochs: float = EPOCHS
    steps: int | None = None
    lr: float = LR
    seed: int = 0

    def as_json(self) -> dict[str, Any]:
        """For a database row."""
        return asdict(self) | {"replay": list(self.replay)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Read what ``as_json`` wrote; what is missing is as usual.

        Raises:
            DataError: Another version wrote it.
        """
        try:
            return cls(**{**body, "replay": tuple(body.get("replay", ()))})
        except TypeError as error:
            raise DataError(f"this training was asked for by another version: {error}") from error
