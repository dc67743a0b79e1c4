"""How a long piece of work tells of itself."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], object]
"""Is told what is worth a line."""

Progress = Callable[[int], object]
"""Is told how many more texts were read."""


def quiet(_: object) -> None:
    """Nobody listens."""
