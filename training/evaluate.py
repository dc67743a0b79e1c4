"""Measure a model on splits it never saw: nothing is chosen here, so nothing can flatter.

kobert-bot train evaluate --model builtin --sentiment ratings_test.txt --nli klue_nli_dev.tsv \
        --documents ko_docs.txt.xz --out var/evaluation
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import binomtest
from transformers import PreTrainedTokenizerBase

from models.multitask import BertForFourTasks
from models.results import LABELS, Task
from training.batches import LabelledExamples
from training.bootstrap import drawn_sums
from training.classes import all_logits
from training.datasets import Example
from training.telling import Progress, quiet
from training.textfiles import DataError

LONGEST = 256
BINS = 10
LENGTH_BINS = (0, 16, 32, 64, inf)  # tokens


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured share.

    Attributes:
        name: What was measured.
        value: 0…1.
        low: Lower end of the 95 % interval: of the bootstrap, or where all or none were right, which would
            leave that no width, the exact one (Clopper and Pearson 1934,
            https://doi.org/10.1093/biomet/26.4.404).
        high: Its upper end.
        n: Items it was measured on.
    """

    name: str
    value: float
    low: float
    high: float
    n: int

    @property
    def interval(self) -> str:
        """The interval in percent, with its name where it is not the bootstrap's."""
        which = " by Clopper-Pearson" if self.value in (0.0, 1.0) else ""
        return f"{100 * self.low:.2f}-{100 * self.high:.2f}{which}"

    def __str__(self) -> str:
        return f"{self.name}: {100 * self.value:.2f} % (95 % interval {self.interval}, n = {self.n:,})"


@dataclass(frozen=True, slots=True)
class Classified:
    """How a classification task was done.

    Attributes:
        task: Which.
        labels: Names of the classes.
        confusion: int64 ``[classes, classes]``, rows what is true, columns what was answered.
        accuracy: Over all.
        recalls: Per class.
        parts: Accuracy by length and by source.
        error: Expected calibration error (Guo et al. 2017, https://arxiv.org/abs/1706.04599), 0…1.
        bins: Mean confidence, accuracy and size of each of ``BINS`` bins.
        temperature: Fitted on another set; None without one.
        error_after: The calibration error with it.
        bins_after: The bins with it.
        per_second: Texts per second through the training model, batched, on the device it was on.
    """

    task: str
    labels: tuple[str, ...]
    confusion: NDArray[np.int64]
    accuracy: Figure
    recalls: tuple[Figure, ...]
    parts: tuple[Figure, ...]
    error: float
    bins: list[tuple[float, float, int]]
    temperature: float | None
    error_after: float | None
    bins_after: list[tuple[float, float, int]] | None
    per_second: float


def figure(
    name: str, right: NDArray[np.bool_], groups: NDArray[np.int64] | None = None, *, seed: int = 0
) -> Figure:
    """Make a figure with a bootstrap interval, or an exact one where all or none were right.

    Args:
        name: What was measured.
        right: Whether each item was right.
        groups: Which items came together (tokens of one document) and are drawn together; None if each for
            itself.
        seed: Of the draws.
    """
    if right.all() or not right.any():  # drawn again, they are so every time
        each = len(right) if groups is None else len(np.unique(groups))
        low, high = binomtest(each if right.all() else 0, each).proportion_ci(0.95, method="exact")
    else:
        sums = drawn_sums(np.stack([right, np.ones(len(right))], 1), groups, seed=seed)
        low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.025, 0.975])
    return Figure(name, float(right.mean()), float(low), float(high), len(right))


def groups_of(texts: Sequence[str]) -> NDArray[np.int64]:
    """Number the rows that come together, int64 ``[n]``: several hypotheses were written for each premise.

    Args:
        texts: The first text of each row.
    """
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)


