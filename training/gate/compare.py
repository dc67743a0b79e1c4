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
from storage.verdicts import CheckState, Verdict
from training.datasets import Example
from training.evaluate import groups_of
from training.gate.answers import Paired, SetName
from training.gate.contestant import Contestant
from training.gate.rules import Names, Rules, Teachers, Times
from training.gate.verdict import judge, latency
from training.telling import Progress, quiet
from training.textfiles import DataError

QUESTIONS = 10  # that are timed, long ones and short ones as they come
TRIES = 10  # at each; only the quickest counts
_MORE = 3  # times as many, before a candidate is called slow
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
    tries: int = TRIES,
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
        tries: How often each lone question is timed.
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
    its = [each for each in sets if each.task == task]
    times = timed(first, second, its, rules, tries, clock)
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
    champion: Asked, candidate: Asked, sets: Sequence[LabelledSet], rules: Rules, tries: int, clock: Clock
) -> Times | None:
    """Time lone questions, and again for longer before a candidate is called slow; None without a row."""
    rows = [(each.task, row) for each in sets for row in each.rows]
    if not rows:
        return None
    questions = rows[:: max(1, len(rows) // QUESTIONS)][:QUESTIONS]
    times = _tried(champion, candidate, questions, tries, clock)
    if latency(times, rules).state is CheckState.FAILED:
        more = _tried(champion, candidate, questions, _MORE * tries, clock)
        both = (times.champion, more.champion), (times.candidate, more.candidate)
        return Times(*(np.concatenate(each) for each in both))
    return times


def _tried(
    champion: Asked, candidate: Asked, questions: list[tuple[str, Example]], tries: int, clock: Clock
) -> Times:
    """Ask both models in turn, and let the first to be asked alternate too.

    What else keeps the machine busy so falls on both. All questions are asked before any is asked again.
    """
    taken: tuple[list[float], list[float]] = [], []
    for number, (task, row) in enumerate([*islice(cycle(questions), _WARM), *questions * tries]):
        for who in (0, 1) if number % 2 else (1, 0):
            begin = clock()
            (champion, candidate)[who].ask(task, row)
            taken[who].append(1_000 * (clock() - begin))
    return Times(*(np.array(each[_WARM:]).reshape(tries, -1) for each in taken))


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
