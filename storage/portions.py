"""Rows in portions that one statement may name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

AT_ONCE = 500
"""Rows in one statement: Oracle takes a thousand, others more."""
_T = TypeVar("_T")


def portions(rows: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Cut rows into as many as one statement may name."""
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
