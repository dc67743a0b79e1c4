"""Labelled sets as their authors publish them: NSMC, KLUE-NLI, KorNLI, and reviews with star ratings."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np

from models.results import LABELS, Task
from training.held_out import leak_key, standing_in, told
from training.textfiles import DataError, open_text

NSMC_LABELS = ("0", "1")  # negative, positive
FLAG = "premise_in_nsmc_test"
"""A column that marks with 1 the rows that hold a text of another task's test set."""
_KINDS = ("genre", "source")
"""Columns that say where a row's text was taken from."""
_Rows = Iterator[tuple[int, Mapping[str, str] | str]]
_SHOWN = 5  # bad rows that are named one by one
_RATINGS = {str(stars): 0 if stars <= 4 else 1 if stars >= 9 else None for stars in range(1, 11)}
_SCORE = "score"
"""A similarity from 0 to 5 in place of a label, as in STS sets."""
_SAME = 4.0
"""From here on two sentences of an STS set say the same but for unimportant details (Cer et al. 2017,
https://arxiv.org/abs/1708.00055): each entails the other. Below, the score tells no label."""
_COLUMNS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "sentiment": {"text": ("document", "text_a"), "label": ("label",)},
    "nli": {
        "text": ("premise", "sentence1", "text_a"),
        "second": ("hypothesis", "sentence2", "text_b"),
        "label": ("gold_label", "label", _SCORE),
    },
    "nsp": {"text": ("text_a",), "second": ("text_b",), "label": ("label",)},
}
"""The names under which published sets have them, and our own snapshots (``text_a``, ``text_b``)."""
_CODES: Mapping[str, Sequence[str]] = {"sentiment": NSMC_LABELS}
"""Labels that a set writes as numbers, by class index."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text, or pair of texts; ``label`` is the class index."""

    text: str
    second: str | None
    label: int
    source: str = ""
    """Name of the file it came from, and within it the genre, where the file has that."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """What was read.

    Attributes:
        examples: In the order of the file.
        notes: A line for each kind of row that was left out, with the number of them.
    """

    examples: list[Example]
    notes: tuple[str, ...] = ()


class _Bad:
    """Rows that cannot be used."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._rows: list[tuple[int, str]] = []

    def add(self, row: int, why: str) -> None:
        self._rows.append((row, why))

    def notes(self, *, skip: bool) -> tuple[str, ...]:
        """What to say of them.

        Raises:
            DataError: There are some, and they are not to be skipped.
        """
        if not self._rows:
            return ()
        row, why = self._rows[0]
        said = f"{self._source}: row {row}: {why}"
        if more := len(self._rows) - 1:
            others = ", ".join(str(other) for other, _ in self._rows[1:_SHOWN])
            said += (
                f"; {more:,} more bad row{'s' if more > 1 else ''}: {others}{', …' if more >= _SHOWN else ''}"
            )
        if not skip:
            raise DataError(f"{said} (--skip-bad leaves such rows out)")
        return (f"{said}; left out",)


def class_of(task: str, label: str) -> int | None:
    """Return the class that a label of a file names, by its name or its number; None if it names none."""
    labels, codes = LABELS[Task(task)], _CODES.get(task, ())
    if label in codes:
        return codes.index(label)
    return labels.index(label) if label in labels else None


def no_label(task: str, label: str) -> str:
    """Say that a label names no class, and which ones there are: as people's votes and files have them."""
    labels, codes = LABELS[Task(task)], _CODES.get(task)
    names = (
        labels if codes is None else [f"{name} ({code})" for name, code in zip(labels, codes, strict=True)]
    )
    return f"the label {label!r} is not one of {', '.join(names)}"


