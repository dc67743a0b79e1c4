"""How somebody wants a model retrained, as it is kept with the training in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

EPOCHS = 10.0
_LR, _WIDTH = 3e-5, 768
"""Peak learning rate of a base model; a narrower one bears more, in proportion (Yang et al. 2022,
https://arxiv.org/abs/2203.03466)."""
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
        lr: Peak learning rate; None for what fits the model.
        seed: Of order and dropout.
    """

    snapshot: str | None = None
    test: str | None = None
    replay: tuple[str, ...] = ()
    promote: bool = True
    epochs: float = EPOCHS
    steps: int | None = None
    lr: float | None = None
    seed: int = 0

    def as_json(self) -> dict[str, Any]:
        """For a database row."""
        return asdict(self) | {"replay": list(self.replay)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Read what ``as_json`` wrote; what is missing is as usual, and what else was kept is not read."""
        own = {each.name: body[each.name] for each in fields(cls) if each.name in body}
        return cls(**{**own, "replay": tuple(own.get("replay", ()))})

    def rate(self, width: int) -> float:
        """Peak learning rate for a model so wide."""
        return _LR * _WIDTH / width if self.lr is None else self.lr
