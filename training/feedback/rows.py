"""The rows of a file of votes or labelled texts, whatever its format, as name → value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from training.feedback.columns import EXPECTED, has_names
from training.feedback.parquet import read_parquet
from training.feedback.parts import PARTS
from training.textfiles import DataError, open_text

VOTES = "votes"
"""Name of the files in a folder of exported votes."""
_JSON_COLUMNS = ("probabilities", "options")
"""Columns that a Parquet file holds as JSON: their values have no fixed form."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        source: Its file.
        number: Which row: of a text file the line, else counted from 1.
        values: What it says, by the column; None for one that cannot be read.
        wrong: What is wrong with it then.
    """

    source: str
    number: int
    values: Mapping[str, object] | None
    wrong: str = ""


def read_rows(source: str) -> Iterator[Row]:
    """Read JSON lines, Parquet, TSV with a header, or a folder of an export or a snapshot.

    Args:
        source: A path, or the URL of a text file; ``.gz`` and ``.xz`` are unpacked.

    Raises:
        DataError: It cannot be read, is not UTF-8, of no known format, or a TSV whose first line names no
            columns; one line.
    """
    path = Path(source)
    suffixes = set(path.suffixes)
    if path.is_dir():
        yield from _folder(path)
    elif ".parquet" in suffixes:
        for number, row in enumerate(read_parquet(path), start=1):
            yield _unpacked(source, number, row)
    elif suffixes & {".jsonl", ".ndjson", ".json"}:
        yield from _json_lines(source)
    elif suffixes & {".tsv", ".txt"}:
        yield from _tsv(source)
    else:
        raise DataError(f"{source}: its name ends in none of .jsonl, .parquet, .tsv and .txt")


def _folder(path: Path) -> Iterator[Row]:
    found = False
    for name in (VOTES, *PARTS):
        files = [file for ending in (".jsonl", ".parquet") if (file := path / f"{name}{ending}").exists()]
        for file in files[:1]:  # they hold the same
            found = True
            yield from read_rows(str(file))
    if not found:
        raise DataError(f"{path}: neither an export nor a snapshot is in this folder")


def _unpacked(source: str, number: int, row: dict[str, object]) -> Row:
    for column in _JSON_COLUMNS:
        if isinstance(packed := row.get(column), str):
            try:
                row[column] = json.loads(packed)
            except json.JSONDecodeError as error:
                return Row(source, number, None, f"{column} is not JSON ({error.msg})")
    return Row(source, number, row)


def _json_lines(source: str) -> Iterator[Row]:
    with open_text(source) as lines:
        for number, line in enumerate(lines, start=1):
            text = line.removeprefix("\ufeff") if number == 1 else line
            if not text.strip():
                continue
            try:
                found = json.loads(text)
            except (json.JSONDecodeError, RecursionError) as error:
                yield Row(source, number, None, f"is not JSON ({getattr(error, 'msg', 'too deep')})")
                continue
            if isinstance(found, dict):
                yield Row(source, number, found)
            else:
                yield Row(source, number, None, "is not an object")


def _tsv(source: str) -> Iterator[Row]:
    with open_text(source) as lines:
        header = next(lines, None)
        if header is None:
            raise DataError(f"{source}: the file is empty")
        names = header.removeprefix("\ufeff").split("\t")
        if not has_names(names):
            raise DataError(f"{source}: its first line must name the columns, with tabs between: {EXPECTED}")
        for number, line in enumerate(lines, start=2):
            cells = line.split("\t")
            if len(cells) == len(names):
                yield Row(source, number, dict(zip(names, cells, strict=True)))
            else:
                wrong = f"has {len(cells)} columns, the header has {len(names)}"
                yield Row(source, number, None, wrong)
