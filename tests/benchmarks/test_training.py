"""Our loop and Hugging Face's Trainer learn the same little thing from the same trunk."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import typer
from typer.testing import CliRunner

from benchmarks.training import Timed, _start, main, markdown
from tests.tiny import write_checkpoint

app = typer.Typer()
app.command()(main)


def _file(path: Path, start: int, count: int) -> Path:
    rows = ["id\tdocument\tlabel"]
    rows += [f"{n}\t영화 {n} {('별로예요', '최고예요')[n % 2]}\t{n % 2}" for n in range(start, start + count)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_both_are_timed_and_measured_on_the_other_file(tmp_path: Path) -> None:
    trunk = write_checkpoint(tmp_path / "trunk", "bert-pretraining")
    given = [
        *(
            "--train",
            str(_file(tmp_path / "train.tsv", 0, 40)),
            "--test",
            str(_file(tmp_path / "test.tsv", 30, 30)),
        ),
        *("--model", str(trunk), "--trainer-lr", "1e-3", "--lr", "1e-3"),
    ]

    done = CliRunner().invoke(app, given)

    assert done.exit_code == 0, done.output
    assert "| ours, lr 0.001 | " in done.stdout
    assert "| Trainer, batches of 8, lr 0.001 | " in done.stdout
    assert "; n = 30)" in done.stdout
    assert logging.root.isEnabledFor(logging.WARNING)  # silent while it measures, and no longer


def test_both_begin_with_the_dropout_of_the_model_itself(tmp_path: Path) -> None:
    trunk = write_checkpoint(tmp_path / "trunk", "bert-pretraining")
    file = trunk / "config.json"
    for dropout in (0.0, 0.25):
        config = {**json.loads(file.read_text("utf-8")), "hidden_dropout_prob": dropout}
        file.write_text(json.dumps(config), "utf-8")
        for attention in (None, "sdpa"):  # ours, Trainer's
            assert _start(str(trunk), attention=attention).model.config.hidden_dropout_prob == dropout


def test_a_model_that_knows_the_labels_is_refused(tmp_path: Path) -> None:
    file = str(_file(tmp_path / "train.tsv", 0, 40))
    model = str(write_checkpoint(tmp_path / "model", "four-tasks"))

    done = CliRunner().invoke(
        app, ["--train", file, "--test", str(_file(tmp_path / "t", 99, 20)), "--model", model]
    )

    assert done.exit_code == 1
    assert "has learnt sentiment before" in done.stderr


def test_the_ratio_is_to_the_most_accurate_of_trainer_s() -> None:
    def timed(name: str, seconds: float, right: int) -> Timed:
        return Timed(name, seconds, np.arange(100) < right)

    found = markdown([timed("ours", 2, 90), timed("Trainer a", 5, 50), timed("Trainer b", 8, 91)])

    ratio, apart = found.splitlines()[-1].split("points ")
    assert ratio == "ours takes 1/4.0 of the time, its accuracy is -1.00 "
    assert apart == "(95 %: -3.00 to +0.00; n = 100)"
