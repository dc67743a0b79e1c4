"""Labelled sets as their authors publish them: NSMC, KLUE-NLI, KorNLI, and reviews with star ratings."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from models.results import LABELS, Task
from training.textfiles import DataError, open_text

NLI_LABELS = LABELS[Task.NLI]
_NLI_COLUMNS = {
    "premise": "premise",
    "sentence1": "premise",
    "hypothesis": "hypothesis",
    "sentence2": "hypothesis",
    "label": "label",
    "gold_label": "label",
}


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text, or pair of texts; ``label`` is the class index."""

    text: str
    second: str | None
    label: int


def leak_key(text: str) -> str:
    """A text without case, space and punctuation: two texts with one key count as the same text."""
    return "".join(char for char in unicodedata.normalize("NFC", text).casefold() if char.isalnum())


def _table(
    source: str, columns: Callable[[list[str]], Sequence[int] | None]
) -> Iterator[tuple[int, list[str]]]:
    """Rows of a TSV as ``(row number, wanted cells)``; a quote is an ordinary character, as published."""
    with open_text(source) as lines:
        header = next(lines, None)
        if header is None:
            raise DataError(f"{source}: the file is empty")
        names = header.lstrip("\ufeff").split("\t")
        wanted = columns(names)
        if wanted is None:
            raise DataError(f"{source}: row 1: the columns {', '.join(names)} are not those of this data set")
        for number, line in enumerate(lines, start=2):
            cells = unicodedata.normalize("NFC", line).split("\t")
            if len(cells) != len(names):
                raise DataError(
                    f"{source}: row {number} has {len(cells)} columns, the header has {len(names)}"
                )
            yield number, [cells[index] for index in wanted]


def read_nsmc(source: str) -> list[Example]:
    """Read NSMC (https://github.com/e9t/nsmc): ``id``, ``document``, ``label`` (0 negative, 1 positive).

    Rows without a text (the published file has eight) are left out.

    Raises:
        DataError: Unreadable, other columns, or a label that is not 0 or 1; names the row.
    """

    def columns(names: list[str]) -> list[int] | None:
        return (
            [names.index("document"), names.index("label")] if {"document", "label"} <= set(names) else None
        )

    examples = []
    for number, (text, label) in _table(source, columns):
        if label not in ("0", "1"):
            raise DataError(f"{source}: row {number}: the label {label!r} is neither 0 nor 1")
        if text.strip():
            examples.append(Example(text, None, int(label)))
    return examples


def read_nli(source: str, *, training: bool = False) -> list[Example]:
    """Read KLUE-NLI or KorNLI TSV: premise, hypothesis and label under either set's column names.

    Args:
        source: Path or URL.
        training: Leave out rows marked 1 in a column ``premise_in_nsmc_test``, where the file has one:
            text of one test set must not train another task of the same trunk.

    Raises:
        DataError: Unreadable, other columns, or an unknown label; names the row.
    """

    def columns(names: list[str]) -> list[int] | None:
        found = {_NLI_COLUMNS[name]: index for index, name in enumerate(names) if name in _NLI_COLUMNS}
        if found.keys() != {"premise", "hypothesis", "label"}:
            return None
        flag = [names.index("premise_in_nsmc_test")] if training and "premise_in_nsmc_test" in names else []
        return [found["premise"], found["hypothesis"], found["label"], *flag]

    examples = []
    for number, (premise, hypothesis, label, *flag) in _table(source, columns):
        if label not in NLI_LABELS:
            raise DataError(
                f"{source}: row {number}: the label {label!r} is not one of {', '.join(NLI_LABELS)}"
            )
        if flag != ["1"]:
            examples.append(Example(premise, hypothesis, NLI_LABELS.index(label)))
    return examples


def read_rated(texts: str, ratings: str) -> list[Example]:
    """Read reviews and their ratings by NSMC's own rule: 1-4 negative, 9-10 positive, the rest left out.

    Args:
        texts: One review a line.
        ratings: The rating of each line, optionally followed by a tab and more.

    Raises:
        DataError: Unreadable, a rating that is no number, or fewer lines than ratings.
    """
    examples = []
    with open_text(texts) as lines, open_text(ratings) as marks:
        for number, mark in enumerate(marks, start=1):
            text = next(lines, None)
            if text is None:
                raise DataError(f"{texts}: ends before row {number}, {ratings} goes on")
            try:
                rating = int(mark.split("\t")[0])
            except ValueError:
                raise DataError(f"{ratings}: row {number}: {mark!r} does not start with a rating") from None
            if rating <= 4 or rating >= 9:
                examples.append(Example(text, None, int(rating >= 9)))
    return examples


def without(examples: list[Example], held_out: list[Example]) -> list[Example]:
    """Leave out every example one of whose texts stands in ``held_out`` (see ``leak_key``)."""
    keys = {leak_key(text) for example in held_out for text in (example.text, example.second) if text}
    return [
        example
        for example in examples
        if not any(leak_key(text) in keys for text in (example.text, example.second) if text)
    ]
