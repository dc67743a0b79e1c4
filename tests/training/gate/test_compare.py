from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import pytest
import torch

from models.multitask import BertForFourTasks
from storage.verdicts import CheckName, CheckState
from tests.tiny import ENGLISH, KOREAN, write_checkpoint
from training.batches import LabelledExamples
from training.classes import all_logits
from training.datasets import Example
from training.evaluate import groups_of
from training.gate.answers import SetName
from training.gate.compare import Compared, LabelledSet, compare, timed
from training.gate.contestant import Contestant
from training.gate.rules import Rules, Teachers
from training.gate.verdict import latency
from training.start import load_start
from training.textfiles import DataError

TEACHERS = Teachers(9, 0.2)
LENIENT = Rules(calibration_margin=1.0)
"""Random models that happen to be right are not as sure as they are right."""
CPU = torch.device("cpu")


class Ticks:
    """A clock that goes on by a millisecond whenever it is looked at."""

    def __init__(self) -> None:
        self._times = 0

    def __call__(self) -> float:
        self._times += 1
        return self._times / 1_000


@pytest.fixture(scope="module")
def champion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("champion"))


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another model, which gives every label about as often as the others."""
    folder = write_checkpoint(tmp_path_factory.mktemp("candidate"))
    changed(folder, lambda weights: weights + 0.5 * torch.randn_like(weights))
    start = load_start(str(folder), dropout=0.0)
    heads = {
        "sentiment": start.model.sentiment.out,
        "nli": start.model.nli.out,
        "nsp": start.model.cls.seq_relationship,
    }
    for task, head in heads.items():
        encoded = LabelledExamples(unlabelled(task, 150), start.tokenizer, longest=64)
        logits = all_logits(start.model.train(mode=False), task, encoded)
        head.bias.data -= torch.from_numpy(np.median(logits, 0))
    start.model.save_pretrained(folder)
    return folder


def changed(folder: Path, change: Callable[[torch.Tensor], torch.Tensor]) -> None:
    model = BertForFourTasks.from_pretrained(folder)
    torch.manual_seed(3)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if not name.startswith("bert.embeddings"):
                weights.copy_(change(weights))
    model.save_pretrained(folder)


def texts(n: int) -> list[str]:
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(KOREAN + ENGLISH, size=5)) for _ in range(n)]


def unlabelled(task: str, n: int) -> list[Example]:
    second = None if task == "sentiment" else "이 영화는 너무 좋다"
    return [Example(text, second, 0) for text in texts(n)]


def as_answered(model: Path, task: str, n: int) -> list[Example]:
    """Rows that a model has all right."""
    rows = unlabelled(task, n)
    chosen = Contestant(str(model), [task], CPU).classify(task, rows).chosen
    return [replace(row, label=int(label)) for row, label in zip(rows, chosen, strict=True)]


def asked(one: Path, other: Path, task: str, *sets: LabelledSet, rules: Rules = LENIENT) -> Compared:
    return compare(one, other, task, sets, TEACHERS, rules=rules, tries=2, clock=Ticks())


def states(found: Compared) -> dict[CheckName, CheckState]:
    return {check.name: check.state for check in found.verdict.checks}


@pytest.mark.parametrize("task", ["sentiment", "nli", "nsp"])
def test_the_better_of_two_models_passes_and_the_other_does_not(
    champion: Path, candidate: Path, task: str
) -> None:
    rows = as_answered(candidate, task, 150)
    sets = (LabelledSet(SetName.GOLD, task, rows), LabelledSet(SetName.TEST, task, rows))
    found = asked(champion, candidate, task, *sets)
    assert found.verdict.passed, states(found)
    assert (found.verdict.champion, found.verdict.candidate) == (str(champion), str(candidate))
    assert all(each.candidate.all() and not each.champion.all() for each in found.correct)
    kept = json.loads(json.dumps(found.correct[0].as_json()))
    assert kept["rows"] == list(range(150))
    assert kept["candidate"] == [1] * 150
    assert kept["champion"] == [int(right) for right in found.correct[0].champion]
    assert not asked(candidate, champion, task, *sets).verdict.passed


def test_a_model_does_not_pass_against_itself(champion: Path) -> None:
    rows = as_answered(champion, "sentiment", 120)
    found = asked(champion, champion, "sentiment", LabelledSet(SetName.GOLD, "sentiment", rows))
    assert not found.verdict.passed
    assert states(found)[CheckName.CHANGED] is CheckState.FAILED


def test_a_candidate_with_broken_weights_is_refused(champion: Path, tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    changed(folder, lambda weights: torch.full_like(weights, torch.nan))
    rows = as_answered(champion, "sentiment", 120)
    sets = LabelledSet(SetName.GOLD, "sentiment", rows)
    found = asked(champion, folder, "sentiment", sets)
    assert not found.verdict.passed
    assert states(found)[CheckName.ANSWERS] is CheckState.FAILED
    with pytest.raises(DataError, match="the champion answers the gold set of sentiment with no numbers"):
        asked(folder, champion, "sentiment", sets)


def test_other_tasks_of_the_trunk_must_not_get_worse(champion: Path, candidate: Path) -> None:
    own = LabelledSet(SetName.GOLD, "sentiment", as_answered(candidate, "sentiment", 150))
    other = LabelledSet(SetName.TEST, "nli", as_answered(champion, "nli", 150))
    found = asked(champion, candidate, "sentiment", own, other)
    assert not found.verdict.passed
    failed = {check.numbers.get("task") for check in found.verdict.checks if check.state == "failed"}
    assert failed == {"nli"}


@pytest.mark.parametrize(
    ("task", "rows", "said"),
    [
        ("sentiment", [], "the gold set of sentiment is empty"),
        ("tokens", [Example("가", None, 0)], "only nsp, sentiment and nli can be compared"),
        ("mask", [Example("[MASK]", None, 0)], "only nsp, sentiment and nli can be compared"),
        ("nli", [Example("가", None, 0)], "a row is not a pair"),
        ("sentiment", [Example("가", "나", 0)], "a row is a pair"),
    ],
)
def test_rows_that_cannot_be_asked_are_said(
    champion: Path, task: str, rows: list[Example], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        asked(champion, champion, task, LabelledSet(SetName.GOLD, task, rows))


def test_a_model_without_the_head_is_refused(champion: Path, tmp_path: Path) -> None:
    other = write_checkpoint(tmp_path, "bert-mask")
    rows = [Example(text, None, 0) for text in texts(6)]
    with pytest.raises(DataError, match="never learnt sentiment"):
        asked(champion, other, "sentiment", LabelledSet(SetName.GOLD, "sentiment", rows))


class Slow:
    """A model that takes its time, told by the clock that it sets."""

    def __init__(self, now: list[float], seconds: Iterator[float], name: str, said: list[str]) -> None:
        self._now, self._seconds, self._name, self._said = now, seconds, name, said

    def ask(self, task: str, row: Example) -> None:  # noqa: ARG002  # as the real one is asked
        self._now[0] += next(self._seconds)
        self._said.append(self._name)


FIVE = [LabelledSet(SetName.GOLD, "sentiment", [Example(text, None, 0) for text in texts(5)])]


def test_lone_questions_are_timed_in_turn_and_the_first_ones_not() -> None:
    now, said = [0.0], list[str]()
    slow = iter([9.0, 9.0, 9.0, *(0.002 + 0.001 * n for n in range(10))])
    quick = iter([9.0, 9.0, 9.0, *[0.001] * 10])
    one, other = Slow(now, slow, "a", said), Slow(now, quick, "b", said)
    times = timed(one, other, FIVE, Rules(), 2, lambda: now[0])
    assert times is not None
    assert times.champion == pytest.approx(np.arange(2.0, 12.0).reshape(2, 5), rel=1e-6)
    assert times.candidate == pytest.approx(np.full((2, 5), 1.0), rel=1e-6)
    assert "".join(said) == "baab" * 6 + "ba"


@pytest.mark.parametrize(("later", "state"), [(0.002, CheckState.PASSED), (0.003, CheckState.FAILED)])
def test_a_candidate_that_seems_slow_is_timed_for_longer(later: float, state: CheckState) -> None:
    now, said = [0.0], list[str]()
    steady = repeat(0.002)
    held_up = chain([0.003] * (3 + 10), repeat(later))
    one, other = Slow(now, steady, "a", said), Slow(now, held_up, "b", said)
    times = timed(one, other, FIVE, Rules(), 2, lambda: now[0])
    assert times is not None
    assert times.champion.shape == times.candidate.shape == (2 + 6, 5)
    assert latency(times, Rules()).state is state


def test_hypotheses_of_one_premise_come_together(champion: Path, candidate: Path) -> None:
    """Every premise ten times: intervals are as wide as fifteen premises make them."""
    rows = as_answered(candidate, "nli", 150)
    again = [Example(rows[n // 10].text, row.text, n // 10 % 3) for n, row in enumerate(rows)]
    assert len(set(groups_of([row.text for row in again]).tolist())) == 15

    def width(these: list[Example]) -> float:
        found = asked(champion, candidate, "nli", LabelledSet(SetName.GOLD, "nli", these))
        (gain,) = [check for check in found.verdict.checks if check.name is CheckName.GAIN]
        low, high = gain.numbers["low"], gain.numbers["high"]
        assert isinstance(low, float)
        assert isinstance(high, float)
        return high - low

    assert width(again) > 1.5 * width(rows)
