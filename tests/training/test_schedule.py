from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import BertTokenizerFast

from models.multitask import BertForFourTasks
from training.pretrain import new_model
from training.schedule import Budget, Run, has_state, learning_rate


def small(tokenizer: BertTokenizerFast) -> BertForFourTasks:
    return new_model(tokenizer, layers=1, hidden=16, heads=1)


def test_the_rate_rises_then_falls_to_nothing() -> None:
    rates = [learning_rate(step / 100, 1.0, warm_up=0.1) for step in range(101)]
    assert rates[0] == 0
    assert rates[10] == pytest.approx(1)
    assert rates[-1] == 0
    assert rates[:11] == sorted(rates[:11])
    assert rates[10:] == sorted(rates[10:], reverse=True)


def step(run: Run) -> bool:
    loss = sum((p**2).sum() for p in run.model.parameters())
    assert isinstance(loss, torch.Tensor)
    loss.backward()
    return run.update(10)


def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path, tokenizer: BertTokenizerFast) -> None:
    torch.manual_seed(0)
    first = Run(small(tokenizer), tmp_path, budget=Budget(1e-6), peak_lr=0.1, description="test")
    assert not has_state(tmp_path)
    assert step(first), "the budget is used up, so the state is saved"
    assert first.finished
    torch.manual_seed(1)
    second = Run(small(tokenizer), tmp_path, budget=Budget(10), peak_lr=0.1, description="test")
    assert (second.step, second.tokens, second.spent) == (1, 10, first.spent)
    for old, new in zip(first.model.parameters(), second.model.parameters(), strict=True):
        assert torch.equal(old, new)
    assert not second.finished
    assert not step(second), "saved only every few minutes"
    assert second.step == 2


def test_a_half_written_state_is_never_read(tmp_path: Path, tokenizer: BertTokenizerFast) -> None:
    (tmp_path / "state.partial").write_bytes(b"killed while writing")
    assert (
        Run(small(tokenizer), tmp_path, budget=Budget(0, steps=2), peak_lr=0.1, description="test").step == 0
    )


def test_a_budget_of_steps_ends_after_them(tmp_path: Path, tokenizer: BertTokenizerFast) -> None:
    run = Run(small(tokenizer), tmp_path, Budget(0, steps=2), peak_lr=0.1, description="test")
    assert not step(run)
    assert run.progress == 0.5
    assert step(run)
    assert run.finished
