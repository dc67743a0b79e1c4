"""What the log of votes leads to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any


async def replayed(sql: Callable[[str], Awaitable[list[tuple[Any, ...]]]]) -> list[tuple[Any, ...]]:
    """Return the votes that the log of changes leads to."""
    state: dict[tuple[int, int, int], str] = {}
    for prediction, annotator, slot, old, new in await sql(
        "SELECT prediction_id, annotator_id, slot, old_label, new_label FROM vote_events ORDER BY id"
    ):
        key = (prediction, annotator, slot)
        assert state.pop(key, None) == old
        if new is not None:
            state[key] = new
    return sorted((*key, label) for key, label in state.items())
