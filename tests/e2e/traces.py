"""Where texts are found in the files of a folder, packed ones too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

_PACKED = (b"\x1f\x8b", b"\xfd7zX", b"BZh", b"\x28\xb5\x2f\xfd")  # gzip, xz, bzip2, zstd


def traces(folder: Path, needles: Sequence[str]) -> list[tuple[str, str]]:
    """Which files of the folder hold which of the texts, byte by byte; tells each once."""
    return [
        (str(file.relative_to(folder)), needle)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        for held in [b"\n".join(_held(file))]
        for needle in needles
        if needle.encode() in held
    ]


def _held(file: Path) -> Iterator[bytes]:
    """What a file holds as it lies there, and unpacked if it is Parquet or a zip, as ``.npz`` is."""
    raw = file.read_bytes()
    yield raw
    assert not raw.startswith(_PACKED), f"{file} is packed: look inside"
    if raw.startswith(b"PAR1"):
        parquet = pytest.importorskip("pyarrow.parquet")
        for row in parquet.read_table(file).to_pylist():
            yield from (str(value).encode() for value in row.values())
    if raw.startswith(b"PK\x03\x04"):
        with ZipFile(file) as packed:
            yield from map(packed.read, packed.namelist())
