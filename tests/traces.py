"""What the files of an SQLite database hold, byte by byte: deleted rows, its log and the log's index too."""

from __future__ import annotations

from pathlib import Path


def traces(folder: Path, *needles: str) -> list[tuple[str, str]]:
    """Return the files of the folder's databases, and which of the needles they hold."""
    files = sorted(file for file in folder.iterdir() if ".db" in file.name)
    kinds = {file.name.partition(".db")[2] for file in files} - {".bot.lock"}  # beside that of a bot
    assert kinds == {"", "-wal", "-shm"}, "it is open"
    return [
        (file.name, needle) for file in files for needle in needles if needle.encode() in file.read_bytes()
    ]
