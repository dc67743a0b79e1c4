"""Which checkpoints there are, and the work that one answer of a trunk takes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.fingerprint import WEIGHTS, fingerprint

Name = Literal["base", "mini", "builtin"]
NAMES: tuple[Name, ...] = ("base", "mini", "builtin")
TRAINED: Name = "builtin"
"""The one that is not random."""
LAST_FILE = "reference.json"
"""Where it is, a checkpoint is complete."""
BUILTIN = Path(__file__).parent.parent / "models" / "builtin"
ORIGIN_FILE = "made-from.txt"
"""Holds what :func:`origin` gave when it was made."""
SEED = 11
"""Of the random checkpoints."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a trunk.

    Attributes:
        layers: How many.
        hidden: Width.
        between: Width inside the feed-forward parts.
        heads: Attention heads.
        positions: Longest input in tokens.
    """

    layers: int
    hidden: int
    between: int
    heads: int
    positions: int

    def operations(self, length: int) -> float:
        """Arithmetic operations that one answer needs, a multiply-add counted as two.

        Matrix products only. The last layer counts only as far as ``[CLS]`` reads it (keys and values of
        every token, the rest of one), since no answer needs more; padding counts nothing.
        """
        square, wide = self.hidden**2, self.hidden * self.between
        whole = 8 * length * square + 4 * length * wide + 4 * length**2 * self.hidden
        last = 4 * length * square + 4 * square + 4 * wide + 4 * length * self.hidden
        return float((self.layers - 1) * whole + last)


def origin(name: Name) -> str:
    """What a checkpoint is made from: weights or a seed."""
    return fingerprint(BUILTIN, WEIGHTS) if name == TRAINED else str(SEED)


def is_made(name: Name, folder: Path) -> bool:
    """Whether a checkpoint is complete and made from what it would be made from today."""
    made_from = folder / ORIGIN_FILE
    return (
        (folder / LAST_FILE).is_file()
        and made_from.is_file()
        and made_from.read_text(encoding="utf-8") == origin(name)
    )


def shape(folder: Path) -> Shape:
    """Read a checkpoint's size from its ``config.json``."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return Shape(
        config["num_hidden_layers"],
        config["hidden_size"],
        config["intermediate_size"],
        config["num_attention_heads"],
        config["max_position_embeddings"],
    )
