"""What a run leaves behind: from which data and code, with which settings, it came to which figures."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import torch

from training.processes import Processes
from training.revision import code_revision
from training.textfiles import download_hash, is_url

RECORD = "record.json"
PICTURE = "curve.png"
_FREE = frozenset(
    ("out", "minutes", "steps", "epochs", "device", "dry_run", "config", "half")
)  # when it ends, and where; with a replay, epochs also say how much of it is read
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
    """Hashes of files, folders and what lies behind URLs, by name; what is not there has none."""
    return {
        source: download_hash(source) if is_url(source) else file_hash(Path(source))
        for source in sources
        if is_url(source) or Path(source).exists()
    }


@dataclass(frozen=True, slots=True)
class Origin:
    """What the weights of a run come from.

    Attributes:
        settings: Options in words, but for those that only say when it ends and where it lies.
        data: Hashes of what it reads, by name.
        code: Revisions of the code that made its steps; a run may go on under another.
        threads: With how many each process computed, on the CPU; with others sums are rounded otherwise,
            and a run may go on.
        totals: Of how many steps its steps were made, each number that was asked for in turn; the learning
            rate falls by it, and a run may go on to another.
        read: Those settings that name what it reads, with hashes in place of the names: one file may be
            named in many ways.
    """

    settings: dict[str, str]
    data: dict[str, str]
    code: tuple[str, ...] = ()
    threads: tuple[int, ...] = ()
    totals: tuple[int, ...] = ()
    read: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Mapping[str, Any], data: Iterable[str], processes: Processes) -> Self:
        """Take the options of a command, the files it reads, and who trains."""
        free = _FREE - {"epochs"} if settings.get("replay") else _FREE
        said = {name: str(value) for name, value in settings.items() if name not in free}
        hashes = hashes_of(data)
        read = {name: str(_hashed(settings[name], hashes)) for name in said}
        threads = (torch.get_num_threads(),) if processes.device.type == "cpu" else ()
        said["processes"] = str(processes.count)
        read = {name: its for name, its in read.items() if its != said[name]}
        return cls(said, hashes, (code_revision(),), threads, read=read)

    def changes(self, now: Origin) -> list[str]:
        """What is different now, in words; nothing if a run can go on.

        An option that there was not then is none.
        """
        alike = self.read.items() & now.read.items() | self.settings.items() & now.settings.items()
        said = [
            f"{name} was {self.settings[name]}, is {now.settings[name]}"
            for name in sorted((self.settings.keys() & now.settings.keys()).difference(dict(alike)))
        ]
        both = sorted(self.data.keys() & now.data.keys())
        return said + [f"{name} has changed" for name in both if self.data[name] != now.data[name]]

    def after(self, then: Origin) -> Origin:
        """This one, with the revisions, the threads and the numbers of steps before it."""
        return replace(
            self,
            code=tuple(dict.fromkeys((*then.code, *self.code))),
            threads=tuple(dict.fromkeys((*then.threads, *self.threads))),
            totals=(*then.totals, *self.totals),
        )

    def of_steps(self, total: int) -> Origin:
        """This one, its next steps being of so many."""
        return self if total in self.totals[-1:] else replace(self, totals=(*self.totals, total))


def write_record(
    folder: Path,
    settings: Mapping[str, Any],
    data: Iterable[str],
    figures: Mapping[str, Any],
    origin: Origin | None = None,
) -> Path:
    """Write ``record.json``.

    Args:
        folder: Of the run.
        settings: All of its options.
        data: Files and folders it read.
        figures: What it reached.
        origin: Of a run that can be continued.

    Returns:
        The file.
    """
    path = folder / RECORD
    body = {
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": [code_revision()] if origin is None else list(origin.code),
        "settings": {name: value if _plain(value) else str(value) for name, value in settings.items()},
        "data": hashes_of(data) if origin is None else origin.data,
        "figures": figures,
        "origin": None if origin is None else asdict(origin),
        "packages": {name: version(name) for name in _PACKAGES},
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "threads": torch.get_num_threads(),
            "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        },
    }
    partial = path.with_suffix(".partial")  # a kill leaves the old record or the new one
    partial.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)
    return path


def read_record(folder: Path) -> dict[str, Any] | None:
    """The record of a run; None if it has none, or somebody else's file."""
    try:
        body = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return body if isinstance(body, dict) else None


def _hashed(value: object, hashes: Mapping[str, str]) -> object:
    """A setting with hashes in place of the names of files; of a tokenizer's folder one file is read."""
    if isinstance(value, dict):
        return {name: _hashed(each, hashes) for name, each in value.items()}
    if isinstance(value, list | tuple):
        found = [_hashed(each, hashes) for each in value]
        return found if isinstance(value, list) else tuple(found)
    if not isinstance(value, str | Path):
        return value
    whole, (name, equals, share) = str(value), str(value).rpartition("=")
    known = hashes.get(whole) or hashes.get(str(Path(whole) / "tokenizer.json"))
    return known or hashes.get(name, name) + equals + share


def _plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | list | tuple | dict)