def read(
    task: str, source: str, *, skip_bad: bool = False, flagged: bool = True, scored: bool = False
) -> Labelled:
    """Read NSMC (https://github.com/e9t/nsmc), KLUE-NLI, KorNLI or KorSTS as published.

    Of an STS set, the pairs that say the same are entailments to learn from; the others tell nothing here and
    are counted. Nothing is measured on one label alone.

    Columns are found by their names; a quote is an ordinary character. NSMC has a few rows without a text:
    they are left out, and noted.

    Args:
        task: ``sentiment`` (``document``, ``label`` 0 or 1), ``nli`` (premise, hypothesis and label under
            either set's names), or either or ``nsp`` as a snapshot of the feedback has it.
        source: Path or URL of a TSV, of KLUE's JSON, or of a snapshot's JSON lines.
        skip_bad: Leave out rows that cannot be used, and note them, instead of refusing the file.
        flagged: Keep rows that a column ``premise_in_nsmc_test`` marks.
        scored: Take a file with similarity scores.

    Raises:
        DataError: Unreadable, empty, other columns, or bad rows; one line with the first row's number.
    """
    name, bad, left_out = Path(source).name, _Bad(source), Counter[str]()
    examples: list[Example] = []
    with open_text(source) as lines:
        names, rows = reader(source)(source, lines)
        wanted = _wanted(task, names, source)
        _check_scores(wanted, source, scored=scored)
        flag = FLAG if FLAG in names and not flagged else ""
        kind = next((column for column in _KINDS if column in names), "")
        for number, cells in rows:
            if isinstance(cells, str):
                bad.add(number, cells)
                continue
            missing = [column for column in wanted.values() if column not in cells]
            if missing:
                bad.add(number, f"no {missing[0]}")
                continue
            row = {what: unicodedata.normalize("NFC", cells[column]) for what, column in wanted.items()}
            if wanted["label"] == _SCORE:
                if (similar := _number(row["label"])) is None:
                    bad.add(number, f"the score {row['label']!r} is not a number from 0 to 5")
                    continue
                if similar < _SAME:
                    left_out[f"with a score under {_SAME:g}"] += 1
                    continue
                row["label"] = "entailment"
            index = class_of(task, row["label"])
            if index is None:
                bad.add(number, no_label(task, row["label"]))
            elif not all(text.strip() for what, text in row.items() if what != "label"):
                left_out["without a text"] += 1
            elif cells.get(flag) == "1":
                left_out[f"marked in {FLAG}"] += 1
            else:
                origin = f"{name}, {cells[kind]}" if kind and kind in cells else name
                examples.append(Example(row["text"], row.get("second"), index, origin))
    return _labelled(source, examples, bad.notes(skip=skip_bad), left_out)


def _check_scores(wanted: Mapping[str, str], source: str, *, scored: bool) -> None:
    if wanted["label"] == _SCORE and not scored:
        raise DataError(f"{source}: similarity scores are no labels to measure or to choose by")


def _number(score: str) -> float | None:
    try:
        found = float(score)
    except ValueError:
        return None
    return found if 0 <= found <= 5 else None


def _labelled(
    source: str, examples: list[Example], notes: tuple[str, ...], left_out: Mapping[str, int]
) -> Labelled:
    if not examples:
        raise DataError(f"{source}: no rows that could be used")
    counted = (f"{source}: {count:,} rows {why} left out" for why, count in left_out.items())
    return Labelled(examples, (*notes, *counted))


def _tsv(source: str, lines: Iterator[str]) -> tuple[list[str], _Rows]:
    """The column names, and each row, or what is wrong with it."""
    header = next(lines, None)
    if header is None:
        raise DataError(f"{source}: the file is empty")
    names = header.lstrip("\ufeff").split("\t")

    def rows() -> _Rows:
        for number, line in enumerate(lines, start=2):
            cells = line.split("\t")
            if len(cells) == len(names):
                yield number, dict(zip(names, cells, strict=True))
            else:
                yield number, f"{len(cells)} columns, the header has {len(names)}"

    return names, rows()


def _json_lines(source: str, lines: Iterator[str]) -> tuple[list[str], _Rows]:
    """The same of an object a line, as a snapshot of the feedback has them."""
    found = list(lines)
    try:
        first = json.loads(found[0]) if found else None
    except json.JSONDecodeError as error:
        raise DataError(f"{source}: row 1 is not JSON ({error.msg})") from None
    if not isinstance(first, dict):
        raise DataError(f"{source}: {'row 1 is no object' if found else 'the file is empty'}")
    names = [name for name, value in first.items() if value is not None]

    def rows() -> _Rows:
        for number, line in enumerate(found, start=1):
            try:
                each = json.loads(line)
            except json.JSONDecodeError as error:
                yield number, f"is not JSON ({error.msg})"
                continue
            if isinstance(each, dict):
                yield number, {name: str(value) for name, value in each.items() if value is not None}
            else:
                yield number, "is no object"

    return names, rows()


def reader(source: str) -> Callable[[str, Iterator[str]], tuple[list[str], _Rows]]:
    """What reads a TSV, KLUE's JSON or JSON lines: column names, and each row or what is wrong with it."""
    suffixes = Path(source).suffixes
    if ".jsonl" in suffixes:
        return _json_lines
    return _json if ".json" in suffixes else _tsv


