"""What ships beside the built-in model of the runs that made it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from bot.cli import app
from training import english, held_out
from training.held_out import hashed
from training.learnt import Learnt
from training.shipping import main

ROOT = Path(__file__).parents[2]


def _table(path: Path, header: str, rows: list[str]) -> None:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run's folder; what it read lies in the working directory."""
    data, run = tmp_path / "data", tmp_path / "runs" / "first"
    data.mkdir()
    run.mkdir(parents=True)
    _table(
        data / "train.txt", "id\tdocument\tlabel", ["1\t배운 글 하나입니다\t1", "2\t재는 글 하나입니다\t0"]
    )
    _table(data / "test.txt", "id\tdocument\tlabel", ["1\t재는 글 하나입니다!\t0"])
    _table(data / "dev.txt", "id\tdocument\tlabel", ["1\t고르는 글 하나입니다\t0"])
    _table(data / "nli.tsv", "premise\thypothesis\tlabel", ["전제 하나입니다\t가설 하나입니다\tneutral"])
    (data / "reviews.txt").write_text(
        "별점 글 하나입니다\n별점 글 둘입니다\n별점 글 셋입니다\n별점 글 넷입니다\n", "utf-8"
    )
    (data / "stars.txt").write_text("10\n1\n7\n9\n", encoding="utf-8")
    monkeypatch.chdir(data)
    settings = {
        "tasks": ["sentiment", "nli"],
        "model": str(tmp_path / "runs" / "before" / "model"),
        "out": "../runs/first",
        "files": {"sentiment": ["train.txt"], "nli": ["nli.tsv"]},
        "dev": {"sentiment": "dev.txt"},
        "held_out": {"sentiment": ["test.txt"], "nli": []},
        "rated": ["reviews.txt", "stars.txt"],
        "replay": [],
        "skip_bad": True,
        "seed": 0,
    }
    hashes = {"train.txt": "00", str(tmp_path / "runs" / "before" / "model"): "11"}
    record = {"settings": settings, "data": hashes, "code": ["ab+"], "origin": {"settings": settings}}
    (run / "record.json").write_text(json.dumps(record), encoding="utf-8")
    return run


def test_the_texts_that_a_run_learnt_from_are_found_again(run: Path, tmp_path: Path) -> None:
    main([str(run)], tmp_path)
    known = set(Learnt.load(tmp_path).texts.tolist())
    learnt = ("배운 글 하나입니다", "고르는 글 하나입니다", "전제 하나입니다", "가설 하나입니다")
    blame, praise = "별점 글 둘입니다", ("별점 글 하나입니다", "별점 글 넷입니다")
    # As much praise as blame is drawn.
    assert known in [{hashed(text) for text in (*learnt, blame, one)} for one in praise]
    assert len(Learnt.load(tmp_path).files) == 4


def test_records_ship_without_the_folders_of_a_machine(run: Path, tmp_path: Path) -> None:
    main([str(run), str(run / "record.json")], tmp_path)
    first, second = (
        json.loads((tmp_path / f"finetuning-{number}.json").read_text("utf-8")) for number in (1, 2)
    )
    assert first == second
    assert first["settings"]["model"] == "before/model"
    assert first["settings"]["out"] == "runs/first"
    assert first["data"] == {"train.txt": "00", "before/model": "11"}
    assert first["code"] == ["ab+"]
    assert "origin" not in first
    assert str(tmp_path) not in (tmp_path / "finetuning-1.json").read_text("utf-8")
    main([str(run)], tmp_path)
    assert not (tmp_path / "finetuning-2.json").exists(), "of a model that ships no more"


@pytest.mark.parametrize(
    ("said", "content"),
    [
        ("No such file", None),
        ("not the record of a fine-tuning", "{"),
        ("not the record of a fine-tuning", "[]"),
        ("not the record of a fine-tuning", '{"settings": {"tokens": 128}}'),
        ("gone.txt: ", '{"settings": {%s, "files": {"sentiment": ["gone.txt"]}}}'),
    ],
)
def test_what_cannot_be_read_is_one_line_and_leaves_what_ships(
    run: Path, tmp_path: Path, said: str, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    ships = tmp_path / "ships"
    ships.mkdir()
    main([str(run)], ships)
    before = {path.name: path.read_bytes() for path in ships.iterdir()}
    if content is not None:
        rest = '"skip_bad": true, "held_out": {}, "replay": [], "tasks": ["nli"], "dev": {}, "rated": null'
        (tmp_path / "broken.json").write_text(content.replace("%s", rest), encoding="utf-8")
    with pytest.raises(typer.Exit) as left:
        main([str(run), str(tmp_path / "broken.json")], ships)
    assert left.value.exit_code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert {path.name: path.read_bytes() for path in ships.iterdir()} == before


@pytest.mark.parametrize(("command", "options"), [(main, ["--folder", "."]), (held_out.main, [])])
def test_nothing_given_is_refused(
    command: Callable[..., None], options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(held_out, "FILE", tmp_path / "held_out.npz")
    (tmp_path / "finetuning-1.json").touch()
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, options)
    assert result.exit_code == 2
    assert "Missing argument" in result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["finetuning-1.json"]


def _paths(value: Any) -> list[str]:  # noqa: ANN401  # JSON
    if isinstance(value, dict):
        return [each for pair in value.items() for one in pair for each in _paths(one)]
    if isinstance(value, list):
        return [each for one in value for each in _paths(one)]
    return [value] if isinstance(value, str) else []


def test_what_ships_is_whole() -> None:
    folder = ROOT / "models" / "builtin"
    records = sorted(folder.glob("finetuning-*.json"))
    assert records
    for path in records:
        body = json.loads(path.read_text("utf-8"))
        assert body["code"]
        assert body["data"]["ratings_train.txt.xz"]
        assert not [each for each in _paths(body) if each.startswith(("/", "../"))]
    texts = Learnt.load(folder).texts
    assert len(texts) > 200_000
    assert (np.diff(texts) > 0).all()


def test_the_built_in_model_knows_what_it_learnt(tmp_path: Path) -> None:
    english.main(tmp_path, 200, 0)
    given = ("train", "evaluate", "--model", "builtin", "--dry-run", "--out", str(tmp_path / "out"))
    result = CliRunner().invoke(app, [*given, "--sentiment", str(tmp_path / "sentiment.tsv")])
    assert result.exit_code == 1
    assert "rows have a text that the model learnt from" in result.stderr
