"""Measure a model on splits it never saw: nothing is chosen here, so nothing can flatter.

kobert-bot train evaluate --model builtin --sentiment ratings_test.txt --nli klue_nli_dev.tsv \
        --documents ko_docs.txt.xz --out var/evaluation
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence, Sized
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import inf
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertTokenizerFast, PreTrainedTokenizerBase

from models.multitask import BertForFourTasks
from models.results import LABELS, Task
from training.batches import LabelledExamples
from training.bootstrap import drawn_sums
from training.corpus import HELD_OUT_EVERY, Corpus, numbered
from training.datasets import Example
from training.examples import sample_pairs
from training.finetune import all_logits
from training.pretrain import vocabulary_of
from training.telling import Progress, quiet
from training.textfiles import DataError

LONGEST = 256
LENGTH, BATCH, PAIRS = 128, 32, 2_048  # pairs drawn from the held-out documents
MASKED = 0.15
BINS = 10
LENGTH_BINS = (0, 16, 32, 64, inf)  # tokens


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured share.

    Attributes:
        name: What was measured.
        value: 0…1.
        low: Lower end of the 95 % bootstrap interval.
        high: Its upper end.
        n: Items it was measured on.
    """

    name: str
    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        interval = f"{100 * self.low:.2f}-{100 * self.high:.2f}"
        return f"{self.name}: {100 * self.value:.2f} % (95 % interval {interval}, n = {self.n:,})"


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
    """Make a figure with a bootstrap interval.

    Args:
        name: What was measured.
        right: Whether each item was right.
        groups: Which items came together (tokens of one document) and are drawn together; None if each for
            itself.
        seed: Of the draws.
    """
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


@torch.inference_mode()
def pretraining(
    model: BertForFourTasks,
    tokenizer: BertTokenizerFast,
    corpus: Corpus,
    name: str,
    *,
    pairs: int | None = None,
    progress: Progress = quiet,
) -> list[Figure]:
    """Masked tokens and next sentences on held-out documents.

    15 % of the tokens of each pair become ``[MASK]`` (always: a kept or random token is no question), and a
    hidden token competes with the whole vocabulary. Intervals of masks draw whole pairs,
    those of pairs whole documents: pairs with an A of one document are drawn together.

    Args:
        model: In evaluation mode.
        tokenizer: Its tokenizer.
        corpus: Held-out documents.
        name: Stands before each figure.
        pairs: How many are drawn, twice; ``PAIRS`` unless told otherwise.
        progress: Is told how many pairs were read.

    Raises:
        DataError: The model answers with no numbers, or the documents are too short.
    """
    count = pairs or PAIRS
    ranks, groups = _ranks(model, tokenizer, corpus, count, progress)
    found = [figure(f"{name}: masked token, top {k}", ranks < k, groups) for k in (1, 5)]
    for negatives, same_document in (("random", 0.0), ("same-document", 1.0)):
        judged = _judged(model, tokenizer, corpus, count, same_document, progress)
        homes = np.concatenate(
            [ids[:, 1] for ids, _, _ in _drawn(tokenizer, numbered(corpus), count, same_document)]
        )
        found.append(figure(f"{name}: next sentence, {negatives} negatives", judged, homes))
    return found


def require_pairs(tokenizer: BertTokenizerFast, corpus: Corpus) -> None:
    """See that pairs can be drawn from held-out documents.

    Raises:
        DataError: They are too few or too short.
    """
    try:
        for same_document in (0.0, 1.0):
            next(_drawn(tokenizer, numbered(corpus), 1, same_document))
    except DataError as error:
        raise DataError(f"{error}, among the held-out ones, which are one in {HELD_OUT_EVERY}") from None


def pairs_of(texts: Sized) -> int:
    """How many pairs ``pretraining`` reads of so many texts: masked ones, and two kinds of negatives."""
    return 3 * PAIRS * len(texts)


