"""What the log of votes leads to, and the votes that there are, each with all that it says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Ask = Callable[[str], Awaitable[list[tuple[Any, ...]]]]

_COLUMNS = "prediction_id, annotator_id, slot, choice, kind, blind"


async def standing(sql: Ask) -> list[tuple[Any, ...]]:
    """Return the votes that there are, in order."""
    return sorted(await sql(f"SELECT {_COLUMNS}, label FROM votes"))


async def replayed(sql: Ask) -> list[tuple[Any, ...]]:
    """Return the votes that the log of changes leads to, in order."""
    state: dict[tuple[int, int, int], tuple[Any, ...]] = {}
    events = await sql(f"SELECT {_COLUMNS}, new_label, old_label FROM vote_events ORDER BY id")
    for prediction, annotator, slot, *said, new, old in events:
        key = (prediction, annotator, slot)
        before = state.pop(key, None)
        assert (None if before is None else before[-1]) == old
        if new is not None:
            state[key] = (*said, new)
        else:
            assert said == [None, None, None]
    return sorted((*key, *said) for key, said in state.items())
