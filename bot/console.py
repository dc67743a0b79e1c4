"""What the commands of ``kobert-bot`` share: their settings, and one line for what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn
from unicodedata import east_asian_width

import typer

from bot.settings import Settings, SettingsError, read_settings


def fail(error: Exception | str) -> NoReturn:
    """Say in one line what is wrong, and end with exit code 1."""
    typer.echo(f"kobert-bot: {error}", err=True)
    raise typer.Exit(1)


def settings_or_fail() -> Settings:
    """Read the settings; one that cannot be used ends the command."""
    try:
        return read_settings()
    except SettingsError as error:
        fail(error)


def columns(text: str) -> int:
    """How wide a terminal shows a text: Hangul and the like take two columns."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


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
