"""The texts that a model learnt labels of, by hash, kept beside its weights: they measure nothing.

A file is packed otherwise, sorted otherwise or cut into pieces, and stays the same to a model. So rows are
compared and not files: eight bytes of a hash for each text that a label was learnt of, and apart from them
for each that weights were chosen by. A text of a few letters is nobody's (``held_out.SHORTEST``), so files
are known whole, too.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from training.datasets import Example, Labelled
from training.held_out import MOST_LEAKED, hashed, hashes
from training.textfiles import DataError, open_text

LEARNT = "learnt.npz"
"""A file beside the weights, with the arrays of ``Learnt``."""


def _none() -> NDArray[np.uint64]:
    return np.zeros(0, np.uint64)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a model learnt from, it and those it came from.

    Attributes:
        texts: Hashes of the texts whose labels were learnt, uint64, sorted, each once.
        files: Hashes of what their files hold, the same.
        chosen: Hashes of texts that weights were chosen by, and of what their files hold, the same. Versions
            before kept them among the others.
    """

    texts: NDArray[np.uint64] = field(default_factory=_none)
    files: NDArray[np.uint64] = field(default_factory=_none)
    chosen: NDArray[np.uint64] = field(default_factory=_none)

    @classmethod
    def of(cls, examples: Iterable[Example], files: Iterable[str]) -> Self:
        """Take rows that were learnt, and the paths or URLs that they are from.

        Raises:
            DataError: A file cannot be read.
        """
        return cls(_hashes(examples), _file_hashes(files))

    @classmethod
    def chosen_by(cls, examples: Iterable[Example], files: Iterable[str]) -> Self:
        """Take rows that weights were chosen by, likewise.

        Raises:
            DataError: A file cannot be read.
        """
        return cls(chosen=np.union1d(_hashes(examples), _file_hashes(files)))

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
                return cls(
                    np.cumsum(stored["texts"], dtype=np.uint64),
                    stored["files"].astype(np.uint64),
                    stored["chosen"].astype(np.uint64) if "chosen" in stored else _none(),
                )
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise DataError(f"{path}: cannot be read ({error})") from None

    def save(self, folder: Path) -> None:
        """Write it beside a model."""
        folder.mkdir(parents=True, exist_ok=True)
        # Of sorted numbers the differences are the smaller ones, which pack better.
        steps = np.diff(self.texts, prepend=np.zeros(1, np.uint64))
        np.savez_compressed(
            folder / LEARNT, allow_pickle=False, texts=steps, files=self.files, chosen=self.chosen
        )

    def and_(self, other: Learnt) -> Learnt:
        """All that either knows."""
        return Learnt(
            np.union1d(self.texts, other.texts),
            np.union1d(self.files, other.files),
            np.union1d(self.chosen, other.chosen),
        )

    def has_read(self, rows: Iterable[tuple[str, str | None]], *, to_choose: bool = True) -> list[bool]:
        """Say of each row, a text or a pair, whether one of its texts was learnt from.

        Args:
            rows: The texts.
            to_choose: Count it, too, where weights were chosen by it.
        """
        known = frozenset((np.union1d(self.texts, self.chosen) if to_choose else self.texts).tolist())
        return [any(hashed(text) in known for text in row if text) for row in rows]

    def new(self, examples: Sequence[Example], *, to_choose: bool = False) -> list[Example]:
        """Those of some rows none of whose texts was learnt from; ``to_choose`` as above."""
        read = self.has_read(((each.text, each.second) for each in examples), to_choose=to_choose)
        return [each for each, known in zip(examples, read, strict=True) if not known]

    def unread(self, found: Labelled, source: str, *, to_fit: bool = False) -> Labelled:
        """Leave out the rows one of whose texts was learnt from, and say how many.

        Args:
            found: The rows.
            source: Their file.
            to_fit: A temperature is fitted on them, which texts that weights were chosen by are good for;
                else they measure, and those texts would flatter as well.

        Raises:
            DataError: So many of them, or the whole file, that there is nothing in it to measure on.
        """
        how, files = "learnt from", self.files
        if not to_fit:  # hashes of texts and of files are as unlike as any two
            how, files = "learnt from or was chosen by", np.union1d(self.files, self.chosen)
        new = self.new(found.examples, to_choose=not to_fit)
        total = len(found.examples)
        if (count := total - len(new)) > MOST_LEAKED * total:
            raise DataError(
                f"{source}: {count:,} of {total:,} rows have a text that the model {how}: the model "
                "knows it, so it measures nothing"
            )
        if len(files) and content_hash(source) in frozenset(files.tolist()):
            raise DataError(f"{source}: the model {how} this file: it knows it, so it measures nothing")
        more = (f"{source}: {count:,} rows with a text that the model {how} left out",) if count else ()
        return Labelled(new, (*found.notes, *more))


def _hashes(examples: Iterable[Example]) -> NDArray[np.uint64]:
    return hashes(text for each in examples for text in (each.text, each.second) if text)


def _file_hashes(files: Iterable[str]) -> NDArray[np.uint64]:
    return np.unique(np.array([content_hash(file) for file in files], np.uint64))


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
