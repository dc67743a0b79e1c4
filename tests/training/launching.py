"""What the processes of a run do, once they are started."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from torch import nn
from typer.main import get_command

from bot.cli import app
from training import run, state
from training.processes import Processes
from training.run import Run

SAVES = 5


def killed_while_it_saves(arguments: list[str]) -> None:
    """Do a command that saves after every step, and die in place of saving once more."""
    write, saves = state.write_state, iter(range(SAVES))

    def write_or_end(*given: Any, **options: Any) -> None:  # noqa: ANN401  # passed on
        if next(saves, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        write(*given, **options)

    with patch.object(run, "SAVE_EVERY", 0.0), patch.object(run, "write_state", write_or_end):
        get_command(app).main(arguments)


def fine_tuned(told: Path, rank: int, port: int, arguments: list[str]) -> None:
    """Do a command as one of two; writes the sum of all weights, as exactly as they are the same."""
    _as_launched(rank, port)
    go = Run.go

    def go_and_tell(its: Run, *given: Any) -> None:  # noqa: ANN401  # passed on
        go(its, *given)
        total = sum(float(each.double().abs().sum()) for each in its.model.parameters())
        told.with_suffix(f".{rank}").write_text(f"{total:.12f}")

    with patch.object(Run, "go", go_and_tell):
        get_command(app).main(arguments)


def heads(told: Path, rank: int, port: int) -> None:
    """Share gradients as one of two that use one head each, of three."""
    _as_launched(rank, port)
    processes = Processes.join("cpu")
    torch.manual_seed(processes.rank)
    model = nn.ModuleList([nn.Linear(2, 1), nn.Linear(2, 1), nn.Linear(2, 1)])
    processes.give(model)
    weights = [each.tolist() for each in model.parameters()]
    used = model[0] if processes.leads else model[1]
    used(torch.ones(2)).sum().backward()
    tokens = processes.share(model, 5 + processes.rank)
    parameters = list(model.parameters())[::2]
    grads = [None if each.grad is None else each.grad.tolist() for each in parameters]
    told.with_suffix(f".{rank}").write_text(f"{weights} {tokens} {grads}")
    processes.leave()


def _as_launched(rank: int, port: int) -> None:
    """Set what torchrun sets for the processes that it starts: where they meet, and who they are."""
    os.environ |= {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": "2",
        "TORCHELASTIC_RUN_ID": "none",
        "TORCHELASTIC_USE_AGENT_STORE": "True",
    }