def _drawn(
    tokenizer: BertTokenizerFast, corpus: Corpus, pairs: int, same_document: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Batches of pairs: ``input_ids``, ``token_type_ids``, ``next_label``; the same at every call."""
    vocabulary, rng = vocabulary_of(tokenizer), np.random.default_rng(0)
    for _ in range(0, pairs, BATCH):
        yield sample_pairs(corpus, vocabulary, rng, n=BATCH, length=LENGTH, same_document=same_document)


def _judged(
    model: BertForFourTasks,
    tokenizer: BertTokenizerFast,
    corpus: Corpus,
    pairs: int,
    same_document: float,
    progress: Progress,
) -> NDArray[np.bool_]:
    """Whether each pair was judged rightly."""
    found = []
    for ids, types, labels in _drawn(tokenizer, corpus, pairs, same_document):
        pair = model.bert(
            input_ids=torch.from_numpy(ids).to(model.device),
            token_type_ids=torch.from_numpy(types).to(model.device),
        )
        found.append(model.cls.seq_relationship(pair.pooler_output).argmax(-1).cpu().numpy() == labels)
        progress(BATCH)
    return np.concatenate(found)


def _ranks(
    model: BertForFourTasks, tokenizer: BertTokenizerFast, corpus: Corpus, pairs: int, progress: Progress
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rank of each hidden token, 0 first, and the pair it is of."""
    vocabulary, rng = vocabulary_of(tokenizer), np.random.default_rng(1)
    ranks, groups = [], []

    def on_device(values: NDArray[np.int64]) -> torch.Tensor:
        return torch.from_numpy(values).to(model.device)

    for number, (ids, types, _) in enumerate(_drawn(tokenizer, corpus, pairs, 0.0)):
        hidden = (ids >= vocabulary.first_word) & (rng.random(ids.shape) < MASKED)
        positions = np.flatnonzero(hidden)
        encoded = model.bert(
            input_ids=on_device(np.where(hidden, vocabulary.mask, ids)), token_type_ids=on_device(types)
        )
        logits = model.cls.predictions(encoded.last_hidden_state.flatten(0, 1)[on_device(positions)])
        target = logits.gather(1, on_device(ids.reshape(-1)[positions])[:, None])
        if not logits.isfinite().all():
            raise DataError("the model answers masks with no numbers (NaN): its weights are broken")
        # Of two that are as likely, the wrong one counts as the better: a model of all zeros knows nothing.
        ranks.append((logits >= target).sum(1).cpu().numpy() - 1)
        groups.append(number * BATCH + positions // LENGTH)
        progress(BATCH)
    return np.concatenate(ranks), np.concatenate(groups)


def report(classified: Sequence[Classified], pretrained: Mapping[str, Sequence[Figure]]) -> str:
    """Everything measured, as Markdown."""
    lines = []
    for each in classified:
        lines += [
            f"## {each.task}",
            "",
            str(each.accuracy),
            "",
            "| | % | 95 % interval | n |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {one.name} | {100 * one.value:.2f} | {100 * one.low:.2f}-{100 * one.high:.2f} | {one.n:,} |"
            for one in (*each.recalls, *each.parts)
        ]
        lines += ["", f"![confusion matrix]({each.task}-confusion.png)", ""]
        said = f"Calibration error {100 * each.error:.2f} points"
        if each.temperature is not None and each.error_after is not None:
            said += f"; with the temperature {each.temperature:.3f} {100 * each.error_after:.2f} points"
        lines += [f"{said}.", "", f"![reliability]({each.task}-reliability.png)", ""]
        lines += [f"{each.per_second:,.0f} texts a second, in batches of one length.", ""]
    for name, figures in pretrained.items():
        lines += [f"## {name}", "", *(f"- {each}" for each in figures), ""]
    return "\n".join(lines)


def as_json(
    classified: Sequence[Classified], pretrained: Mapping[str, Sequence[Figure]]
) -> dict[str, object]:
    """Everything measured, for programs."""
    return {
        "classification": [
            {
                "task": each.task,
                "labels": list(each.labels),
                "confusion": each.confusion.tolist(),
                "accuracy": asdict(each.accuracy),
                "recalls": [asdict(one) for one in each.recalls],
                "parts": [asdict(one) for one in each.parts],
                "calibration_error": each.error,
                "temperature": each.temperature,
                "calibration_error_with_temperature": each.error_after,
                "texts_per_second": each.per_second,
            }
            for each in classified
        ],
        "pretraining": {name: [asdict(one) for one in its] for name, its in pretrained.items()},
    }


def pictures(classified: Sequence[Classified], folder: Path) -> None:
    """Draw the confusion matrix and the reliability of each task."""
    from training.pictures import confusion, reliability  # noqa: PLC0415  # matplotlib, for reports only

    for each in classified:
        confusion(each.confusion, each.labels, folder / f"{each.task}-confusion.png")
        reliability(each.bins, each.bins_after, folder / f"{each.task}-reliability.png")
