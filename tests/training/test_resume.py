"""A run that was stopped ends with the same weights as one that was not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import BertTokenizerFast

from models.multitask import BertForFourTasks
from training import schedule
from training.batches import LabelledExamples
from training.corpus import Corpus
from training.datasets import Example
from training.examples import Singles
from training.finetune import LabelledSets, finetune
from training.pretrain import Corpora, new_model, pretrain
from training.schedule import Budget, Run

STEPS = 4


class Killed(Exception):
    """Stands for a kill right after a checkpoint."""


@pytest.fixture
def corpora(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> Corpora:
    monkeypatch.setattr("training.pretrain.LENGTHS", ((32, 1.0),))
    monkeypatch.setattr("training.pretrain.TOKENS_PER_STEP", (128, 128))
    return Corpora(corpus, corpus, Singles(corpus))


def interrupted(monkeypatch: pytest.MonkeyPatch, train: Callable[[], None]) -> None:
    """Run ``train`` with a checkpoint at every step, killed after the second, and once more to the end."""
    update = Run.update

    def killing(run: Run, tokens: int) -> bool:
        saved = update(run, tokens)
        if run.step == 2:
            raise Killed
        return saved

    with monkeypatch.context() as patch:
        patch.setattr(schedule, "SAVE_EVERY", -1.0)
        patch.setattr(Run, "update", killing)
        with pytest.raises(Killed):
            train()
    train()


def same(one: Path, two: Path) -> bool:
    first, second = (BertForFourTasks.from_pretrained(path / "model").state_dict() for path in (one, two))
    return all(torch.equal(first[name], second[name]) for name in first)


def test_pretraining(
    tmp_path: Path, tokenizer: BertTokenizerFast, corpora: Corpora, monkeypatch: pytest.MonkeyPatch
) -> None:
    def train(out: Path) -> None:
        torch.manual_seed(0)
        model = new_model(tokenizer, layers=1, hidden=16, heads=1)
        pretrain(model, tokenizer, corpora, out, budget=Budget(0, STEPS))

    train(tmp_path / "whole")
    interrupted(monkeypatch, lambda: train(tmp_path / "stopped"))
    assert same(tmp_path / "whole", tmp_path / "stopped")


def test_finetuning(
    tmp_path: Path, tokenizer: BertTokenizerFast, corpora: Corpora, monkeypatch: pytest.MonkeyPatch
) -> None:
    opinions = [Example(f"영화 {n} 좋았다", None, n % 2) for n in range(20)]
    pairs = [Example(f"영화 {n}", "산에 살았다", n % 3) for n in range(20)]
    sets = LabelledSets(
        *(LabelledExamples(part, tokenizer, longest=32) for part in (opinions, pairs, opinions, pairs))
    )
    torch.manual_seed(0)
    new_model(tokenizer, layers=1, hidden=16, heads=1).save_pretrained(tmp_path / "start")

    def train(out: Path) -> None:
        model = BertForFourTasks.from_pretrained(tmp_path / "start", hidden_dropout_prob=0.5)
        finetune(model, tokenizer, sets, corpora, out, budget=Budget(0, STEPS))

    train(tmp_path / "whole")
    interrupted(monkeypatch, lambda: train(tmp_path / "stopped"))
    assert same(tmp_path / "whole", tmp_path / "stopped")
