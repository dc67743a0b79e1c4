"""From the rows of a file to votes and labelled texts, or to what is wrong with a row."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache

from pydantic import TypeAdapter, ValidationError

from models.results import LABELS, Task
from storage.agreed import GOLD, GOLD_BY_VOTERS, IMPORTED, MAINTAINER, VOTERS, ImportedText
from storage.content import storable
from storage.export import FeedbackRow
from storage.privacy.pseudonym import SHORT
from storage.values import SKIPPED, TYPED, VoteKind
from training.datasets import class_of, no_label
from training.feedback.ballots import Method
from training.feedback.columns import LABEL, SECOND, TEXT, VOTER
from training.feedback.deciding import TAUGHT

_PAIRS = (Task.NLI, Task.NSP)
_BLANK = "[MASK]"
_LARGEST = 2**31 - 1  # of what a database counts
_PSEUDONYM = re.compile(rf"[0-9a-f]{{{SHORT}}}")


class BadRow(Exception):
    """What is wrong with a row, in a few words."""


def is_vote(values: Mapping[str, object]) -> bool:
    """Whether a row is of somebody's vote, rather than of a text with its label."""
    return VOTER in values


def vote(values: Mapping[str, object]) -> FeedbackRow:
    """Read a vote as ``kobert-bot feedback export`` writes it.

    Of an export from before it told of buttons, those of a task with few labels are known.

    Raises:
        BadRow: It cannot be used.
    """
    try:
        row = _votes().validate_python(_completed(_storable(values)))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadRow(f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}") from None
    _check_vote(row)
    return row


def labelled_text(values: Mapping[str, object], task: str | None, *, gold: bool) -> ImportedText:
    """Read a text with its label: of NSMC, KLUE-NLI or KorNLI as published, or of a snapshot.

    Args:
        values: What the row says.
        task: What its label is of; None to tell by its columns.
        gold: Whether the maintainer knows the label to be right; what a snapshot has as gold is so anyway.
            There, what voters made known stays theirs: else it would come back as a proof of themselves.

    Raises:
        BadRow: It cannot be used.
    """
    text, second = _first(values, TEXT), _first(values, SECOND)
    label = _first(values, LABEL)
    if text is None or not text.strip():
        raise BadRow("has no text")
    if label is None or not label.strip():
        raise BadRow("has no label")
    task = task or _task_of(values, second)
    if task not in TAUGHT:
        raise BadRow(f"the task {task!r} is not one of {', '.join(TAUGHT)}")
    slot = _slot(values.get("slot", 0))
    if (known := LABELS.get(Task(task))) is not None:
        index = class_of(task, label)
        if index is None:
            raise BadRow(no_label(task, label))
        label = known[index]
    if task in _PAIRS and (second is None or not second.strip()):
        raise BadRow("has no second text")
    if not 0 <= slot < (text.count(_BLANK) if task == Task.MASK else 1):
        raise BadRow(f"there is no blank {slot} in it" if task == Task.MASK else f"there is no slot {slot}")
    sure = values.get("confidence")
    confidence = float(sure) if isinstance(sure, int | float) and 0 <= sure <= 1 else 1.0
    method, voters = _decided(values)
    return ImportedText(
        str(task),
        text,
        second if task in _PAIRS else None,
        slot,
        label,
        confidence,
        gold=gold or method in {GOLD, GOLD_BY_VOTERS},
        source=VOTERS if method == GOLD_BY_VOTERS and not gold else MAINTAINER,
        method=method,
        voters=voters,
    )


@cache
def _votes() -> TypeAdapter[FeedbackRow]:
    return TypeAdapter(FeedbackRow)


def _completed(values: Mapping[str, object]) -> Mapping[str, object]:
    if "choice" in values:
        return values
    task, label, shown = values.get("task"), values.get("label"), values.get("shown")
    labels = LABELS.get(Task(task)) if isinstance(task, str) and task in set(Task) else None
    if labels is None or label not in labels or shown not in labels:
        raise BadRow("tells of no button (choice, options): it was exported by an older version")
    options = [str(shown), *(each for each in labels if each != shown)]
    return {**values, "options": [options], "choice": options.index(str(label)), "blind": False}


def _check_vote(row: FeedbackRow) -> None:
    button = row.options[row.slot] if 0 <= row.slot < len(row.options) else ()
    pressed = 0 <= row.choice < len(button) and button[row.choice] == row.label
    typed_or_skipped = row.choice in {TYPED, SKIPPED}
    for wrong, why in (
        (row.task not in set(Task), f"task: {row.task!r} is none of {', '.join(Task)}"),
        (not _PSEUDONYM.fullmatch(row.annotator), f"annotator: not {SHORT} hexadecimal digits"),
        (row.kind not in set(VoteKind), f"kind: {row.kind!r} is none of {', '.join(VoteKind)}"),
        (not row.text_a.strip(), "text_a: empty"),
        (not 0 <= row.prediction_id <= _LARGEST, "prediction_id: no number of an answer"),
        (not 0 <= row.slot < max(len(row.options), 1), "slot: there is no such slot"),
        (not typed_or_skipped and not pressed, "choice: no such button"),
        (
            not all(each.tzinfo for each in (row.created_at, row.updated_at)),
            "created_at, updated_at: no zone",
        ),
        (not _finite(row.probabilities), "probabilities: not finite"),
        (len(row.model) > 255 or len(row.version) > 64, "model, version: too long"),
    ):
        if wrong:
            raise BadRow(why)


def _storable(values: Mapping[str, object]) -> dict[str, object]:
    """Replace what a database cannot hold, in a label as in the button that it names."""
    return {name: _cleaned(value) for name, value in values.items()}


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(name)): _cleaned(each) for name, each in value.items()}
    return [_cleaned(each) for each in value] if isinstance(value, list) else value


def _finite(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(_finite(each) for each in value.values())
    return all(_finite(each) for each in value) if isinstance(value, list | tuple) else True


def _first(values: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    found = next((values[name] for name in names if values.get(name) is not None), None)
    return None if found is None else str(found)


def _task_of(values: Mapping[str, object], second: str | None) -> str:
    if isinstance(said := values.get("task"), str):
        return said
    if "document" in values:
        return Task.SENTIMENT
    if "hypothesis" in values or "sentence2" in values:
        return Task.NLI
    label = _first(values, LABEL)
    pair = second is not None
    fits = [task for task, labels in LABELS.items() if label in labels and (task in _PAIRS) == pair]
    if len(fits) != 1:
        raise BadRow("tells of no task: --task says which")
    return fits[0]


def _decided(values: Mapping[str, object]) -> tuple[str, int]:
    """How a snapshot says that its label was decided, and how many counted; other files say nothing of it."""
    method, voters = values.get("method"), values.get("voters")
    if not isinstance(method, str) or method not in set(Method):
        return IMPORTED, 0
    return method, voters if isinstance(voters, int) and 0 <= voters <= _LARGEST else 0


def _slot(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise BadRow(f"the slot {value!r} is no number") from None
