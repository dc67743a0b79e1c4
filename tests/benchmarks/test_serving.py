from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import typer

from benchmarks import serving
from models.catalog import load_catalog
from models.errors import Busy, CheckpointUnavailable, ModelServiceError
from models.results import LabelResult, Task
from models.service import ModelService
from tests.tiny import tiny_catalog


async def test_closed_loop_clients_are_counted(tmp_path: Path) -> None:
    catalog = tiny_catalog(tmp_path)
    service = ModelService(catalog, device="cpu")
    questions = serving.served(catalog, "builtin")
    assert questions == list(serving.QUESTIONS)
    await questions[0].ask(service, "builtin")
    load = await serving.measure(service, "builtin", questions, clients=3, seconds=0.3)
    await service.close()
    assert (load.clients, load.refused) == (3, 0)
    assert load.answered >= 3
    assert load.p50_ms is not None
    assert load.p95_ms is not None
    assert 0 < load.p50_ms <= load.p95_ms
    assert load.per_second == pytest.approx(load.answered / 0.3, rel=0.9)


async def test_when_all_are_refused_there_is_no_wait_to_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object, **__: object) -> LabelResult:
        await asyncio.sleep(0)
        raise Busy(60)

    monkeypatch.setattr(ModelService, "sentiment", busy)
    service = ModelService(tiny_catalog(tmp_path), device="cpu")
    load = await serving.measure(service, "builtin", serving.QUESTIONS[:1], clients=2, seconds=0.05)
    await service.close()
    assert (load.answered, load.refused, load.p50_ms, load.p95_ms) == (0, 2, None, None)


def test_a_preset_is_asked_only_what_it_serves() -> None:
    asked = serving.served(load_catalog(), "google")
    assert [question.task for question in asked] == [Task.MASK, Task.NSP]
    with pytest.raises(ModelServiceError, match="no preset 'nope'"):
        serving.served(load_catalog(), "nope")


def test_a_hub_out_of_reach_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def unreachable(*_: object, **__: object) -> list[serving.Load]:
        await asyncio.sleep(0)
        raise CheckpointUnavailable("klue/bert-base is not on this machine")

    monkeypatch.setattr(serving, "measure_all", unreachable)
    with pytest.raises(typer.Exit) as caught:
        serving.main(preset="klue")
    assert caught.value.exit_code == 1
    assert capsys.readouterr().err == "benchmarks.serving: klue/bert-base is not on this machine\n"
