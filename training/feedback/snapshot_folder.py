"""A data set on disk: each part as JSON lines and as Parquet, a manifest of hashes, and a card."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training.feedback.card import card
from training.feedback.drawing import Drawn, SnapshotRow
from training.feedback.parquet import SNAPSHOT_COLUMNS, write_parquet
from training.feedback.parts import PARTS
from training.gate.rules import Teachers
from training.revision import code_revision
from training.textfiles import DataError

FORMAT = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a data set was drawn by.

    Attributes:
        task: What its labels are of.
        min_confidence: Labels less probable than this are left out.
        salt: Of the hash that deals texts out to parts.
        exclude: Name and SHA-256 of each file whose texts are left out.
    """

    task: str
    min_confidence: float
    salt: str
    exclude: tuple[tuple[str, str], ...]


def write_folder(
    folder: Path, settings: Settings, drawn: Drawn, taught: Teachers
) -> tuple[Mapping[str, Any], str]:
    """Write a data set to a folder that is made anew, and have it on the disk when this returns.

    The same votes by the same settings and code give the same bytes: nothing tells the time or the name.

    Returns:
        The manifest, and the SHA-256 of its file.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)  # texts are for the owner alone
    for part in PARTS:
        rows = [asdict(row) for row in drawn.parts[part]]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{part}.jsonl").write_text(lines, encoding="utf-8", newline="\n")
        write_parquet(folder / f"{part}.parquet", rows, SNAPSHOT_COLUMNS)
    counts = {part: len(rows) for part, rows in drawn.parts.items()}
    labels = {
        part: dict(sorted(Counter(row.label for row in rows).items())) for part, rows in drawn.parts.items()
    }
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "task": settings.task,
        "code": code_revision(),
        "settings": {
            "min_confidence": settings.min_confidence,
            "salt": settings.salt,
            "exclude": [{"file": name, "sha256": digest} for name, digest in settings.exclude],
        },
        "rows": counts,
        # Words that were filled in are as many as rows; a label of a few is worth counting.
        "labels": {} if settings.task == "mask" else labels,
        "left_out": dict(drawn.left_out),
        "teachers": asdict(taught),  # who votes after this taught none of it
    }
    (folder / "README.md").write_text(card(manifest), encoding="utf-8", newline="\n")
    manifest["files"] = {file.name: _digest(file) for file in sorted(folder.iterdir())}
    written = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(written, encoding="utf-8", newline="\n")
    for file in folder.iterdir():
        sync(file)
    sync(folder)
    return manifest, hashlib.sha256(written.encode()).hexdigest()


def missing(folder: Path, manifest: Mapping[str, Any]) -> str | None:
    """Say in one line what of a data set is not as it was written, if anything is."""
    for name, digest in manifest["files"].items():
        try:
            found = _digest(folder / name)
        except OSError as error:
            return f"{folder / name}: {error.strerror}"
        if found != digest:
            return f"{folder / name}: it was changed since it was written"
    return None


def read_snapshot(folder: Path) -> Mapping[str, tuple[SnapshotRow, ...]]:
    """Read the rows of a data set by part.

    Raises:
        DataError: The folder is not as it was written; one line.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest.get("format") != FORMAT:
            raise DataError(f"{folder}: written by another version: kobert-bot feedback snapshot draws anew")
        if why := missing(folder, manifest):
            raise DataError(why)
        return {part: tuple(_rows(folder / f"{part}.jsonl")) for part in PARTS}
    except OSError as error:
        raise DataError(f"{folder}: no data set: {error.strerror}") from error
    except ValueError as error:
        raise DataError(f"{folder / MANIFEST}: not a data set's ({error})") from error


def _rows(file: Path) -> list[SnapshotRow]:
    # Of bytes: a text may hold what other line ends Unicode knows.
    return [SnapshotRow(**json.loads(line)) for line in file.read_bytes().split(b"\n") if line]


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have a file, or a folder's names, on the disk: the database is told of it next."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
