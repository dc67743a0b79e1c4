"""What a failure of the database may say: never a value, since those are people's texts and labels."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Classes of SQLSTATE in which PostgreSQL's messages name tables, users and limits, and no value: connection,
# transaction state, log-in, conflict, syntax and missing tables, resources, locks, operators, the system.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_WITHOUT_VALUES = frozenset({"08", "25", "28", "40", "42", "53", "55", "57", "58"})
_ERRNO_OF_CLIENT = range(2_000, 3_000)  # of MySQL: the server could not be reached, or went away
_TRIGGER = "SQLITE_CONSTRAINT_TRIGGER"  # says what whoever wrote the trigger wanted
_NAMES = ("table_name", "column_name", "constraint_name")


def one_line(error: BaseException) -> str:
    """Return the first line of what ``error`` says; for errors before any statement is sent."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__


def without_values(error: BaseException) -> str:
    """Say in one line of what the database failed.

    A driver may quote the values of a statement ("Duplicate entry '…'", "invalid input for query argument
    $2: '…'"). So its message is passed on where it cannot hold one; else its type, its code and the
    names of what it is about are.
    """
    if isinstance(error, OSError | PoolTimeout):
        return one_line(error)
    if not isinstance(error, DBAPIError):
        cause = error.orig if isinstance(error, StatementError) else None
        return type(cause or error).__name__
    if error.statement is None:  # connecting, or committing
        return one_line(error)
    driver = error.driver_exception
    code = _code(driver)
    name = " ".join([type(driver).__name__, *([str(code)] if code is not None else [])])
    if _tells_no_value(driver, code):
        return f"{one_line(error)} ({name})"
    about = [str(said) for each in _NAMES if (said := getattr(getattr(driver, "diag", driver), each, None))]
    return f"{name} ({', '.join(about)})" if about else name


def _code(driver: BaseException) -> str | int | None:
    """The number or the name that the database's manual has for an error."""
    for attribute in ("sqlite_errorname", "sqlstate"):
        if isinstance(code := getattr(driver, attribute, None), str):
            return code
    first = driver.args[0] if driver.args else None
    return first if isinstance(first, int) else getattr(first, "full_code", None)  # Oracle's


def _tells_no_value(driver: BaseException, code: str | int | None) -> bool:
    if isinstance(driver, sqlite3.Error):  # its messages name columns, types and limits
        return code != _TRIGGER
    if isinstance(code, int):
        return code in _ERRNO_OF_CLIENT
    return getattr(driver, "sqlstate", None) is not None and str(code)[:2] in _WITHOUT_VALUES
