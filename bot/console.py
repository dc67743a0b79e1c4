"""What the commands of ``kobert-bot`` share: settings, the database, and one line for what is wrong."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn, Protocol, TypeVar
from unicodedata import east_asian_width

import typer

from bot.settings import Settings, SettingsError, pseudonym_key, read_settings
from bot.unread_settings import unread_settings
from models.errors import ModelServiceError
from storage.errors import StorageError

if TYPE_CHECKING:
    from storage.store import Store

_Found = TypeVar("_Found")


class Taught(StrEnum):
    """What people's votes can teach."""

    SENTIMENT = "sentiment"
    NLI = "nli"
    NSP = "nsp"
    MASK = "mask"


def fail(error: Exception | str) -> NoReturn:
    """Say in one line what is wrong, and end with exit code 1."""
    typer.echo(f"kobert-bot: {error}", err=True)
    raise typer.Exit(1)


def settings_or_fail() -> Settings:
    """Read the settings; those that cannot be used end the command, and what is not read is told."""
    try:
        for line in unread_settings():
            typer.echo(f"kobert-bot: {line}", err=True)
        return read_settings()
    except SettingsError as error:
        fail(error)


def with_store(
    do: Callable[[Store], Awaitable[_Found]], *, new: bool = False, settings: Settings | None = None
) -> _Found:
    """Do something with the database; what is wrong ends the command.

    Args:
        do: What to do.
        new: Make the database if it is not there.
        settings: Where it is; they are read without.
    """
    chosen = settings or settings_or_fail()

    async def run() -> _Found:
        async with opened(chosen, new=new) as store:
            return await do(store)

    return in_one_line(lambda: asyncio.run(run()))


@asynccontextmanager
async def opened(settings: Settings, *, new: bool = False) -> AsyncIterator[Store]:
    """Open the database while the block runs.

    Raises:
        StorageError: It cannot be opened, or is not there and ``new`` is not wanted.
        SettingsError: There is no key for its pseudonyms.
    """
    # SQLAlchemy: half a second that --help needn't wait
    from storage.engine import exists  # noqa: PLC0415
    from storage.store import Store  # noqa: PLC0415

    if not new and not exists(settings.database_url):
        raise StorageError(f"there is no database {settings.database_url} here; DATABASE_URL says where")
    store = await Store.open(
        settings.database_url, pepper=pseudonym_key(settings), teaching=settings.teaching_folder
    )
    try:
        yield store
    finally:
        await store.close()


def in_one_line(do: Callable[[], _Found]) -> _Found:
    """Do something; what can be wrong with it ends the command with one line."""
    from training.textfiles import DataError  # noqa: PLC0415  # not for --help

    try:
        return do()
    except (StorageError, SettingsError, ModelServiceError, DataError) as error:
        fail(error)
    except ModuleNotFoundError as error:
        fail(f"this needs {error.name}, which is not installed: pip install 'kobert-bot[teach]'")
    except BrokenPipeError:  # whoever read has enough; typer ends the command without a word
        raise
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else error)
    except KeyboardInterrupt:
        fail("stopped; nothing is left half done")


class Bar(Protocol):
    """Shows how far something is."""

    def update(self, _steps: int, /) -> None:
        """So many more are done."""
        ...


def progress(length: int, label: str) -> AbstractContextManager[Bar]:
    """Show on standard error how far something is; where that is no terminal, show nothing."""
    return typer.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


def columns(text: str) -> int:
    """How wide a terminal shows a text: Hangul and the like take two columns."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def counted(number: int, what: str) -> str:
    """Tell how many there are of something, such as 1 vote or 1,200 votes."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as lines with their columns below each other; numbers stand to the right."""
    cells = [[*header], *([str(cell) for cell in row] for row in rows)]
    widths = [max(columns(line[column]) for line in cells) for column in range(len(header))]
    right = [bool(rows) and all(_number(row[column]) for row in rows) for column in range(len(header))]
    lines = []
    for line in cells:
        padded = []
        for cell, width, to_the_right in zip(line, widths, right, strict=True):
            space = " " * (width - columns(cell))
            padded.append(space + cell if to_the_right else cell + space)
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _number(cell: object) -> bool:
    return isinstance(cell, int | float) or cell == "–" or str(cell).replace(".", "", 1).isdigit()
