import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks import serving
from benchmarks.engines import ENTRIES, Layout, entry, layouts
from benchmarks.figures import Figures
from benchmarks.venvs import SetupFailed, python_for
from tests.benchmarks.test_report import FIXED


def test_every_engine_says_what_it_needs() -> None:
    names = [each.name for each in ENTRIES]
    assert len(set(names)) == len(names) == 9
    assert all(entry(name).name == name for name in names)
    # an environment of its own holds exact versions only
    assert all("==" in line for each in ENTRIES for line in each.venv)
    with pytest.raises(KeyError, match="no engine 'bert'"):
        entry("bert")


def test_two_layouts_are_tried_unless_an_engine_decides_itself() -> None:
    assert layouts(entry("openvino"), 2) == (Layout(1, 2), Layout(2, 1))
    assert layouts(entry("openvino"), 1) == (Layout(1, 1),)
    assert [str(each) for each in layouts(entry("ours"), 2)] == ["its own"]


def test_an_environment_that_cannot_be_made_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert python_for(entry("ours"), tmp_path) == Path(sys.executable)

    def fail(*_: Any, **__: Any) -> Any:  # noqa: ANN401  # as subprocess.run
        return type(
            "Done", (), {"returncode": 1, "stderr": "WARNING: old\nERROR: no such version\nWARNING: x"}
        )

    monkeypatch.setattr("subprocess.run", fail)
    with pytest.raises(SetupFailed, match=r"^ERROR: no such version$"):
        python_for(entry("infinity"), tmp_path)
    assert not (tmp_path / "infinity" / "requirements.txt").exists()


def test_an_environment_is_made_once_for_its_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> Any:  # noqa: ANN401  # as subprocess.run
        commands.append(command)
        (tmp_path / "litserve").mkdir(exist_ok=True)
        return type("Done", (), {"returncode": 0, "stderr": ""})

    monkeypatch.setattr("subprocess.run", run)
    python = python_for(entry("litserve"), tmp_path)
    assert python == tmp_path / "litserve" / "bin" / "python"
    assert python_for(entry("litserve"), tmp_path) == python
    assert len(commands) == 2
    assert "litserve==0.2.19" in commands[1]
    (tmp_path / "litserve" / "requirements.txt").write_text("litserve==0.1\n", encoding="utf-8")
    python_for(entry("litserve"), tmp_path)
    assert len(commands) == 4


def test_the_command_teaches_itself() -> None:
    shown = CliRunner().invoke(serving.app, ["--help"], env={"COLUMNS": "200"}).output
    for word in ("make bench", "--quick", "--engine", "--redraw", "var/bench", ".[bench]", "ray-serve"):
        assert word in shown


@pytest.mark.parametrize("arguments", [["--engine", "bert"], ["--checkpoint", "huge"]])
def test_an_unknown_name_lists_those_there_are(arguments: list[str]) -> None:
    result = CliRunner().invoke(serving.app, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert "there are:" in result.output


def test_a_run_is_written_and_redrawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = Figures.from_json(json.loads(json.dumps(FIXED)))
    serving.write(figures, tmp_path)
    first = (tmp_path / "report.md").read_text(encoding="utf-8")
    (tmp_path / "report.md").unlink()
    serving.main(redraw=tmp_path)
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == first == capsys.readouterr().out


def test_quick_is_ours_the_baseline_and_one_peer_on_the_small_checkpoints(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plans: list[serving.Plan] = []

    def measure(plan: serving.Plan, say: Any) -> Iterator[Figures]:  # noqa: ANN401  # a callback
        plans.append(plan)
        say("a step")
        yield Figures.from_json(json.loads(json.dumps({**FIXED, "command": "half"})))
        yield Figures.from_json(json.loads(json.dumps(FIXED)))

    monkeypatch.setattr(serving, "measure", measure)
    monkeypatch.setattr(serving, "ROOT", tmp_path)
    monkeypatch.setattr(serving, "WORKPLACE", tmp_path / "var" / "bench")
    serving.main(quick=True, rounds=5)
    (plan,) = plans
    assert [each.name for each in plan.entries] == ["hf-one", "onnxruntime", "ours"]
    assert plan.checkpoints == ("mini", "builtin")
    assert (plan.settings.rounds, plan.settings.seconds) == (5, serving.QUICK.seconds)
    assert FIXED["command"] in (plan.folder / "figures.json").read_text(encoding="utf-8")
    assert (plan.folder / "report.md").read_text(encoding="utf-8") == capsys.readouterr().out
