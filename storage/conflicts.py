"""Transactions that failed because of another one at the same moment, and how they are done again."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from storage.errors import Conflict

TRIES = 10
# SQLSTATE "serialization failure", PostgreSQL's "deadlock detected"; MySQL's and MariaDB's "deadlock found"
# and "record has changed since last read". https://mariadb.com/kb/en/mariadb-error-code-reference/
_DEADLOCK = frozenset({"40001", "40P01", 1213, 1020})
# A row was deleted, or came to be referred to, between reading and writing: somebody is forgotten while
# another votes on what they asked. Done again, the transaction sees which of the two it is.
_FOREIGN_KEY = frozenset({"23503", 1451, 1452})
_CODES = _DEADLOCK | _FOREIGN_KEY

_P = ParamSpec("_P")
_T = TypeVar("_T")


def is_conflict(error: BaseException) -> bool:
    """Tell whether another transaction was in the way, so that the same one may succeed when done again."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return False
    return not _CODES.isdisjoint({getattr(error.orig, "sqlstate", None), *error.orig.args[:1]})


def again_after_conflict(
    transaction: Callable[_P, Coroutine[Any, Any, _T]],
) -> Callable[_P, Coroutine[Any, Any, _T]]:
    """Let a coroutine function that is one transaction run again, a few times, when the server undid it."""

    @wraps(transaction)
    async def run(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        for _ in range(TRIES - 1):
            try:
                return await transaction(*args, **kwargs)
            except Conflict:
                continue  # at once: the one it stood in the way of has its locks now
        return await transaction(*args, **kwargs)

    return run
