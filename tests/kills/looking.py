"""What must be true of the database and the folders at every moment, seen without the program's own help."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from models.results import Task
from models.trial import Trial, source_of
from tests.storage.replaying import replayed, standing

PEPPER = b"a secret of the tests"
Row = tuple[Any, ...]


def url_of(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


def rows(file: Path, query: str) -> list[Row]:
    """Ask a database on a connection of our own: what was not committed is not seen."""
    with closing(sqlite3.connect(file)) as connection, connection:
        return connection.execute(query).fetchall()


def look_at_votes(file: Path) -> None:
    """The log of changes leads to the votes that there are."""

    async def sql(query: str) -> list[Row]:
        return rows(file, query)

    assert asyncio.run(standing(sql)) == asyncio.run(replayed(sql))


def look_at_snapshots(file: Path, folder: Path) -> set[str]:
    """Every data set that is whole is as it was written, and nothing but what is being drawn lies beside it.

    Returns:
        The names of those that are whole.
    """
    found = rows(file, "SELECT id, name, state, path, manifest, manifest_hash FROM dataset_snapshots")
    for number, name, state, path, manifest, manifest_hash in found:
        if state != "whole":
            assert (state, manifest_hash) == ("drawing", "")
            continue
        assert folder.parent / path == folder / name
        written = (folder / name / "manifest.json").read_bytes()
        assert hashlib.sha256(written).hexdigest() == manifest_hash
        assert json.loads(written) == json.loads(manifest)
        for each, digest in json.loads(manifest)["files"].items():
            assert hashlib.sha256((folder / name / each).read_bytes()).hexdigest() == digest
        members = rows(file, f"SELECT count(*) FROM snapshot_members WHERE snapshot_id = {number}")
        assert members == [(sum(json.loads(manifest)["rows"].values()),)]
    assert visible_in(folder) <= {name for _, name, *_ in found}, "no folder is without a row"
    return {name for _, name, state, *_ in found if state == "whole"}


def look_at_checkpoints(file: Path, teaching: Path) -> None:
    """Every checkpoint is whole and answers, and the aliases are what the last promotion made them."""
    for task, name, path, version, state in rows(
        file, "SELECT task, name, path, version, state FROM checkpoints"
    ):
        assert state in {"ready", "refused"}
        asyncio.run(Trial("cpu")(Task(task), source_of(name, str(teaching / path)), version))
    aliases: dict[str, int | None] = dict(rows(file, "SELECT alias, checkpoint_id FROM aliases"))
    ready = {number for (number,) in rows(file, "SELECT id FROM checkpoints WHERE state = 'ready'")}
    assert set(aliases.values()) <= {None, *ready}
    newest = rows(file, "SELECT from_id, to_id FROM promotions ORDER BY id DESC LIMIT 1")
    if newest:
        assert newest == [(aliases["previous"], aliases["champion"])]
    else:
        assert aliases.get("champion") is None
        assert "previous" not in aliases


def visible_in(folder: Path) -> set[str]:
    """What lies in a folder, without what is hidden."""
    return {path.name for path in folder.glob("[!.]*")}


def hidden_in(folder: Path) -> set[str]:
    """What is being written there, or was; locks stay."""
    return {path.name for path in folder.glob(".*")} - {".lock"}
