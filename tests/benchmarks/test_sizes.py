"""Every size is trained, measured and timed."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.sizes import main
from tests.training.conftest import as_file, korean_documents
from training import corpus, evaluate_text, pretrain
from training.tokenizer import train_tokenizer

app = typer.Typer()
app.command()(main)


def test_every_size_has_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrain, "LENGTHS", ((32, 1.0),))
    monkeypatch.setattr(evaluate_text, "LENGTH", 32)
    monkeypatch.setattr(evaluate_text, "PAIRS", 64)
    monkeypatch.setattr(corpus, "HELD_OUT_EVERY", 4)
    file = as_file(tmp_path / "ko.txt", korean_documents())
    train_tokenizer([file], [], characters=9_999, vocab_size=300).save_pretrained(tmp_path / "tok")
    given = ["--tokenizer", str(tmp_path / "tok"), "--documents", file, "--out", str(tmp_path / "out")]

    done = CliRunner().invoke(app, ["1x64", "2x64", *given, "--steps", "3"])

    assert done.exit_code == 0, repr(done.exception)
    first, second = done.stdout.splitlines()[-2:]
    assert first.startswith("| 1x64 | ")
    assert second.startswith("| 2x64 | ")
    assert first.endswith(" ms |")
    assert float(first.split("|")[2].split()[0]) < float(second.split("|")[2].split()[0])
    assert first.split("|")[3] == second.split("|")[3]  # as many tokens

    more = CliRunner().invoke(app, ["1x64", *given, "--steps", "4"])
    assert more.exit_code == 1
    assert "out/1x64: the run in it began otherwise (budget was Budget(" in more.stderr


def test_a_size_that_is_none_is_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["1x64", "--tokenizer", str(tmp_path), "--documents", "no.txt"])

    assert done.exit_code == 1
    assert done.stderr.startswith("benchmarks.sizes: ")
