"""What a model reads: pieces of text, fitted into its length, with special tokens around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import TypeVar

from models.results import Task

Span = tuple[int, int]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text cut into subwords, without the special tokens that frame an input.

    Attributes:
        ids: Vocabulary indices.
        spans: Per piece the characters it came from, ``[start, end)`` in the text that was cut.
    """

    ids: Sequence[int]
    spans: Sequence[Span]

    def __len__(self) -> int:
        return len(self.ids)

    def window(self, start: int, length: int) -> Pieces:
        """The ``length`` pieces from ``start`` on."""
        return Pieces(self.ids[start : start + length], self.spans[start : start + length])


@dataclass(frozen=True, slots=True)
class Frame:
    """The special tokens around texts: ``[CLS] A [SEP] B [SEP]``, ``<s> A </s></s> B </s>``.

    Attributes:
        before: Ids before the first text.
        between: Ids between two texts (unused for one).
        after: Ids after the last text.
        segments: ``token_type_ids`` of the parts before, A, between, B, after.
    """

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]
    segments: tuple[int, int, int, int, int]

    @property
    def size(self) -> int:
        """How many special tokens there are."""
        return len(self.before) + len(self.between) + len(self.after)


@dataclass(frozen=True, slots=True)
class Encoding:
    """One input sequence; every field has the sequence's length.

    Attributes:
        ids: ``input_ids``.
        segments: ``token_type_ids``.
        spans: Characters each piece came from, in its own text; ``(0, 0)`` for the special tokens of the
            frame.
        texts: Which text each piece is of, 0 or 1; None for the special tokens of the frame.
        truncated: Whether pieces were cut away.
    """

    ids: tuple[int, ...]
    segments: tuple[int, ...]
    spans: tuple[Span, ...]
    texts: tuple[int | None, ...]
    truncated: bool

    @property
    def is_empty(self) -> bool:
        """Whether the tokenizer found nothing in the texts."""
        return all(text is None for text in self.texts)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Query:
    """What the engine is asked: one sequence, one head, and where to read it.

    Attributes:
        task: The head.
        encoding: The sequence.
        positions: For ``mask``, the positions whose words are wanted, in reading order; else empty ([CLS] is
            read).
        slots: For ``mask``, per blank of the text its index in ``positions``, or None if it was cut away.
    """

    task: Task
    encoding: Encoding
    positions: tuple[int, ...] = ()
    slots: tuple[int | None, ...] = ()


def longest_first(first: int, second: int, room: int) -> tuple[int, int]:
    """How many pieces of two texts stay when both must fit: the longer one is cut until both are equal.

    The result of the ``longest_first`` truncation of Hugging Face's ``tokenizers``: of an odd room the longer
    text has the odd piece, the second if both are as long.
    """
    if first + second <= room:
        return first, second
    shorter = min(first, second, room // 2)
    return (room - shorter, shorter) if first > second else (shorter, room - shorter)


def frame(first: Pieces, second: Pieces | None, around: Frame, *, truncated: bool) -> Encoding:
    """Put special tokens around one or two texts that fit."""
    between = () if second is None else around.between
    second = second or Pieces((), ())
    before, after = len(around.before), len(around.after)
    sizes = (before, len(first), len(between), len(second), after)

    def spread(values: Sequence[Item]) -> tuple[Item, ...]:
        return tuple(chain.from_iterable(map(repeat, values, sizes)))

    nowhere = (0, 0)
    return Encoding(
        ids=(*around.before, *first.ids, *between, *second.ids, *around.after),
        segments=spread(around.segments),
        spans=(
            *repeat(nowhere, before),
            *first.spans,
            *repeat(nowhere, len(between)),
            *second.spans,
            *repeat(nowhere, after),
        ),
        texts=spread((None, 0, None, 1, None)),
        truncated=truncated,
    )


def densest_window(marks: Sequence[int], total: int, room: int) -> int:
    """Where a window of ``room`` positions should start so that it shows as many marks as it can.

    The beginning of the text if all marks are there; else the earliest window with the most marks, those
    marks in its middle so that each has context on both sides.

    Args:
        marks: Increasing positions, at least one.
        total: How many positions there are.
        room: How many fit; at least 1.
    """
    if total <= room or marks[-1] < room:
        return 0
    best = (0, 0, 0)
    last = 0
    for index, mark in enumerate(marks):
        while last + 1 < len(marks) and marks[last + 1] - mark < room:
            last += 1
        count = last - index + 1
        if count > best[0]:
            best = (count, mark, marks[last])
    _, low, high = best
    slack = room - (high - low + 1)
    return max(0, min(low - slack // 2, total - room))
