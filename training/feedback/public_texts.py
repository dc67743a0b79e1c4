"""Texts that others measure on: whoever trained on them would measure their own memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.held_out import leak_key, standing_in
from training.textfiles import DataError, open_text


@dataclass(frozen=True, slots=True)
class PublicTexts:
    """What is left out of a data set.

    Attributes:
        files: Files that were named, with the SHA-256 of what they hold.
        keys: Keys of the texts in them, by the file's name.
    """

    files: tuple[tuple[str, str], ...] = ()
    keys: tuple[tuple[str, Collection[str]], ...] = field(default=(), repr=False)

    def holds(self, texts: Sequence[str]) -> str | None:
        """Return the name of the set or file that one of the texts stands in."""
        own = {key for text in texts if (key := leak_key(text))}
        for name, keys in self.keys:
            if not own.isdisjoint(keys):
                return name
        return standing_in(texts)


def read_public(sources: Iterable[str]) -> PublicTexts:
    """Read files whose texts are left out, whatever their columns: every cell counts as a text.

    Args:
        sources: Paths or URLs of plain text, TSV, JSON or JSON lines, packed with gzip or xz or not.

    Raises:
        DataError: One cannot be read, is not UTF-8 or has no text; one line.
    """
    files, known = [], []
    for source in sources:
        digest, keys = hashlib.sha256(), set[str]()
        whole: list[str] = []
        with open_text(source) as lines:
            for line in lines:
                digest.update(f"{line}\n".encode())
                whole.append(line)
        for text in _texts(source, whole):
            if key := leak_key(text):
                keys.add(key)
        if not keys:
            raise DataError(f"{source}: there is no text in it")
        files.append((Path(source).name, digest.hexdigest()))
        known.append((Path(source).name, frozenset(keys)))
    return PublicTexts(tuple(files), tuple(known))


def _texts(source: str, lines: list[str]) -> Iterator[str]:
    if ".jsonl" in Path(source).suffixes:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield from _strings(_parsed(source, line, number))
    elif ".json" in Path(source).suffixes:
        yield from _strings(_parsed(source, "\n".join(lines), 1))
    else:
        for line in lines:
            yield from line.removeprefix("\ufeff").split("\t")


def _parsed(source: str, text: str, row: int) -> object:
    try:
        found: object = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise DataError(f"{source}: row {row + error.lineno - 1} is not JSON ({error.msg})") from None
    return found


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