def classification(
    model: BertForFourTasks,
    tokenizer: PreTrainedTokenizerBase,
    task: str,
    examples: Sequence[Example],
    tuning: Sequence[Example] | None = None,
    progress: Progress = quiet,
) -> Classified:
    """Measure a classification head.

    Args:
        model: In evaluation mode.
        tokenizer: Its tokenizer.
        task: ``sentiment`` or ``nli``.
        examples: What it is measured on.
        tuning: What the temperature is fitted on; another set.
        progress: Is told how many texts were read.

    Raises:
        DataError: The model answers with no numbers.
    """
    encoded = LabelledExamples(list(examples), tokenizer, longest=LONGEST)
    begin = time.monotonic()
    logits = all_logits(model, task, encoded, progress)
    per_second = len(encoded) / (time.monotonic() - begin)
    if not np.isfinite(logits).all():
        raise DataError(f"the model's {task} head answers with no numbers (NaN): its weights are broken")
    labels, answers = encoded.labels, logits.argmax(-1)
    right = answers == labels
    names = LABELS[Task(task)]
    groups = groups_of([example.text for example in examples])
    confusion = np.zeros((len(names), len(names)), np.int64)
    np.add.at(confusion, (labels, answers), 1)
    parts = [
        figure(
            f"{low} to {high - 1:.0f} tokens" if high < inf else f"{low} tokens and more",
            right[these],
            groups[these],
        )
        for low, high in pairwise(LENGTH_BINS)
        if (these := (encoded.lengths >= low) & (encoded.lengths < high)).any()
    ]
    sources = np.array([example.source for example in examples])
    if len(set(sources)) > 1:
        parts += [
            figure(str(source), right[sources == source], groups[sources == source])
            for source in sorted(set(sources))
        ]
    error, bins = calibration(logits, labels)
    temperature = error_after = bins_after = None
    if tuning is not None:
        tuned = LabelledExamples(list(tuning), tokenizer, longest=LONGEST)
        temperature = fitted_temperature(all_logits(model, task, tuned, progress), tuned.labels)
        error_after, bins_after = calibration(logits / temperature, labels)
    return Classified(
        task,
        names,
        confusion,
        figure(f"{task} accuracy", right, groups),
        tuple(
            figure(f"recall of {name}", right[labels == index], groups[labels == index])
            for index, name in enumerate(names)
            if (labels == index).any()
        ),
        tuple(parts),
        error,
        bins,
        temperature,
        error_after,
        bins_after,
        per_second,
    )


def calibration(
    logits: NDArray[np.float32], labels: NDArray[np.int64]
) -> tuple[float, list[tuple[float, float, int]]]:
    """Expected calibration error, and confidence, accuracy and size of each bin of confidence."""
    confidence, right = confidence_of(logits), logits.argmax(-1) == labels
    place, bins = bin_of(confidence), []
    for number in range(BINS):
        these = place == number
        size = int(these.sum())
        bins.append(
            (float(confidence[these].mean()), float(right[these].mean()), size) if size else (0.0, 0.0, 0)
        )
    return sum(size * abs(sure - share) for sure, share, size in bins) / len(labels), bins


def bin_of(confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bin of each confidence, 0 … ``BINS`` - 1."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def confidence_of(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """The probability of each row's likeliest class, ``[n]``."""
    powers = np.exp(logits.astype(np.float64) - logits.max(-1, keepdims=True))
    confidence: NDArray[np.float64] = (powers / powers.sum(-1, keepdims=True)).max(-1)
    return confidence


def fitted_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The temperature with the least cross entropy (Guo et al. 2017), by a search over its logarithm."""
    truth, scores = torch.from_numpy(labels), torch.from_numpy(logits)

    def loss(logarithm: float) -> float:
        return float(torch.nn.functional.cross_entropy(scores / np.exp(logarithm), truth))

    low, high, ratio = -3.0, 3.0, (5**0.5 - 1) / 2
    while high - low > 1e-4:  # golden section: the loss has one valley
        one, two = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, two) if loss(one) < loss(two) else (one, high)
    return float(np.exp((low + high) / 2))
