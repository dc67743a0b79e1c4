"""Pictures of a run and of an evaluation, as PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("agg")  # no window

from matplotlib import pyplot as plt  # after the choice of how to draw
from matplotlib.figure import Figure

from training.picture_words import ENGLISH, Words

WIDTH, HEIGHT, DPI = 6.4, 4.0, 120
_LOSSES = ("mlm", "nsp", "loss")


def learning_curve(history: Sequence[Mapping[str, Any]], path: Path, words: Words = ENGLISH) -> None:
    """Draw losses and accuracies over the tokens read.

    Args:
        history: Lines of ``history.read_history``.
        path: Of the picture.
        words: That stand in it.
    """
    steps = [line for line in history if "tokens" in line]
    looks = [line for line in history if "dev" in line]
    names = sorted({name for line in steps for name in line} - {"step", "tokens", "seconds", "lr", "dev"})
    losses = [name for name in names if name.startswith(_LOSSES) and not name.endswith("accuracy")]
    rates = [name for name in names if name not in losses]
    figure, (upper, lower) = plt.subplots(2, 1, figsize=(WIDTH, 1.5 * HEIGHT), sharex=True)
    for axes, shown, label in ((upper, losses, words.loss), (lower, rates, words.accuracy)):
        for name in shown:
            points = [(line["tokens"] / 1e6, line[name]) for line in steps if name in line]
            axes.plot(*zip(*points, strict=True), label=words.names.get(name, name))
        axes.set_ylabel(label)
        axes.grid(alpha=0.3)
    per_step = {line["step"]: line["tokens"] / 1e6 for line in steps}
    if looks:
        points = [(per_step[line["step"]], line["dev"]) for line in looks if line["step"] in per_step]
        lower.plot(*zip(*points, strict=True), "o--", label=words.development)
    lower.set_xlabel(words.tokens_read)
    for axes in (upper, lower):
        if axes.lines:
            axes.legend()
    _save(figure, path)


def confusion(counts: NDArray[np.int64], labels: Sequence[str], path: Path, words: Words = ENGLISH) -> None:
    """Draw a confusion matrix.

    Args:
        counts: ``[classes, classes]``: rows are what is true, columns what was answered.
        labels: Names of the classes.
        path: Of the picture.
        words: That stand in it.
    """
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(HEIGHT + 1, HEIGHT))
    image = axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    for row, column in np.ndindex(*counts.shape):
        share = shares[row, column]
        axes.text(
            column,
            row,
            f"{counts[row, column]:,}\n{share:.1%}",
            ha="center",
            va="center",
            color="white" if share > 0.6 else "black",
        )
    named = [words.names.get(label, label) for label in labels]
    axes.set_xticks(range(len(named)), named)
    axes.set_yticks(range(len(named)), named)
    axes.set_xlabel(words.answered)
    axes.set_ylabel(words.true)
    figure.colorbar(image, label=words.share)
    _save(figure, path)


def reliability(
    bins: Sequence[tuple[float, float, int]],
    after: Sequence[tuple[float, float, int]] | None,
    path: Path,
    words: Words = ENGLISH,
) -> None:
    """Draw how often an answer of a given confidence is right.

    Args:
        bins: Mean confidence, accuracy and size of each bin.
        after: The same with a fitted temperature.
        path: Of the picture.
        words: That stand in it.
    """
    figure, axes = plt.subplots(figsize=(HEIGHT + 0.6, HEIGHT))
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", label=words.ideal)
    for shown, label in ((bins, words.as_is), (after, words.tempered)):
        if shown is not None:
            found = [(confidence, share) for confidence, share, size in shown if size]
            axes.plot(*zip(*found, strict=True), marker="o", label=label)
    axes.set_xlabel(words.confidence)
    axes.set_ylabel(words.accuracy)
    axes.legend()
    axes.grid(alpha=0.3)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=DPI)
    plt.close(figure)
