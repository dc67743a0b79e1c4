"""Drawing ahead changes who draws, and nothing else."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from training.ahead import MOST, Ahead, drawers
from training.processes import Processes


def draw(number: int) -> tuple[NDArray[np.int64], int]:
    return np.random.default_rng(number).integers(0, 1_000, 8), os.getpid()


@pytest.mark.parametrize("order", [range(7), (0, 1, 2, 0, 1, 5, 6, 3)], ids=["in turn", "begun again"])
def test_workers_draw_what_one_would_draw_oneself(order: tuple[int, ...]) -> None:
    ahead = Ahead(draw, 2)

    found = [ahead(number) for number in order]

    for number, (values, process) in zip(order, found, strict=True):
        np.testing.assert_array_equal(values, draw(number)[0])
        assert process != os.getpid()
    assert len({process for _, process in found}) > 1


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


def test_an_error_of_a_worker_is_told() -> None:
    def fails(number: int) -> int:
        raise ValueError(f"nothing to draw for step {number}")

    with pytest.raises(ValueError, match="nothing to draw for step 4"):
        Ahead(fails, 1)(4)


def test_cores_that_compute_do_not_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))

    assert drawers(Processes(torch.device("cpu"))) == 0
    assert drawers(Processes(torch.device("cuda"))) == MOST
    assert drawers(Processes(torch.device("cuda"), 0, 8)) == 7
