"""Processes that fork off one that has everything imported, so that they begin within milliseconds."""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

FORKING = get_context("forkserver")
FORKING.set_forkserver_preload(
    [
        "bot.cli",
        "tests.kills.promoting",
        "tests.kills.snapshots",
        "tests.kills.training",
        "tests.kills.voting",
        "tests.training.launching",
        # What the program imports late.
        "crowdkit.aggregation",
        "krippendorff",
        "matplotlib.pyplot",
        "pyarrow.parquet",
        "scipy.stats",
        "sklearn.linear_model",
        "tensorboardX",
    ]
)


def print_to(log: Path) -> None:
    """Let what this process prints go to the end of a file."""
    with log.open("ab") as stream:
        for descriptor in (1, 2):
            os.dup2(stream.fileno(), descriptor)


def exit_codes(log: Path, work: Callable[..., None], *given: tuple[object, ...]) -> list[int | None]:
    """Do work in as many processes as there are arguments for, at once; gives their exit codes (-9: killed).

    Args:
        log: File for what they print.
        work: A function of a module.
        given: What each is called with.
    """
    processes = [FORKING.Process(target=_work, args=(log, work, each)) for each in given]
    for process in processes:
        process.start()
    for process in processes:
        process.join(100)
        process.kill()
        process.join()
    return [process.exitcode for process in processes]


def _work(log: Path, work: Callable[..., None], given: tuple[object, ...]) -> None:
    print_to(log)
    work(*given)
