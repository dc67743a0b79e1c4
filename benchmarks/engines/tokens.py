"""The Rust tokenizer without the Python around it, for engines that take arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


class FastTokenizer:
    """Cuts lists of texts; safe to share by threads, as its settings never change.

    Args:
        folder: Has ``tokenizer.json``.
        positions: Longest input in tokens.
    """

    def __init__(self, folder: Path, positions: int) -> None:
        from tokenizers import Tokenizer  # noqa: PLC0415  # engines' environments only

        self._backend: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._backend.enable_truncation(positions)
        self._backend.no_padding()

    def ids(self, texts: list[str]) -> list[list[int]]:
        """Ids per text, special tokens included."""
        return [each.ids for each in self._backend.encode_batch_fast(texts)]

    def padded(self, texts: list[str]) -> dict[str, npt.NDArray[np.int64]]:
        """``input_ids``, ``attention_mask`` and ``token_type_ids``, each ``[texts, longest]``."""
        rows = self.ids(texts)
        longest = max(map(len, rows))
        ids = np.zeros((len(rows), longest), np.int64)  # [PAD] is 0
        mask = np.zeros_like(ids)
        for row, values in enumerate(rows):
            ids[row, : len(values)] = values
            mask[row, : len(values)] = 1
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def softmax(logits: npt.NDArray[np.float32]) -> list[list[float]]:
    """Probabilities of ``[texts, classes]``."""
    raised = np.exp(logits - logits.max(-1, keepdims=True))
    rows: list[list[float]] = (raised / raised.sum(-1, keepdims=True)).tolist()
    return rows
