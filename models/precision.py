"""Which precision a checkpoint runs in: what the processor has, if the checkpoint stands it.

Eight bits must earn their place: the same checkpoint answers some ordinary sentences in float32 and in the
lower precision, and keeps the lower one only if the answers agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.cores import has_bf16
from models.encoding import Query
from models.errors import ModelServiceError
from models.results import Task
from models.softmax import softmax

Logits = NDArray[np.float32]


class Precision(StrEnum):
    """What the matrix products are computed in."""

    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"


class Network(Protocol):
    """A model that runs."""

    def lacks(self, task: Task) -> str | None:
        """The name of a parameter that a task needs and the checkpoint has not."""

    def logits(self, queries: Sequence[Query]) -> list[Logits]:
        """Per query, ``[positions, vocabulary]`` for ``mask``, else ``[classes]`` in the head's order."""


class PackedNetwork(Network, Protocol):
    """One that serves several tasks over one trunk."""

    def forget_words(self) -> None:
        """Let go of what only blanks need; they will not be asked for."""


SETTINGS = ("auto", *Precision)

MOST_MOVED = 0.02
"""Mean total variation distance between the class probabilities, 0…1, that a lower precision may cause."""
LEAST_AGREED = 0.99
"""Share of blanks whose likeliest word must stay the same."""


@dataclass(frozen=True, eq=False)
class ByTask:
    """Two precisions of one checkpoint: blanks are filled by one, classes told by the other.

    Which word of thousands is likeliest changes with smaller errors than which of three classes.
    """

    classes: Network
    words: Network

    def lacks(self, task: Task) -> str | None:
        """As ``Network.lacks``."""
        return self.classes.lacks(task)

    def logits(self, queries: Sequence[Query]) -> list[Logits]:
        """As ``Network.logits``, in one pass per precision."""
        of_words = [query for query in queries if query.task is Task.MASK]
        of_classes = [query for query in queries if query.task is not Task.MASK]
        words = iter(self.words.logits(of_words) if of_words else ())
        classes = iter(self.classes.logits(of_classes) if of_classes else ())
        return [next(words if query.task is Task.MASK else classes) for query in queries]


@dataclass(frozen=True, slots=True)
class Choice:
    """A model in the precision that was chosen for it.

    Attributes:
        network: Ready to run.
        reason: One line for the log: which precision, and why.
    """

    network: Network
    reason: str


def check_setting(name: str, device: str) -> None:
    """Make sure that a precision exists and the device has it.

    Raises:
        ModelServiceError: Says what to set instead.
    """
    if name not in SETTINGS:
        raise ModelServiceError(f"PRECISION is {', '.join(SETTINGS)}, not {name!r}")
    if name == Precision.INT8 and device != "cpu":
        raise ModelServiceError("PRECISION=int8 is for the CPU; on a GPU use PRECISION=auto or bf16")


def candidates(setting: str, device: str) -> tuple[Precision, ...]:
    """Precisions to try, the fastest first; a setting other than ``auto`` is the only one.

    A CPU without native bfloat16 is several times slower in it than in float32, so ``auto`` leaves it out.
    """
    if setting != "auto":
        return (Precision(setting),)
    if device == "cuda":
        return (Precision.BF16, Precision.FP32)
    return (Precision.INT8, *((Precision.BF16,) if has_bf16() else ()), Precision.FP32)


def choose(
    make: Callable[[Precision], PackedNetwork],
    probes: Callable[[Network], Sequence[Query]],
    setting: str,
    device: str,
) -> Choice:
    """Make a model in the first of the candidates that answers like float32; for blanks perhaps another.

    Args:
        make: Builds it.
        probes: Gives sequences of the tasks that a model serves.
        setting: ``auto`` or a precision, which is then taken without a comparison.
        device: Where it runs.

    Raises:
        ValueError: If the answers are not numbers.
    """
    *lower, last = candidates(setting, device)
    exact = make(last)
    queries = probes(exact)
    if not queries:
        return Choice(exact, f"{last}: nothing to compare")
    expected = exact.logits(queries)
    if not are_numbers(expected):
        raise ValueError("its answers are not numbers")
    refused = ""
    classes: tuple[PackedNetwork, str] | None = None
    asks_classes = any(query.task is not Task.MASK for query in queries)
    for precision in lower:
        try:
            network = make(precision)
            moved, agreed = compare(expected, network.logits(queries), queries)
        except Exception as error:  # noqa: BLE001  # whatever the library or the device lacks for it
            refused += f"; {precision} refused: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
            continue
        figures = f"class probabilities moved by {moved:.4f}, {agreed:.1%} of the blanks' words stayed"
        if agreed >= LEAST_AGREED and classes is not None:
            return _by_task(*classes, network, f"{precision} for blanks: {figures}")
        if agreed >= LEAST_AGREED and moved <= MOST_MOVED:
            return Choice(network, f"{precision}: {figures}{refused}")
        if moved <= MOST_MOVED and asks_classes and classes is None:
            classes = network, f"{precision} for classes: {figures}{refused}"
            continue
        refused += f"; {precision} refused: {figures}"
    if classes is not None:
        return _by_task(*classes, exact, f"{last} for blanks")
    why = "the safe one" if setting == "auto" else "as set"
    if last is Precision.BF16 and device == "cpu" and not has_bf16():
        why += ", though this processor is several times slower in it than in fp32"
    return Choice(exact, f"{last}: {why}{refused}")


def _by_task(classes: PackedNetwork, why: str, words: Network, why_words: str) -> Choice:
    classes.forget_words()
    return Choice(ByTask(classes, words), f"{why}; {why_words}")


def compare(
    exact: Sequence[Logits], other: Sequence[Logits], queries: Sequence[Query]
) -> tuple[float, float]:
    """How far the logits of two precisions are apart.

    Returns:
        The mean total variation distance of the class probabilities, and the share of blanks with the same
        likeliest word. Logits that are not numbers are as far apart as can be.
    """
    if not are_numbers(other):
        return 1.0, 0.0
    moved: list[float] = []
    agreed: list[bool] = []
    for query, one, two in zip(queries, exact, other, strict=True):
        if query.task is Task.MASK:
            agreed += (one.argmax(-1) == two.argmax(-1)).tolist()
        else:
            moved.append(float(np.abs(softmax(one) - softmax(two)).sum()) / 2)
    return sum(moved) / max(len(moved), 1), sum(agreed) / len(agreed) if agreed else 1.0


def are_numbers(logits: Sequence[Logits]) -> bool:
    """Whether none is NaN or infinite."""
    return all(bool(np.isfinite(each).all()) for each in logits)
