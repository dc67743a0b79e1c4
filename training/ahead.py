"""Draw the examples of coming steps in other processes, while this one computes.

A GPU is done with a step before one core has cut, paired and masked the next one's text.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from itertools import count
from typing import Generic, TypeVar, cast

import torch
from torch.utils.data import DataLoader, Dataset

from training.processes import Processes

MOST = 14  # processes; more only wait for each other
_EACH = 3  # steps that each has ready

Drawn = TypeVar("Drawn")


class Ahead(Generic[Drawn]):
    """A way to draw the examples of step n, asked for one step after the other.

    What a step draws must come from its number alone; then it does not matter who draws it.

    Args:
        draw: Draws the examples of a step.
        workers: Processes that draw; 0 to draw when asked.
    """

    def __init__(self, draw: Callable[[int], Drawn], workers: int) -> None:
        self._draw, self._workers = draw, workers
        self._next = -1
        self._coming: Iterator[Drawn] = iter(())

    def __call__(self, number: int) -> Drawn:
        """The examples of a step; quick where it follows the one before."""
        if not self._workers:
            return self._draw(number)
        if number != self._next:
            self._coming = self._from(number)
        self._next = number + 1
        return next(self._coming)

    def _from(self, number: int) -> Iterator[Drawn]:
        loader = DataLoader(
            _ByNumber(self._draw),
            sampler=count(number),
            batch_size=None,
            num_workers=self._workers,
            prefetch_factor=_EACH,
            multiprocessing_context="fork",  # the text is in memory: nobody copies it
            worker_init_fn=_leave_signals,
            generator=torch.Generator(),  # else it takes a number of the step's own stream
        )
        return cast("Iterator[Drawn]", iter(loader))


class _ByNumber(Dataset[Drawn]):
    def __init__(self, draw: Callable[[int], Drawn]) -> None:
        self._draw = draw

    def __getitem__(self, number: int) -> Drawn:
        return self._draw(number)


def _leave_signals(_: int) -> None:
    """Ctrl-C is for who trains: it finishes the step and saves, and needs the examples for that."""
    for one in (signal.SIGINT, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def drawers(processes: Processes) -> int:
    """How many processes draw ahead: with a GPU as many as there are cores, else none, for all compute."""
    if processes.device.type == "cpu" or "fork" not in multiprocessing.get_all_start_methods():
        return 0
    cores = len(os.sched_getaffinity(0)) // processes.count
    return min(MOST, max(0, cores - 1))
