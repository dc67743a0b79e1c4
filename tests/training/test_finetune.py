from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertTokenizerFast

from models.results import LABELS, Task
from storage.runs import Failure
from training.batches import LabelledExamples
from training.classes import all_logits
from training.corpus import Corpus
from training.datasets import Example
from training.finetune import Replay, Settings, TaskData, set_aside, step_of, task_data, watch_of
from training.learnt import Learnt
from training.optimizers import adamw
from training.picture_words import KOREAN
from training.pretrain import Documents, Recipe, Text, new_model
from training.pretrain import step_of as pretraining_step
from training.processes import Processes
from training.run import Run, Step
from training.schedule import Budget
from training.textfiles import DataError

HERE = Processes(torch.device("cpu"))


def examples(count: int, positive: Callable[[int], bool]) -> list[Example]:
    return [Example(f"고양이가 산에 {n}", None, int(positive(n))) for n in range(count)]


def encoded(parts: list[Example], tokenizer: BertTokenizerFast) -> LabelledExamples:
    return LabelledExamples(parts, tokenizer, longest=32)


def test_a_text_that_comes_twice_is_set_aside_twice() -> None:
    twice = [*examples(50, bool), *examples(50, bool)]
    dev = set_aside(twice, 10)
    assert len({each.text for each in dev}) == 5
    assert len(dev) == 10


def test_pairs_of_one_premise_stay_together_and_none_is_lost() -> None:
    pairs = [Example(f"{n // 3} 고양이", f"{n} 산에", n % 3) for n in range(300)]
    pairs.append(Example("강에", pairs[0].second, 0))
    dev = set_aside(pairs, 50)
    assert len(dev) in (48, 49)
    assert {each.text for each in pairs if each not in dev}.isdisjoint(each.text for each in dev)
    assert len(set_aside(pairs[:9], 50)) == 3  # one row of nine there is room for


def test_the_development_part_is_the_same_when_a_few_rows_are_others() -> None:
    """A run may go on from the weights of one before."""
    once = examples(400, bool)
    dev = set_aside(once, 50)
    for others in (once[1:], once[::-1], [*examples(410, bool)[400:], *once]):
        assert len(set(dev) - set(set_aside(others, 50))) <= 3
    few = set_aside(once[:200], 50)  # of which more is in the part
    assert {each for each in dev if each in once[:200]} - set(few) == set()


def test_nothing_is_chosen_by_rows_that_the_model_has_learnt(tokenizer: BertTokenizerFast) -> None:
    told: list[str] = []
    once, dev = examples(30, lambda n: n % 2 > 0), examples(9, lambda n: n % 2 > 0)
    data = task_data([once], dev, tokenizer, "sentiment", before=Learnt.of(dev[:2], []), say=told.append)
    assert data.chosen_by == dev[2:]
    assert told[0].startswith("sentiment: the model to begin with has learnt 2 rows that are not among")
    aside = set_aside(once, 6)
    data = task_data([once], None, tokenizer, "sentiment", before=Learnt.of(aside[:2], []))
    assert (len(data.train), data.chosen_by) == (26, aside[2:])
    data = task_data([once], None, tokenizer, "sentiment", before=Learnt.chosen_by(aside, []))
    assert data.chosen_by == aside, "what was chosen by before is good for it again"
    told.clear()
    data = task_data([once], None, tokenizer, "sentiment", before=Learnt.of(aside, []), say=told.append)
    assert (len(data.train), data.chosen_by) == (24, aside)
    assert told[0].startswith("sentiment: the model to begin with has learnt 6 of the 6 rows to choose")


def test_a_given_development_file_is_used_whole_and_taken_out_of_training(
    tokenizer: BertTokenizerFast,
) -> None:
    train, dev = examples(30, lambda n: n % 2 > 0), examples(5, lambda n: n % 2 > 0)
    data = task_data([train, train[:3]], dev, tokenizer, "sentiment")
    assert (len(data.train), len(data.dev)) == (25, 5)


