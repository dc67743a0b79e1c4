"""Texts of public test and development sets, by hash: they must not train.

    python -m training.held_out nsmc_test=ratings_test.txt klue_nli_dev=klue_nli_dev.tsv \
        kor_sts_dev=sts-dev.tsv kor_sts_test=sts-test.tsv klue_sts_dev=klue_sts_dev.tsv \
        kobest_dev=SentiNeg_dev.tsv kobest_dev=COPA_dev.tsv kobest_test=COPA_test.tsv …

writes ``held_out.npz`` beside this file: eight bytes of a hash per text, so a file that trains can be checked
by who has no copy of the sets. A name that is given again has the texts of all of its files.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from training.command_line import in_one_line
from training.textfiles import DataError, open_text

FILE = Path(__file__).with_name("held_out.npz")
_COLUMNS = frozenset(
    (
        *("document", "premise", "hypothesis", "sentence1", "sentence2", "text_a", "text_b"),
        *("text", "question", "sentence", "1", "2", "context", "choice1", "choice2", "choice3", "choice4"),
        *("comments", "question1", "question2"),
    )
)
"""Columns with texts, in small letters: of NSMC, KLUE, KorNLI and KorSTS; of KoBEST; of the others."""
SHORTEST = 6
"""Letters of a key that count: "최고" stands in every set, and is nobody's test."""
MOST_LEAKED = 0.1
"""A file with a larger share of held-out texts is a test set, or a piece of one."""


def leak_key(text: str) -> str:
    """A text without case, space and punctuation: two texts with one key count as the same text."""
    return "".join(char for char in unicodedata.normalize("NFC", text).casefold() if char.isalnum())


def hashed(text: str) -> int | None:
    """Hash of a text's key; None if the key is too short to tell."""
    key = leak_key(text)
    if len(key) < SHORTEST:
        return None
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())


def hashes(texts: Iterable[str]) -> NDArray[np.uint64]:
    """Sorted hashes of texts, each once."""
    return np.array(sorted({found for text in texts if (found := hashed(text)) is not None}), dtype=np.uint64)


@cache
def public_sets() -> Mapping[str, frozenset[int]]:
    """Hashes that ship, by the name of the set."""
    with np.load(FILE) as stored:
        return {name: frozenset(stored[name].tolist()) for name in stored.files}


def standing_in(texts: Iterable[str]) -> str | None:
    """Name of the public set that one of the texts stands in."""
    keys = {hashed(text) for text in texts}
    return next((name for name, known in public_sets().items() if keys & known), None)


def told(source: str, leaked: Mapping[str, int], total: int, what: str) -> tuple[str, ...]:
    """What to say of that which stands in public sets and is left out.

    Args:
        source: File it was found in.
        leaked: How many by the name of the set.
        total: How many the file has.
        what: Their name.

    Raises:
        DataError: So many of them that the file itself is such a set, or a piece of one.
    """
    if (count := sum(leaked.values())) > MOST_LEAKED * total:
        raise DataError(
            f"{source}: {count:,} of {total:,} {what} stand in {' and '.join(sorted(leaked))}, kept for "
            "measuring: nothing trains on it"
        )
    return tuple(
        f"{source}: {number:,} {what} with a text of {name} left out" for name, number in leaked.items()
    )


def _texts(source: str) -> Iterator[str]:
    """All texts of a table, whatever they are asked for.

    Raises:
        DataError: It has no column with texts, or a row is broken.
    """
    from training.datasets import reader  # noqa: PLC0415  # it uses this module

    with open_text(source) as lines:
        names, rows = reader(source)(source, lines)
        columns = [name for name in names if name.lower() in _COLUMNS]
        if not columns:
            raise DataError(f"{source}: no column with texts among {', '.join(names)[:200]}")
        for number, cells in rows:
            if isinstance(cells, str):
                raise DataError(f"{source}: row {number}: {cells}")
            yield from (cells[name] for name in columns)


@in_one_line
def main(given: Annotated[list[str], typer.Argument(metavar="NAME=FILE")]) -> None:
    """Write the hashes of the texts of files."""
    texts: dict[str, list[str]] = {}
    for argument in given:
        name, _, source = argument.partition("=")
        if not name or not source:
            raise DataError(f"{argument}: not NAME=FILE")
        texts.setdefault(name, []).extend(_texts(source))
    found = {name: hashes(its) for name, its in texts.items()}
    np.savez_compressed(FILE, allow_pickle=False, **found)
    typer.echo(", ".join(f"{name}: {len(values):,} texts" for name, values in found.items()))


if __name__ == "__main__":
    typer.run(main)
