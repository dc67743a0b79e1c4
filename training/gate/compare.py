"""Ask two checkpoints the same labelled questions, and judge."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from models.results import LABELS, Task
from storage.verdicts import Verdict
from training.datasets import Example
from training.evaluate import groups_of
from training.gate.answers import Paired, SetName
from training.gate.contestant import Contestant
from training.gate.rules import Names, Rules, Teachers, Times
from training.gate.verdict import judge
from training.telling import Progress, quiet
from training.textfiles import DataError

QUESTIONS = 16  # that are timed, long ones and short ones as they come
ROUNDS = 100  # of both models; how far a busy machine moves medians of so many, the interval tells
_WARM = 3  # rounds that are not timed

Clock = Callable[[], float]
"""Seconds that only go on."""


class Asked(Protocol):
    """What answers lone questions."""

    def ask(self, task: str, row: Example) -> object:
        """Answer one."""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Labelled rows.

    Attributes:
        name: Where they come from.
        task: ``sentiment``, ``nli`` or ``nsp``.
        rows: The questions and what is true.
        earlier: How many candidates these rows have judged before.
        voted: How many of their labels, if they are gold, voters agreed on; the rest was known otherwise.
    """

    name: SetName
    task: str
    rows: Sequence[Example]
    earlier: int = 0
    voted: int = 0


@dataclass(frozen=True, slots=True)
class Correctness:
    """Which rows each model has right.

    Attributes:
        name: Which set.
        task: What was asked.
        rows: int64 ``[n]``, where each stands in the set it came from.
        champion: ``[n]``.
        candidate: ``[n]``.
    """

    name: SetName
    task: str
    rows: NDArray[np.int64]
    champion: NDArray[np.bool_]
    candidate: NDArray[np.bool_]

    def as_json(self) -> dict[str, str | list[int]]:
        """For a database row: 1 for each row that is right, else 0."""
        return {
            "task": self.task,
            "rows": self.rows.tolist(),
            "champion": self.champion.astype(int).tolist(),
            "candidate": self.candidate.astype(int).tolist(),
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """The verdict, and what it rests on row by row."""

    verdict: Verdict
    correct: tuple[Correctness, ...]


def compare(
    champion: str | Path,
    candidate: str | Path,
    task: str,
    sets: Sequence[LabelledSet],
    teachers: Teachers | None,
    *,
    leaving: str | None = None,
    rules: Rules = Rules(),  # noqa: B008  # frozen
    device: torch.device | None = None,
    progress: Progress = quiet,
    rounds: int = ROUNDS,
    clock: Clock = time.perf_counter,
) -> Compared:
    """Ask both models all rows and judge the answers.

    Args:
        champion: The model that answers now, or would without the one that has to go: a preset, folder or hub
            id.
        candidate: The model that would.
        task: What the candidate was taught.
        sets: Gold or held-out rows of the task, or both; its original test file, if there is one; and sets of
            other tasks that one trunk serves too, which must not get worse.
        teachers: Who taught it; None if it learnt from no votes.
        leaving: Name of the model that answers now and has to go; None if none has to.
        rules: The bounds.
        device: Where the models run; None for the CPU.
        progress: Is told how many more rows a model has read: in all, each row twice.
        rounds: Lone questions to each model for its time.
        clock: What times them.

    Raises:
        DataError: A model cannot be loaded or lacks a task, or a set cannot be used (see ``judge``).
    """
    for each in sets:
        _require(each)
    tasks = dict.fromkeys((task, *(each.task for each in sets)))
    place = device or torch.device("cpu")
    first, second = (Contestant(str(name), tasks, place) for name in (champion, candidate))
    found = [_asked(each, first, second, progress) for each in sets]
    times = timed(first, second, [each for each in sets if each.task == task], rounds, clock)
    names = Names(str(champion), str(candidate), leaving)
    verdict = judge(names, task, found, times, teachers, rules)
    return Compared(
        verdict,
        tuple(
            Correctness(pair.name, pair.task, np.arange(len(pair)), pair.champion_right, pair.candidate_right)
            for pair in found
        ),
    )


def timed(
    champion: Asked, candidate: Asked, sets: Sequence[LabelledSet], rounds: int, clock: Clock
) -> Times | None:
    """Time lone questions, each asked of both in turn, and who is first alternating too.

    What else keeps the machine busy so falls on both.
    """
    rows = [(each.task, row) for each in sets for row in each.rows]
    if not rows:
        return None
    questions = rows[:: max(1, len(rows) // QUESTIONS)][:QUESTIONS]
    taken: tuple[list[float], list[float]] = [], []
    for number, (task, row) in enumerate(islice(cycle(questions), _WARM + rounds)):
        for who in (0, 1) if number % 2 else (1, 0):
            begin = clock()
            (champion, candidate)[who].ask(task, row)
            taken[who].append(1_000 * (clock() - begin))
    of_champion, of_candidate = (np.array(each[_WARM:]) for each in taken)
    return Times(of_champion, of_candidate)


def _require(each: LabelledSet) -> None:
    where = f"the {each.name} set of {each.task}"
    if each.task not in LABELS:
        raise DataError(f"{where}: only nsp, sentiment and nli can be compared")
    if not each.rows:
        raise DataError(f"{where} is empty")
    pairs = each.task in {Task.NSP, Task.NLI}
    if any((row.second is not None) != pairs for row in each.rows):
        raise DataError(f"{where}: a row is {'not a pair' if pairs else 'a pair'}")


def _asked(each: LabelledSet, champion: Contestant, candidate: Contestant, progress: Progress) -> Paired:
    """What both answer."""
    labels = np.array([row.label for row in each.rows], dtype=np.int64)
    one, other = (model.classify(each.task, each.rows, progress) for model in (champion, candidate))
    groups = groups_of([row.text for row in each.rows])
    classes = LABELS[Task(each.task)]
    return Paired(each.name, each.task, labels, one, other, classes, groups, each.earlier, each.voted)
