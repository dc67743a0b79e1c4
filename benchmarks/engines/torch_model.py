"""The plain fp32 model of ``transformers``, as a server framework's user would write it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def load(folder: Path, positions: int, threads: int) -> Callable[[list[str]], list[list[float]]]:
    """Load a classifier and its tokenizer.

    Args:
        folder: The checkpoint.
        positions: Longest input in tokens.
        threads: Threads of one forward pass.

    Returns:
        What gives the probabilities of a list of texts, padded to the longest.
    """
    import torch  # noqa: PLC0415  # engines are imported where torch need not be
    from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: PLC0415

    torch.set_num_threads(threads)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model: Any = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True).eval()

    @torch.inference_mode()
    def answer(texts: list[str]) -> list[list[float]]:
        inputs = tokenizer(texts, truncation=True, max_length=positions, padding=True, return_tensors="pt")
        probabilities: list[list[float]] = model(**inputs).logits.softmax(-1).tolist()
        return probabilities

    return answer
