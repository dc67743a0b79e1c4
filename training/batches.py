"""Labelled examples as batches of one length: nothing is padded, every epoch sees each example once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

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

    def __init__(self, examples: list[Example], tokenizer: PreTrainedTokenizerBase, *, longest: int) -> None:
        """Encode the examples, cutting each (the longer text of a pair first).

        Args:
            examples: Texts, or pairs.
            tokenizer: The model's; what is longer than the model can read is cut, too.
            longest: Tokens that are kept.
        """
        pairs = bool(examples) and examples[0].second is not None
        encoded = tokenizer(
            [example.text for example in examples],
            [example.second or "" for example in examples] if pairs else None,
            truncation=True,
            max_length=min(longest, tokenizer.model_max_length),
            return_attention_mask=False,
        )
        self._ids: list[list[int]] = encoded["input_ids"]
        self._types: list[list[int]] = encoded["token_type_ids"]
        self.labels = np.array([example.label for example in examples], dtype=np.int64)
        self.lengths = np.array([len(ids) for ids in self._ids], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._ids)

    def _batch(self, rows: NDArray[np.int64]) -> LabelledBatch:
        return LabelledBatch(
            np.array([self._ids[row] for row in rows], dtype=np.int64),
            np.array([self._types[row] for row in rows], dtype=np.int64),
            self.labels[rows],
            rows,
        )

    def batches(self, tokens: int, rng: np.random.Generator | None = None) -> list[NDArray[np.int64]]:
        """Rows of each batch of one epoch; batches have one length and about ``tokens`` tokens.

        Args:
            tokens: Batch size in tokens.
            rng: Shuffles examples and batches; None keeps them sorted by length (evaluation).
        """
        order = np.arange(len(self)) if rng is None else rng.permutation(len(self))
        order = order[np.argsort(self.lengths[order], kind="stable")]
        found = []
        for same in np.split(order, np.flatnonzero(np.diff(self.lengths[order])) + 1):
            size = max(1, tokens // max(1, int(self.lengths[same[0]]))) if len(same) else 1
            found += [same[start : start + size] for start in range(0, len(same), size)]
        return found if rng is None else [found[index] for index in rng.permutation(len(found))]

    def epoch(self, tokens: int) -> Iterator[LabelledBatch]:
        """Yield every example once, the short ones first."""
        for rows in self.batches(tokens):
            yield self._batch(rows)

    def numbered(self, tokens: int, seed: int) -> Callable[[int], LabelledBatch]:
        """Batch n of a training without end: epoch after epoch, each shuffled by ``(seed, epoch)``."""
        per_epoch = len(self.batches(tokens))
        shuffled: dict[int, list[NDArray[np.int64]]] = {}

        def batch(number: int) -> LabelledBatch:
            epoch, index = divmod(number, per_epoch)
            if epoch not in shuffled:
                shuffled.clear()
                shuffled[epoch] = self.batches(tokens, np.random.default_rng([seed, epoch]))
            return self._batch(shuffled[epoch][index])

        return batch
