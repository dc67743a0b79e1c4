"""Sequences end to end without padding, and which of their rows the heads read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, groupby

import torch
from torch import Tensor

from models.encoding import Query


@dataclass(frozen=True, slots=True)
class Group:
    """Sequences of one length that lie side by side: attention needs no mask and no padding for them.

    Attributes:
        start: Row of the first one's first token.
        count: How many sequences.
        length: Tokens of each.
        reads: Rows of each that a head reads.
    """

    start: int
    count: int
    length: int
    reads: int

    @property
    def rows(self) -> slice:
        """Where its tokens lie."""
        return slice(self.start, self.start + self.count * self.length)


@dataclass(frozen=True, slots=True)
class Pack:
    """A batch as one row of tokens, the shortest sequences first.

    Attributes:
        input_ids: int64 ``[tokens]``.
        position_ids: int64 ``[tokens]``; begins anew with each sequence.
        token_type_ids: int64 ``[tokens]``.
        groups: In the order of the rows.
        reads: int64 ``[reads]``, the rows whose last hidden state a head reads.
        answers: Per query, in the order they came, where its rows lie in ``reads``.
        starts: int32 ``[sequences + 1]``, where sequences begin and the last one ends; for a GPU's attention.
        read_starts: The same in ``reads``.
    """

    input_ids: Tensor
    position_ids: Tensor
    token_type_ids: Tensor
    groups: tuple[Group, ...]
    reads: Tensor
    answers: tuple[slice, ...]
    starts: Tensor | None = None
    read_starts: Tensor | None = None


def pack(queries: Sequence[Query], device: torch.device) -> Pack:
    """Lay sequences end to end.

    Args:
        queries: At least one; ``[CLS]`` (position 0) is read where a query names no positions.
        device: Where the tensors go.
    """
    ids: list[int] = []
    positions: list[int] = []
    segments: list[int] = []
    reads: list[int] = []
    groups: list[Group] = []
    answers = [slice(0)] * len(queries)
    lengths = [len(query.encoding) for query in queries]
    for length, members in groupby(sorted(range(len(queries)), key=lengths.__getitem__), lengths.__getitem__):
        same = list(members)
        wanted = [queries[index].positions or (0,) for index in same]
        width = max(map(len, wanted))
        groups.append(Group(len(ids), len(same), length, width))
        positions += [*range(length)] * len(same)
        for index, own in zip(same, wanted, strict=True):
            answers[index] = slice(len(reads), len(reads) + len(own))
            # A group is a full array: who reads fewer rows reads the first again, and nobody looks at it.
            reads += [len(ids) + position for position in own] + [len(ids) + own[0]] * (width - len(own))
            ids += queries[index].encoding.ids
            segments += queries[index].encoding.segments
    parts: list[Sequence[int]] = [ids, positions, segments, reads]
    if device.type == "cuda":
        each = [group for group in groups for _ in range(group.count)]
        parts.append([*accumulate((group.length for group in each), initial=0)])
        parts.append([*accumulate((group.reads for group in each), initial=0)])
    # One staging array: on a GPU a single copy, from pinned memory, that the host doesn't wait for.
    staged = torch.tensor([*chain.from_iterable(parts)])
    if device.type == "cuda":
        staged = staged.pin_memory().to(device, non_blocking=True)
    rows, places, types, read, *starts = staged.split([*map(len, parts)])
    return Pack(rows, places, types, tuple(groups), read, tuple(answers), *(each.int() for each in starts))
