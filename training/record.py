"""What a run leaves behind: from which data and code, with which settings, it came to which figures."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

RECORD = "record.json"
_PACKAGES = ("kobert-bot", "torch", "transformers", "tokenizers", "numpy")


def file_hash(path: Path) -> str:
    """SHA-256 of a file; of a folder, of its files' names and hashes."""
    digest = hashlib.sha256()
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            if each.is_file():
                digest.update(f"{each.relative_to(path)}\0{file_hash(each)}\n".encode())
    else:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def hashes_of(sources: Iterable[str]) -> dict[str, str]:
    """Hashes of files and folders by name; what lies behind a URL has none."""
    return {source: file_hash(Path(source)) for source in sources if Path(source).exists()}


def code_revision() -> str:
    """The commit of the code, ``+`` if files were changed since; without a repository, the version."""
    folder = Path(__file__).parent

    def git(*arguments: str) -> str:
        return subprocess.run(  # noqa: S603  # our own arguments
            ["git", *arguments],  # noqa: S607  # git is where the path has it
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", str(folder)) else "")
    except (OSError, subprocess.CalledProcessError):
        return version("kobert-bot")


def write_record(
    folder: Path, settings: Mapping[str, Any], data: Iterable[str], figures: Mapping[str, Any]
) -> Path:
    """Write ``record.json``.

    Args:
        folder: Of the run.
        settings: All of its options.
        data: Files and folders it read.
        figures: What it reached.

    Returns:
        The file.
    """
    path = folder / RECORD
    body = {
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": code_revision(),
        "settings": {name: value if _plain(value) else str(value) for name, value in settings.items()},
        "data": hashes_of(data),
        "figures": figures,
        "packages": {name: version(name) for name in _PACKAGES},
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "threads": torch.get_num_threads(),
            "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        },
    }
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | list | tuple | dict)
