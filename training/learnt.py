"""The texts that a model learnt labels of, by hash, kept beside its weights: they measure nothing.

A file is packed otherwise, sorted otherwise or cut into pieces, and stays the same to a model. So rows are
compared and not files: eight bytes of a hash for each text that a label was learnt of, or that weights were
chosen by. A text of a few letters is nobody's (``held_out.SHORTEST``), so files are known whole, too.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from training.datasets import Example, Labelled
from training.held_out import MOST_LEAKED, hashed, hashes
from training.textfiles import DataError, open_text

LEARNT = "learnt.npz"
"""A file beside the weights, with the two arrays of ``Learnt``."""


def _none() -> NDArray[np.uint64]:
    return np.zeros(0, np.uint64)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a model learnt from, it and those it came from.

    Attributes:
        texts: Hashes of the texts, uint64, sorted, each once.
        files: Hashes of what the files hold, the same.
    """

    texts: NDArray[np.uint64] = field(default_factory=_none)
    files: NDArray[np.uint64] = field(default_factory=_none)

    @classmethod
    def of(cls, examples: Iterable[Example], files: Iterable[str]) -> Self:
        """Take rows, and the paths or URLs that they are from.

        Raises:
            DataError: A file cannot be read.
        """
        texts = hashes(text for each in examples for text in (each.text, each.second) if text)
        return cls(texts, np.unique(np.array([content_hash(file) for file in files], np.uint64)))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what lies beside a model; nothing is known where there is no such file.

        Raises:
            DataError: The file is damaged.
        """
        path = folder / LEARNT
        if not path.is_file():
            return cls()
        try:
            with np.load(path) as stored:
                return cls(np.cumsum(stored["texts"], dtype=np.uint64), stored["files"].astype(np.uint64))
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise DataError(f"{path}: cannot be read ({error})") from None

    def save(self, folder: Path) -> None:
        """Write it beside a model."""
        folder.mkdir(parents=True, exist_ok=True)
        # Of sorted numbers the differences are the smaller ones, which pack better.
        steps = np.diff(self.texts, prepend=np.zeros(1, np.uint64))
        np.savez_compressed(folder / LEARNT, allow_pickle=False, texts=steps, files=self.files)

    def and_(self, other: Learnt) -> Learnt:
        """All that either knows."""
        return Learnt(np.union1d(self.texts, other.texts), np.union1d(self.files, other.files))

    def has_read(self, rows: Iterable[tuple[str, str | None]]) -> list[bool]:
        """Say of each row, a text or a pair, whether one of its texts was learnt from."""
        known = frozenset(self.texts.tolist())
        return [any(hashed(text) in known for text in row if text) for row in rows]

    def unread(self, found: Labelled, source: str) -> Labelled:
        """Leave out the rows one of whose texts was learnt from, and say how many.

        Raises:
            DataError: So many of them, or the whole file, that there is nothing in it to measure on.
        """
        read = self.has_read((each.text, each.second) for each in found.examples)
        new = [each for each, known in zip(found.examples, read, strict=True) if not known]
        total = len(found.examples)
        if (count := total - len(new)) > MOST_LEAKED * total:
            raise DataError(
                f"{source}: {count:,} of {total:,} rows have a text that the model learnt from: the model "
                "knows it, so it measures nothing"
            )
        if len(self.files) and content_hash(source) in frozenset(self.files.tolist()):
            raise DataError(f"{source}: the model learnt from this file: it knows it, so it measures nothing")
        more = (f"{source}: {count:,} rows with a text that the model learnt from left out",) if count else ()
        return Labelled(new, (*found.notes, *more))


def content_hash(source: str) -> int:
    """Hash of the lines of a text: however they are packed, ended, or their letters composed.

    Raises:
        DataError: It cannot be read.
    """
    digest = hashlib.blake2b(digest_size=8)
    with open_text(source) as lines:
        for number, line in enumerate(lines):
            text = unicodedata.normalize("NFC", line if number else line.removeprefix("\ufeff"))
            digest.update(f"{text}\n".encode())
    return int.from_bytes(digest.digest())
