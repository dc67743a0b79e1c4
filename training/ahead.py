"""Draw the examples of coming steps in other processes, while this one computes.

A GPU is done with a step before one core has cut, paired and masked the next one's text.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Generic, TypeVar, cast

import torch
from torch.utils.data import DataLoader, Dataset

from models.cores import usable_cores
from training.processes import Processes
from training.textfiles import DataError

MOST = 14  # processes; more only wait for each other
_EACH = 3  # steps that each has ready
_LOOKS_S = 0.2  # between two looks at whether who trains is still there

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
        self._coming: Iterator[Drawn | DataError] = iter(())

    def __call__(self, number: int) -> Drawn:
        """The examples of a step; quick where it follows the one before.

        Raises:
            DataError: They cannot be drawn, or who drew them was killed.
        """
        if not self._workers:
            return self._draw(number)
        if number != self._next:
            self._coming = self._from(number)
        self._next = number + 1
        with telling_of_kills():
            found = next(self._coming)
        if isinstance(found, DataError):
            raise found
        return found

    def _from(self, number: int) -> Iterator[Drawn | DataError]:
        loader = DataLoader(
            _ByNumber(self._draw),
            sampler=count(number),
            batch_size=None,
            num_workers=self._workers,
            prefetch_factor=_EACH,
            collate_fn=_as_it_is,
            multiprocessing_context="fork",  # the text is in memory: nobody copies it
            worker_init_fn=partial(_begin, os.getpid()),
            generator=torch.Generator(),  # else it takes a number of the step's own stream
        )
        return cast("Iterator[Drawn | DataError]", iter(loader))


def _as_it_is(drawn: Drawn) -> Drawn:
    """Left to itself, torch makes tensors of arrays."""
    return drawn


@contextmanager
def telling_of_kills() -> Iterator[None]:
    """Tell in one line of a drawing process that is gone; torch says so in the middle of whatever is done.

    Raises:
        DataError: It says so in the block.
    """
    try:
        yield
    except RuntimeError as error:
        if not str(error).startswith("DataLoader worker"):
            raise
        raise DataError(
            "a process that draws examples was killed (is memory short?); the same command goes on"
        ) from error


class _ByNumber(Dataset[Drawn | DataError]):
    def __init__(self, draw: Callable[[int], Drawn]) -> None:
        self._draw = draw

    def __getitem__(self, number: int) -> Drawn | DataError:
        try:
            return self._draw(number)
        except DataError as error:  # raised here, torch would put a traceback into its words
            return error


def _begin(trainer: int, _: int) -> None:
    """Draw until who trains is gone, however that was.

    Ctrl-C is for that process: it finishes the step and saves, and needs the examples for that. Killed, it
    can tell nobody; and who is left would hold its lock, its pipes and its place on the GPU.
    """
    for one in (signal.SIGINT, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # as torch's own, which is told to end so
    threading.Thread(target=_watch, args=(trainer,), daemon=True).start()


def _watch(trainer: int) -> None:
    while os.getppid() == trainer:
        time.sleep(_LOOKS_S)
    os._exit(1)


def drawers(processes: Processes) -> int:
    """How many processes draw ahead: with a GPU as many as there are cores, else none, for all compute."""
    if processes.device.type == "cpu" or "fork" not in multiprocessing.get_all_start_methods():
        return 0
    return min(MOST, max(0, usable_cores() // processes.count - 1))
