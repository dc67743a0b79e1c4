"""A narrow lesson is taught both ways, and what is left of the old skill is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks import replay
from benchmarks.replay import Right, main, markdown

app = typer.Typer()
app.command()(main)


def old_rows(file: Path, count: int) -> str:
    words = ("정말 지루했다", "정말 재미있었다")
    rows = [f"{row}\t{row}번째 영화는 {words[row % 2]}\t{row % 2}" for row in range(count)]
    file.write_text("\n".join(["id\tdocument\tlabel", *rows, ""]), encoding="utf-8")
    return str(file)


def read(run: Path) -> int:
    """How many tokens a run has read."""
    last = (run / "history.jsonl").read_text("utf-8").splitlines()[-1]
    return int(json.loads(last)["tokens"])


def test_both_ways_are_taught_and_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "LEARNT", 40)
    monkeypatch.setattr(replay, "ASKED", 20)
    files = [
        "--old",
        old_rows(tmp_path / "old.tsv", 600),
        "--old-test",
        old_rows(tmp_path / "old_test.tsv", 40),
    ]
    done = CliRunner().invoke(app, [*files, "--seeds", "1", "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, repr(done.exception)
    lines = done.stdout.splitlines()[-5:]
    assert lines[0] == "| model | new test | old test |"
    assert [line.split(" | ")[0] for line in lines[2:]] == [
        "| before",
        "| without --replay",
        "| with --replay",
    ]
    runs = tmp_path / "out"
    # As many old rows as new ones.
    assert read(runs / "with-replay-0") > 1.5 * read(runs / "without-replay-0")


def test_means_stand_with_their_lowest_and_highest() -> None:
    told = markdown({"before": [Right(0.5, 0.9)], "after": [Right(1.0, 0.8), Right(0.9, 0.7)]})
    assert told.splitlines()[2:] == [
        "| before | 50.00 % | 90.00 % |",
        "| after | 95.00 % (90.00 to 100.00) | 75.00 % (70.00 to 80.00) |",
    ]


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["--old", "no.tsv", "--old-test", "no.tsv", "--out", str(tmp_path)])

    assert done.exit_code == 1
    assert done.stderr.startswith("benchmarks.replay: no.tsv")
