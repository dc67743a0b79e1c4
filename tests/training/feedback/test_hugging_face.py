"""Hugging Face ``datasets`` loads every form of what is exported, without a network, row by row as it is."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from storage.agreed import ImportedText
from storage.store import Store
from tests.training.feedback.voters import texts, vote_on
from training.feedback.exporting import write_votes
from training.feedback.formats import Format
from training.feedback.parts import PARTS
from training.feedback.snapshot import read_snapshot, take_snapshot

pytest.importorskip("datasets")
pytest.importorskip("crowdkit")
pytestmark = pytest.mark.timeout(300)  # a fresh process imports the library

LOADS = """
import json, sys
from datasets import load_dataset

for arguments in json.loads(sys.argv[1]):
    loaded = load_dataset(**arguments)
    parts = {name: list(rows) for name, rows in loaded.items()}
    print(json.dumps(parts, default=lambda when: when.isoformat()))
"""


def loaded(cache: Path, *arguments: dict[str, object]) -> list[dict[str, list[dict[str, Any]]]]:
    """Load data sets in a process of its own, whose cache is new and which may ask no hub."""
    environment = {
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HF_HOME": str(cache),
        "HOME": str(cache),
    }
    command = [sys.executable, "-c", LOADS, json.dumps(arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


async def test_votes_in_every_form(store: Store, tmp_path: Path) -> None:
    await vote_on(store, texts(6))
    rows = [each.as_json() async for each in store.feedback()]
    assert len(rows) > 6
    out = tmp_path / "out"
    out.mkdir()
    names = {Format.JSONL: "votes.jsonl", Format.PARQUET: "votes.parquet", Format.DATASET: "votes"}
    for kind, name in names.items():
        assert await write_votes(store.feedback(), out / name, kind) == len(rows)
    lines, table, folder = loaded(
        tmp_path / "cache",
        {"path": "json", "data_files": str(out / "votes.jsonl")},
        {"path": "parquet", "data_files": str(out / "votes.parquet")},
        {"path": str(out / "votes")},
    )
    packed = [
        row | {name: json.dumps(row[name], ensure_ascii=False) for name in ("probabilities", "options")}
        for row in rows
    ]
    assert table == folder == {"train": packed}
    assert lines.keys() == {"train"}
    for name in rows[0].keys() - {"created_at", "updated_at"}:  # JSON has no times: the library guesses them
        assert [row[name] for row in lines["train"]] == [row[name] for row in rows]


async def test_a_snapshot_with_its_parts(store: Store, folder: Path, tmp_path: Path) -> None:
    await vote_on(store, texts(60))
    await store.imports.add_texts([ImportedText("sentiment", texts(60)[0], None, 0, "negative", gold=True)])
    taken = await take_snapshot(store, "sentiment", folder)
    wanted = {part: [asdict(row) for row in rows] for part, rows in read_snapshot(taken.path).items() if rows}
    assert wanted.keys() == set(PARTS)
    files = {part: str(taken.path / f"{part}.jsonl") for part in PARTS}
    assert loaded(tmp_path / "cache", {"path": str(taken.path)}, {"path": "json", "data_files": files}) == [
        wanted,
        wanted,
    ]
