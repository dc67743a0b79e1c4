from __future__ import annotations

import random
from pathlib import Path

import pytest
import typer

from training import english
from training.datasets import read


def test_the_files_read_back_as_labelled_sets(tmp_path: Path) -> None:
    english.main(tmp_path, rows=500, seed=3)
    opinions, pairs = (read(task, str(tmp_path / f"{task}.tsv")).examples for task in ("sentiment", "nli"))
    assert len(opinions) > 300
    assert {example.label for example in opinions} == {0, 1}
    assert {example.label for example in pairs} == {0, 1, 2}
    assert len({(example.text, example.label) for example in opinions}) == len(opinions), "no row twice"


def test_a_file_where_the_folder_should_be_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(typer.Exit):
        english.main(tmp_path / "taken", rows=5)
    (line,) = capsys.readouterr().err.splitlines()
    assert str(tmp_path / "taken") in line


def test_not_turns_an_opinion_round() -> None:
    rng = random.Random(0)
    opinions = [english.sentiment(rng) for _ in range(5_000)]
    turned = [(text, label) for text, label in opinions if " is not " in text and "at all" not in text]
    assert len(turned) > 100
    for text, label in turned:
        word = text.rstrip(".").split(" is not ")[1]
        assert (word.lower() in english._NEGATIVE) == (label == "1")