def _json(source: str, lines: Iterator[str]) -> tuple[list[str], _Rows]:
    """The same of a list of objects, as KLUE publishes its sets; rows count from 1."""
    try:
        found = json.loads("\n".join(lines))
    except json.JSONDecodeError as error:
        raise DataError(f"{source}: row {error.lineno} is not JSON ({error.msg})") from None
    if not (isinstance(found, list) and found and isinstance(found[0], dict)):
        raise DataError(f"{source}: no list of objects")
    names = list(found[0])

    def rows() -> _Rows:
        for number, each in enumerate(found, start=1):
            if isinstance(each, dict) and all(name in each for name in names):
                yield number, {name: str(value) for name, value in each.items() if value is not None}
            else:
                yield number, f"not an object with {', '.join(names)}"

    return names, rows()


def _wanted(task: str, names: Sequence[str], source: str) -> dict[str, str]:
    found = {}
    for what, known in _COLUMNS[task].items():
        here = [name for name in known if name in names]
        if not here:
            there = " ".join(", ".join(names).split())[:200]  # a file of old Macs is one line
            raise DataError(
                f"{source}: row 1: no column {' or '.join(known)} among {there}; "
                f"{task} wants a file with named columns, as published"
            )
        found[what] = here[0]
    return found


def read_rated(texts: str, ratings: str, *, skip_bad: bool = False) -> Labelled:
    """Read reviews and their ratings by NSMC's own rule: 1-4 negative, 9-10 positive, the rest left out.

    Args:
        texts: One review a line.
        ratings: The rating of each line, 1 to 10, optionally followed by a tab and more.
        skip_bad: Leave out rows without such a rating, and note them, instead of refusing the file.

    Raises:
        DataError: Unreadable, not as many texts as ratings, bad rows, or none to use.
    """
    name, bad, left_out = Path(texts).name, _Bad(ratings), Counter[str]()
    examples: list[Example] = []
    with open_text(texts) as lines, open_text(ratings) as marks:
        for number, (line, mark) in enumerate(zip_longest(lines, marks), start=1):
            if line is None or mark is None:
                ended, other = (texts, ratings) if line is None else (ratings, texts)
                raise DataError(f"{ended}: ends before row {number}, {other} goes on")
            text, rating = unicodedata.normalize("NFC", line), mark.split("\t")[0].strip()
            if rating not in _RATINGS:
                bad.add(number, f"{mark!r} does not start with a rating of 1 to 10")
            elif not text.strip():
                left_out["without a text"] += 1
            elif (label := _RATINGS[rating]) is None:
                left_out["rated 5 to 8"] += 1
            else:
                examples.append(Example(text, None, label, name))
    return _labelled(texts, examples, bad.notes(skip=skip_bad), left_out)


def balanced(examples: list[Example], *, seed: int = 0) -> list[Example]:
    """As many of each label as there are of the rarest, drawn at random, in their order.

    Most reviews praise; reading all of them leaves little of a step to blame.
    """
    labels = np.array([example.label for example in examples])
    fewest = int(np.bincount(labels)[np.unique(labels)].min()) if len(labels) else 0
    rng = np.random.default_rng(seed)
    kept = [rng.permutation(np.flatnonzero(labels == label))[:fewest] for label in np.unique(labels)]
    return [examples[index] for index in sorted(np.concatenate(kept).tolist())] if kept else []


def without(examples: list[Example], held_out: list[Example]) -> list[Example]:
    """Leave out every example one of whose texts stands in ``held_out`` (see ``leak_key``)."""
    keys = {leak_key(text) for example in held_out for text in (example.text, example.second) if text}
    return [
        example
        for example in examples
        if not any(leak_key(text) in keys for text in (example.text, example.second) if text)
    ]


def without_public(read: Labelled, source: str) -> Labelled:
    """Leave out texts of public test and development sets, by the hashes that ship.

    Raises:
        DataError: So many of them that the file itself is such a set, or a piece of one.
    """
    kept, leaked = [], Counter[str]()
    for example in read.examples:
        if name := standing_in(text for text in (example.text, example.second) if text):
            leaked[name] += 1
        else:
            kept.append(example)
    return Labelled(kept, read.notes + told(source, leaked, len(read.examples), "rows"))
