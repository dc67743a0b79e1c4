"""The commands that the documents give for the small files run as they are written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from training import lesson
from training.datasets import read, without

ROOT = Path(__file__).parents[2]
PLACE = "var/try"


def commands_of(document: str) -> list[str]:
    """The commands in a document that read the small files."""
    text = (ROOT / document).read_text("utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [" ".join(line.split()) for line in lines if PLACE in line]


@pytest.mark.timeout(600)
def test_every_command_for_them_runs_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    run = CliRunner()
    commands = commands_of("examples/README.md")
    for command in commands:
        program, *arguments = shlex.split(command.replace(PLACE, str(tmp_path)))
        if program == "kobert-bot":
            result = run.invoke(app, arguments)
        else:
            assert [program, *arguments[:2]] == ["python", "-m", "training.lesson"]
            result = run.invoke(lesson.app, arguments[2:])
        assert result.exit_code == 0, command + result.output + repr(result.exception)
    trained = {command.split()[2] for command in commands if command.startswith("kobert-bot")}
    assert trained == {"tokenizer", "pretrain", "finetune", "evaluate", "sweep"}
    for made in (
        "tokenizer/tokenizer.json",
        "pretrain/model/model.safetensors",
        "sentiment/model/model.safetensors",
        "nli/curve.png",
        "evaluation/report.md",
        "sweep/table.md",
        "pictures/sentiment-confusion.png",
    ):
        assert (tmp_path / made).stat().st_size > 0


def test_they_are_the_same_everywhere_and_every_file_is_named() -> None:
    all_of_them = commands_of("examples/README.md")
    assert commands_of("examples/README.ko.md") == all_of_them
    few = commands_of("README.md")
    assert len(few) == 2
    assert set(few) < set(all_of_them)
    assert commands_of("README.ko.md") == few
    for document in ("examples/README.md", "examples/README.ko.md"):
        said = (ROOT / document).read_text("utf-8")
        assert all(f"`{file.name}`" in said for file in (ROOT / "examples").glob("*.t*"))


def test_no_text_is_both_learnt_from_and_measured_on() -> None:
    for kind, task in (("reviews", "sentiment"), ("pairs", "nli")):
        learnt, measured = (
            read(task, str(ROOT / "examples" / f"{kind}{part}.tsv")).examples for part in ("", "_test")
        )
        assert without(measured, learnt) == measured
        assert {each.label for each in measured} == {each.label for each in learnt}
