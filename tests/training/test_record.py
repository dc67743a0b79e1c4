from __future__ import annotations

import hashlib
import json
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from training.record import file_hash, hashes_of, write_record
from training.revision import code_revision


def test_a_file_has_its_hash_and_a_folder_changes_with_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    assert file_hash(tmp_path / "a") == hashlib.sha256(b"one").hexdigest()
    before = file_hash(tmp_path)
    (tmp_path / "b").write_bytes(b"two")
    after = file_hash(tmp_path)
    (tmp_path / "b").rename(tmp_path / "c")
    assert len({before, after, file_hash(tmp_path)}) == 3


def test_what_lies_behind_a_url_has_its_hash_and_what_is_not_there_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"one")
    monkeypatch.setattr("training.textfiles._downloaded", {"https://example.org/a.txt": b"one"}.__getitem__)
    found = hashes_of([str(tmp_path / "a"), "https://example.org/a.txt", "nowhere"])
    assert found == dict.fromkeys(
        [str(tmp_path / "a"), "https://example.org/a.txt"], hashlib.sha256(b"one").hexdigest()
    )


def test_the_code_is_a_commit_or_where_there_is_none_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_revision()

    def no_git(*_: object, **__: object) -> None:
        raise subprocess.CalledProcessError(128, "git")

    monkeypatch.setattr(subprocess, "run", no_git)
    assert code_revision() == version("kobert-bot")


def test_a_record_is_read_back(tmp_path: Path) -> None:
    path = write_record(tmp_path, {"lr": 0.1, "out": Path("x"), "tasks": ("nli",)}, [], {"steps": 3})
    body = json.loads(path.read_text("utf-8"))
    assert body["settings"] == {"lr": 0.1, "out": "x", "tasks": ["nli"]}
    assert body["figures"] == {"steps": 3}
    assert body["machine"]["threads"] >= 1