def test_rows_that_share_a_text_with_the_development_part_are_counted(tokenizer: BertTokenizerFast) -> None:
    told: list[str] = []
    once, dev = examples(30, lambda n: n % 2 > 0), examples(5, lambda n: n % 2 > 0)
    task_data([once, once[:3]], dev, tokenizer, "sentiment", say=told.append)
    assert told == ["sentiment: 8 rows that share a text with the 5 to choose by left out"]
    told.clear()
    data = task_data([once, once], None, tokenizer, "sentiment", say=told.append)
    assert (len(data.train), len(data.dev)) == (48, 6)
    assert told == ["sentiment: 6 rows that share a text with the 6 to choose by left out"]
    told.clear()
    replay = Replay(once, 2, 0)
    task_data([once[5:]], dev, tokenizer, "sentiment", replay=replay, say=told.append)
    assert told == ["sentiment: 5 rows that share a text with the 5 to choose by left out"]
    told.clear()
    task_data([once], None, tokenizer, "sentiment", say=told.append)
    assert not told


def test_rare_classes_count_as_much_as_frequent_ones(tokenizer: BertTokenizerFast, tmp_path: Path) -> None:
    """All texts are alike, nine of ten positive: nothing can be told, and no class is preferred."""
    train = [Example("고양이가 산에 살았다.", None, int(n % 10 > 0)) for n in range(100)]
    data = {"sentiment": TaskData(*(encoded(train, tokenizer),) * 2)}
    torch.manual_seed(0)
    model = new_model(tokenizer, layers=1, hidden=16, heads=1)
    run = Run(model.train(), tmp_path, Budget(0, 150), 0.01, "test", HERE, adamw)
    run.go(step_of(run, data, None, tokenizer, Settings(smoothing=0.0)))
    model.train(mode=False)
    logits = all_logits(model, "sentiment", data["sentiment"].dev)
    assert np.abs(logits[:, 0] - logits[:, 1]).max() < 0.5  # the prior's own would be log 9 = 2.2


