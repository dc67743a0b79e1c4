"""Write votes to files: JSON lines, Parquet, or a folder that Hugging Face ``datasets`` loads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import IO

from storage.export import FeedbackRow
from training.feedback.formats import Format
from training.feedback.parquet import write_parquet
from training.feedback.rows import VOTES

_COLUMNS: Mapping[str, str] = {
    "prediction_id": "int64",
    "task": "string",
    "text_a": "string",
    "text_b": "string",
    "model": "string",
    "version": "string",
    "shown": "string",
    "probabilities": "string",
    "slot": "int32",
    "label": "string",
    "kind": "string",
    "annotator": "string",
    "created_at": "string",
    "updated_at": "string",
    "choice": "int32",
    "blind": "bool",
    "options": "string",
}
_CARD = """---
language:
- ko
pretty_name: Votes on the answers of kobert-bot
configs:
- config_name: default
  data_files:
  - split: train
    path: votes.parquet
---

# Votes on the answers of kobert-bot

One row per vote, with the text, what the model answered and what the voter holds to be right; `votes.jsonl`
holds the same. `annotator` tells voters apart and nothing else of them. `probabilities` and `options` (the
buttons) are JSON. Texts and votes are people's own: when somebody has theirs deleted, delete this folder too.
"""


async def write_lines(rows: AsyncIterator[FeedbackRow], stream: IO[str]) -> int:
    """Write a vote a line; returns how many."""
    count = 0
    async for row in rows:
        stream.write(_line(row))
        count += 1
    return count


async def write_votes(rows: AsyncIterator[FeedbackRow], out: Path, kind: Format) -> int:
    """Write votes to a file or a folder, a new one for its owner alone; returns how many.

    Raises:
        DataError: pyarrow is not installed.
        OSError: It cannot be written.
    """
    if kind is Format.JSONL:
        _private(out)
        with out.open("w", encoding="utf-8", newline="\n") as stream:
            return await write_lines(rows, stream)
    found = [row async for row in rows]
    await asyncio.to_thread(_write_table if kind is Format.PARQUET else _write_folder, out, found)
    return len(found)


def _write_folder(folder: Path, rows: list[FeedbackRow]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_table(folder / f"{VOTES}.parquet", rows)
    lines = "".join(_line(row) for row in rows)
    _private(folder / f"{VOTES}.jsonl")
    (folder / f"{VOTES}.jsonl").write_text(lines, encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(_CARD, encoding="utf-8", newline="\n")


def _line(row: FeedbackRow) -> str:
    return json.dumps(row.as_json(), ensure_ascii=False) + "\n"


def _write_table(file: Path, rows: list[FeedbackRow]) -> None:
    packed = [
        row.as_json()
        | {
            "probabilities": json.dumps(row.probabilities, ensure_ascii=False),
            "options": json.dumps(row.options, ensure_ascii=False),
        }
        for row in rows
    ]
    _private(file)
    write_parquet(file, packed, _COLUMNS)


def _private(file: Path) -> None:
    """Make a file before texts are written to it; one that is there keeps its mode."""
    file.touch(mode=0o600)
