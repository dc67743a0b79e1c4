import asyncio
from pathlib import Path

import pytest
import typer

from benchmarks import presets
from benchmarks.clients import Load
from benchmarks.questions import QUESTIONS
from models.catalog import load_catalog
from models.errors import CheckpointUnavailable, ModelServiceError
from models.results import Task
from tests.tiny import tiny_catalog


async def test_a_preset_is_asked_everything_under_each_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = tiny_catalog(tmp_path)
    assert presets.served(catalog, "builtin") == list(QUESTIONS)
    monkeypatch.setattr(presets, "load_catalog", lambda: catalog)
    one, three = await presets.measure_all("builtin", "cpu", [1, 3], 0.2)
    assert (one.clients, three.clients) == (1, 3)
    assert one.failed == three.failed == {}
    assert min(one.answered, three.answered) >= 3


def test_a_line_has_the_waits_or_none_when_nobody_was_answered() -> None:
    load = Load(2, 4, {"Busy": 3}, 2.0, [1.0, 2.0, 3.0, 4.0], [])
    assert presets.line(load).split() == ["2", "2.0", "3.0", "4.0", "4.0", "4", "3"]
    refused = Load(2, 0, {"Busy": 3}, 2.0, [], [])
    assert presets.line(refused).split() == ["2", "0.0", "–", "–", "–", "0", "3"]


def test_a_preset_is_asked_only_what_it_serves() -> None:
    asked = presets.served(load_catalog(), "google")
    assert [question.task for question in asked] == [Task.MASK, Task.NSP]
    with pytest.raises(ModelServiceError, match="no preset 'nope'"):
        presets.served(load_catalog(), "nope")


def test_a_hub_out_of_reach_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def unreachable(*_: object, **__: object) -> list[Load]:
        await asyncio.sleep(0)
        raise CheckpointUnavailable("klue/bert-base is not on this machine")

    monkeypatch.setattr(presets, "measure_all", unreachable)
    with pytest.raises(typer.Exit) as caught:
        presets.main(preset="klue")
    assert caught.value.exit_code == 1
    assert capsys.readouterr().err == "benchmarks.presets: klue/bert-base is not on this machine\n"
