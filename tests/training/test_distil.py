"""A student learns what its teachers say, and says of whom it has it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertTokenizerFast
from typer.testing import CliRunner

from bot.cli import app
from models.catalog import Source
from training.batches import LabelledExamples
from training.classes import all_logits
from training.datasets import Example
from training.distil import distillation, taught
from training.finetune import Settings, TaskData, step_of
from training.learnt import Learnt
from training.optimizers import adamw
from training.pretrain import new_model
from training.processes import Processes
from training.record import file_hash
from training.run import Run
from training.schedule import Budget
from training.start import Start

HERE = Processes(torch.device("cpu"))
CPU = torch.device("cpu")
WORDS = ("웃었다", "울었다")
ROWS = [Example(f"고양이가 {number % 7} {WORDS[number % 2]}", None, number % 2) for number in range(40)]


def start(tokenizer: BertTokenizerFast, seed: int) -> Start:
    torch.manual_seed(seed)
    model = new_model(tokenizer, layers=1, hidden=16, heads=1)
    model.sentiment.load_state_dict({name: 40 * its for name, its in model.sentiment.state_dict().items()})
    return Start(model, tokenizer, Source(model="teacher", tokenizer="teacher"), Path(), frozenset())


def test_the_divergence_is_that_of_hinton() -> None:
    student, teacher = torch.tensor([[1.0, -1.0], [0.0, 2.0]]), torch.tensor([[3.0, -1.0], [1.0, 0.5]])
    p, q = (teacher / 2).softmax(-1), (student / 2).softmax(-1)

    found = distillation(student, teacher.log_softmax(-1))

    torch.testing.assert_close(found, 4 * (p * (p / q).log()).sum(-1).mean())
    assert float(distillation(teacher + 7, teacher.log_softmax(-1))) == pytest.approx(0, abs=1e-6)


def test_teachers_have_the_mean_of_their_words(
    tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.distil.bf16_pays", lambda _: False)
    teachers = [start(tokenizer, seed) for seed in (1, 2)]
    encoded = LabelledExamples(ROWS, tokenizer, longest=32)

    found = taught(ROWS, "sentiment", teachers, CPU, longest=32)

    each = [torch.from_numpy(all_logits(its.model, "sentiment", encoded)).log_softmax(-1) for its in teachers]
    np.testing.assert_allclose(found, torch.stack(each).mean(0).numpy(), atol=1e-5)
    assert (each[0] - each[1]).abs().max() > 0.1  # so neither is the mean
    assert found.shape == (40, 2)


def test_a_student_believes_its_teacher_more_than_the_labels(
    tokenizer: BertTokenizerFast, tmp_path: Path
) -> None:
    encoded = LabelledExamples(ROWS, tokenizer, longest=32)
    other = np.log(np.where(np.arange(2) == 1 - encoded.labels[:, None], 0.9, 0.1)).astype(np.float32)
    data = {"sentiment": TaskData(encoded, encoded, teachers=other)}

    def agreement(distil: float) -> float:
        model = start(tokenizer, 3).model.train()
        run = Run(model, tmp_path / str(distil), Budget(0, 60), 0.01, "test", HERE, adamw)
        run.go(step_of(run, data, None, tokenizer, Settings(distil=distil)))
        logits = all_logits(model.eval(), "sentiment", encoded)
        return float((logits.argmax(-1) == encoded.labels).mean())

    assert agreement(0.0) == 1.0
    assert agreement(0.8) == 0.0


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    lines = [f"{number}\t{row.text}\t{row.label}" for number, row in enumerate(ROWS)]
    (tmp_path / "reviews.tsv").write_text("\n".join(["id\tdocument\tlabel", *lines]) + "\n", "utf-8")
    return tmp_path / "reviews.tsv"


def call(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["train", "finetune", *map(str, words)])
    return result.exit_code, result.output


def saved(tokenizer: BertTokenizerFast, folder: Path, **trained: list[str]) -> Path:
    model = start(tokenizer, 4).model
    for name, tasks in trained.items():
        setattr(model.config, name, tasks)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_the_record_names_the_teachers_and_what_they_learnt_counts(
    tokenizer: BertTokenizerFast, reviews: Path, tmp_path: Path
) -> None:
    student, teacher = (saved(tokenizer, tmp_path / name) for name in ("student", "teacher"))
    known = Example("선생님만 아는 문장이다", None, 1)
    Learnt.of([known], []).save(teacher)

    code, said = call(
        *("sentiment", "--model", student, "--sentiment", reviews, "--out", tmp_path / "out"),
        *("--steps", "2", "--teacher", teacher, "--teacher", "builtin"),
    )

    assert code == 0, said
    record = json.loads((tmp_path / "out" / "record.json").read_text("utf-8"))
    assert record["settings"]["teachers"] == [str(teacher), "builtin"]
    assert record["data"][str(teacher)] == file_hash(teacher)
    assert not Learnt.load(tmp_path / "out" / "model").new([known])


def test_another_teacher_is_another_run(tokenizer: BertTokenizerFast, reviews: Path, tmp_path: Path) -> None:
    student = saved(tokenizer, tmp_path / "student")
    words = ("sentiment", "--model", student, "--sentiment", reviews, "--out", tmp_path / "out")
    assert call(*words, "--steps", "1", "--teacher", "builtin")[0] == 0

    code, said = call(*words, "--steps", "2", "--teacher", student)

    assert code == 1
    assert "began otherwise (teachers was" in said


def test_a_teacher_must_know_the_task(tokenizer: BertTokenizerFast, reviews: Path, tmp_path: Path) -> None:
    teacher = saved(tokenizer, tmp_path / "teacher", trained_tasks=["mask", "nsp"])

    code, said = call(
        *("sentiment", "--model", "builtin", "--sentiment", reviews, "--out", tmp_path / "out"),
        *("--teacher", teacher),
    )

    assert code == 1
    assert f"{teacher} never learnt sentiment" in said


def test_without_labelled_files_a_teacher_has_nothing_to_say(data: Path, tmp_path: Path) -> None:
    code, said = call(
        *("mask", "--model", "builtin", "--documents", data / "ko.txt", "--out", tmp_path / "out"),
        *("--steps", "1", "--teacher", "builtin"),
    )

    assert code == 1
    assert "--teacher answers labelled examples, and no file of them is given" in said


def test_a_teacher_that_is_nowhere_is_told_before_anything_is_read(
    reviews: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.jobs.finetune", lambda *_, **__: pytest.fail("read"))
    code, said = call(
        *("sentiment", "--model", "builtin", "--sentiment", reviews, "--out", tmp_path / "out"),
        *("--teacher", "var/nobody"),
    )

    assert code == 1
    assert "var/nobody" in said
    assert not (tmp_path / "out").exists()


def test_a_dry_run_asks_no_teacher(
    tokenizer: BertTokenizerFast, reviews: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.finetune.taught", lambda *_, **__: pytest.fail("asked"))
    student = saved(tokenizer, tmp_path / "student")

    code, said = call(
        *("sentiment", "--model", student, "--sentiment", reviews, "--out", tmp_path / "out"),
        *("--steps", "2", "--teacher", "builtin", "--dry-run"),
    )

    assert code == 0, said
    assert "2 steps, 2 of them left" in said


def test_what_is_without_teachers_is_as_before(tokenizer: BertTokenizerFast, tmp_path: Path) -> None:
    encoded = LabelledExamples(ROWS, tokenizer, longest=32)
    found = []
    for settings in (Settings(), replace(Settings(), distil=1.0)):
        run = Run(
            start(tokenizer, 5).model, tmp_path / str(settings.distil), Budget(0, 1), 0.01, "test", HERE
        )
        data = {"sentiment": TaskData(encoded, encoded)}
        found.append(step_of(run, data, None, tokenizer, settings)(0).values["loss sentiment"])
    assert found[0] == found[1]