def test_what_the_second_text_gives_away_is_left_out(tokenizer: BertTokenizerFast, tmp_path: Path) -> None:
    """The second text tells the label four times in five: known before, there is nothing left to learn."""
    words = ("산에", "바다에", "학교에")
    labels = [(n + (n % 5 == 0) * (1 + n // 15 % 2)) % 3 for n in range(90)]
    pairs = [Example("고양이가 살았다.", f"고양이가 {words[n % 3]}", label) for n, label in enumerate(labels)]
    encoded_pairs = encoded(pairs, tokenizer)
    word = np.arange(90)[:, None] % 3
    told = np.log(np.where(np.arange(3) == word, 0.8, 0.1)).astype(np.float32)

    def spread(debias: float) -> float:
        data = {"nli": TaskData(encoded_pairs, encoded_pairs, told)}
        torch.manual_seed(0)
        model = new_model(tokenizer, layers=1, hidden=16, heads=1)
        folder = tmp_path / str(debias)
        run = Run(model.train(), folder, Budget(0, 60), 0.01, "test", HERE, adamw)
        run.go(step_of(run, data, None, tokenizer, Settings(smoothing=0.0, debias=debias)))
        model.train(mode=False)
        logits = all_logits(model, "nli", encoded_pairs)
        return float(np.ptp(logits - logits.mean(0), axis=1).mean())

    assert spread(0.0) > 1.5  # log 8 would be all
    assert spread(1.0) < 0.5


def test_each_step_reads_text_of_its_own(
    tokenizer: BertTokenizerFast, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.pretrain.LENGTHS", ((32, 1.0),))
    run = Run(new_model(tokenizer, layers=1, hidden=16, heads=1), tmp_path, Budget(0, 1), 0.01, "test", HERE)
    text = Text([Documents(corpus, 1.0)])
    fine = step_of(run, {}, text, tokenizer, Settings(scale=0.5))
    before = pretraining_step(run, tokenizer, text, Recipe(tokens=256))
    for make in (fine, before):
        first, second = make(0).values, make(1).values
        assert first["mlm"] != second["mlm"]
        assert make(0).values == first


def test_both_losses_are_summed_by_their_weights(
    tokenizer: BertTokenizerFast, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.pretrain.LENGTHS", ((32, 1.0),))
    run = Run(new_model(tokenizer, layers=1, hidden=16, heads=1), tmp_path, Budget(0, 1), 0.01, "test", HERE)
    pairs, masks = run.model.cls.seq_relationship.weight, run.model.cls.predictions.transform.dense.weight

    def gradients(weight: float) -> tuple[torch.Tensor, torch.Tensor]:
        run.model.zero_grad(set_to_none=False)
        recipe = Recipe(tokens=256, nsp_weight=weight)
        pretraining_step(run, tokenizer, Text([Documents(corpus, 1.0)]), recipe)(0)
        assert pairs.grad is not None
        assert masks.grad is not None
        return pairs.grad.clone(), masks.grad.clone()

    (once, masked), (twice, also), (never, still) = gradients(1.0), gradients(2.0), gradients(0.0)
    assert once.abs().max() > 0
    assert torch.allclose(twice, 2 * once, rtol=0.02)
    assert not never.any()
    assert masked.abs().max() > 0
    assert torch.equal(masked, also)
    assert torch.equal(masked, still)


def test_each_process_has_batches_of_its_own(tokenizer: BertTokenizerFast, tmp_path: Path) -> None:
    data = {"nsp": TaskData(*(encoded(examples(60, bool), tokenizer),) * 2)}
    seen: dict[int, Step] = {}
    for rank in range(2):
        model = new_model(tokenizer, layers=1, hidden=16, heads=1)
        run = Run(model, tmp_path / str(rank), Budget(0, 1), 0.01, "test", HERE)
        run.processes = Processes(torch.device("cpu"), rank, 2)
        torch.manual_seed(0)
        seen[rank] = step_of(run, data, None, tokenizer, Settings(scale=0.1))(0)
    assert seen[0].values != seen[1].values
    assert seen[0].values.keys() == {"loss nsp", "nsp accuracy"}


@pytest.mark.parametrize("task", ["sentiment", "nli"])
def test_what_is_logged_says_that_it_is_an_accuracy(
    task: str, tokenizer: BertTokenizerFast, tmp_path: Path
) -> None:
    rows = [Example(f"{number} 산에 살았다.", None, number % len(LABELS[Task(task)])) for number in range(60)]
    data = {task: TaskData(*(encoded(rows, tokenizer),) * 2)}
    run = Run(new_model(tokenizer, layers=1, hidden=16, heads=1), tmp_path, Budget(0, 1), 0.01, "test", HERE)
    made = step_of(run, data, None, tokenizer, Settings(scale=0.1))(0)
    assert made.values.keys() == {f"loss {task}", f"{task} accuracy"} <= KOREAN.names.keys()


def test_the_mean_over_the_tasks_is_watched(
    tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = new_model(tokenizer, layers=1, hidden=16, heads=1)
    data = {name: TaskData(*(encoded(examples(4, bool), tokenizer),) * 2) for name in ("sentiment", "nli")}
    monkeypatch.setattr(
        "training.finetune.accuracy", lambda _, task, __: {"sentiment": 0.9, "nli": 0.5}[task]
    )
    watch = watch_of(model, data)
    assert watch is not None
    assert watch() == pytest.approx(0.7)
    assert watch_of(model, {}) is None


def test_a_class_without_rows_and_a_file_too_small_to_choose_by_are_said(
    tokenizer: BertTokenizerFast,
) -> None:
    with pytest.raises(DataError, match="not one row to learn negative from") as caught:
        task_data([examples(30, lambda _: True)], None, tokenizer, "sentiment")
    assert caught.value.failure is Failure.MISSING_LABEL
    with pytest.raises(DataError, match=r"rows to learn from: 4, .*: 5 are needed, unless a file") as caught:
        task_data([examples(4, bool)], None, tokenizer, "sentiment")
    assert caught.value.failure is Failure.TOO_FEW
    pairs = [Example("고양이가", "산에", n % 3) for n in range(9)]
    with pytest.raises(DataError, match="nli: too few rows for --debias"):
        task_data([pairs], [Example("바다에", "살았다", 0)], tokenizer, "nli", debias=True)
