"""Labelled examples as batches of one length: nothing is padded, every epoch sees each example once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from transformers import BertTokenizerFast

from training.datasets import Example


@dataclass(frozen=True, slots=True)
class LabelledBatch:
    """Encoded examples of one length.

    Attributes:
        input_ids: int64 ``[n, length]``.
        token_type_ids: int64 ``[n, length]``.
        labels: int64 ``[n]``.
        rows: int64 ``[n]``, where the examples stand in the list they came from.
    """

    input_ids: NDArray[np.int64]
    token_type_ids: NDArray[np.int64]
    labels: NDArray[np.int64]
    rows: NDArray[np.int64]


class LabelledExamples:
    """Encoded once, then served in batches of about ``tokens`` tokens."""

    def __init__(self, examples: list[Example], tokenizer: BertTokenizerFast, *, longest: int) -> None:
        """Encode the examples, cutting each to ``longest`` tokens (the longer text of a pair first)."""
        pairs = bool(examples) and examples[0].second is not None
        encoded = tokenizer(
            [example.text for example in examples],
            [example.second or "" for example in examples] if pairs else None,
            truncation=True,
            max_length=longest,
            return_attention_mask=False,
        )
        self._ids: list[list[int]] = encoded["input_ids"]
        self._types: list[list[int]] = encoded["token_type_ids"]
        self._labels = np.array([example.label for example in examples], dtype=np.int64)
        self._lengths = np.array([len(ids) for ids in self._ids], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._ids)

    def _batch(self, rows: NDArray[np.int64]) -> LabelledBatch:
        return LabelledBatch(
            np.array([self._ids[row] for row in rows], dtype=np.int64),
            np.array([self._types[row] for row in rows], dtype=np.int64),
            self._labels[rows],
            rows,
        )

    def epoch(self, tokens: int, rng: np.random.Generator | None = None) -> Iterator[LabelledBatch]:
        """Yield every example once.

        Args:
            tokens: Batch size in tokens.
            rng: Shuffles examples and batches; None keeps them sorted by length (evaluation).
        """
        order = np.arange(len(self)) if rng is None else rng.permutation(len(self))
        order = order[np.argsort(self._lengths[order], kind="stable")]
        batches = []
        for same in np.split(order, np.flatnonzero(np.diff(self._lengths[order])) + 1):
            size = max(1, tokens // max(1, int(self._lengths[same[0]]))) if len(same) else 1
            batches += [same[start : start + size] for start in range(0, len(same), size)]
        for index in range(len(batches)) if rng is None else rng.permutation(len(batches)):
            yield self._batch(batches[index])

    def forever(self, tokens: int, seed: int) -> Iterator[LabelledBatch]:
        """Yield epoch after epoch, each shuffled by ``(seed, epoch)``."""
        epoch = 0
        while True:
            yield from self.epoch(tokens, np.random.default_rng([seed, epoch]))
            epoch += 1
