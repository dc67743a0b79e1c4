"""Drawing ahead changes who draws, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from numpy.typing import NDArray

from training.ahead import MOST, Ahead, drawers, telling_of_kills
from training.processes import Processes
from training.textfiles import DataError

ROOT = Path(__file__).parents[2]


pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),  # on a machine with one core
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),  # of Python 3.12
]


def draw(number: int) -> tuple[NDArray[np.int64], int]:
    return np.random.default_rng(number).integers(0, 1_000, 8), os.getpid()


@pytest.mark.parametrize(
    ("order", "processes"), [(range(7), 2), ((0, 1, 2, 0, 1, 5, 6, 3), 7)], ids=["in turn", "begun again"]
)
def test_workers_draw_what_one_would_draw_oneself(order: tuple[int, ...], processes: int) -> None:
    ahead = Ahead(draw, 2)

    found = [ahead(number) for number in order]

    for number, (values, process) in zip(order, found, strict=True):
        assert isinstance(values, np.ndarray)
        np.testing.assert_array_equal(values, draw(number)[0])
        assert process != os.getpid()
    assert len({process for _, process in found}) == processes


def test_without_workers_nobody_else_draws() -> None:
    assert Ahead(draw, 0)(3)[1] == os.getpid()


def test_the_step_s_own_random_numbers_are_left_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)

    Ahead(draw, 1)(0)

    assert torch.equal(torch.rand(3), expected)


def test_an_interruption_leaves_the_workers_drawing() -> None:
    ahead = Ahead(draw, 1)
    _, worker = ahead(0)

    for one in (signal.SIGINT, signal.SIGHUP):
        os.kill(worker, one)

    assert all(ahead(number)[1] == worker for number in range(1, 12))  # more than it had ready


def test_what_cannot_be_drawn_is_told_in_the_same_words() -> None:
    def fails(number: int) -> int:
        raise DataError(f"nothing to draw for step {number}")

    for workers in (0, 1):
        with pytest.raises(DataError) as told:
            Ahead(fails, workers)(4)
        assert str(told.value) == "nothing to draw for step 4"


def test_a_worker_that_is_killed_is_told_in_one_line() -> None:
    """Wherever who trains happens to be: in the middle of a step, or waiting for examples."""

    def goes_on(seconds: float) -> None:
        ahead = Ahead(draw, 1)
        with telling_of_kills():
            os.kill(ahead(0)[1], signal.SIGKILL)
            time.sleep(seconds)
            list(map(ahead, range(1, 12)))

    for seconds in (0.0, 0.3):
        with pytest.raises(DataError, match=r"^a process that draws examples was killed .* goes on$"):
            goes_on(seconds)


def test_a_bug_in_drawing_is_told_as_what_it_is() -> None:
    def fails(number: int) -> int:
        raise RuntimeError(f"index {number} out of range")

    with pytest.raises(RuntimeError, match="index 4 out of range"):
        Ahead(fails, 1)(4)


_TRAINER = """
import sys, time
import numpy as np
from training.ahead import Ahead
ahead = Ahead(lambda number: (np.zeros(1_000_000), __import__("os").getpid()), 2)
with open(sys.argv[1], "a"):  # as the lock of a run's folder
    print(ahead(0)[1], ahead(1)[1], flush=True)
    time.sleep(60)
"""


def test_who_draws_for_a_trainer_that_is_killed_ends_too(tmp_path: Path) -> None:
    """Batches larger than a pipe: torch's own workers wait for a reader then, for ever."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", _TRAINER, str(tmp_path / "training.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as trainer:
        assert trainer.stdout is not None
        workers = [int(number) for number in trainer.stdout.readline().split()]
        assert len(set(workers)) == 2

        trainer.kill()

        assert trainer.stdout.read() == "", "nobody else holds its pipe"
    deadline = time.monotonic() + 10
    while any(_lives(each) for each in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _lives(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_cores_that_compute_do_not_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.ahead.usable_cores", lambda: 64)

    assert drawers(Processes(torch.device("cpu"))) == 0
    assert drawers(Processes(torch.device("cuda"))) == MOST
    assert drawers(Processes(torch.device("cuda"), 0, 8)) == 7
