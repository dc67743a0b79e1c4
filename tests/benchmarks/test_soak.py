from __future__ import annotations

import json
import logging
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import soak, soak_report
from models.runtime import ModelRunner
from tests.tiny import tiny_catalog


def fine() -> soak_report.Report:
    outcomes = Counter(answered=3_000, Busy=3_000)
    return soak_report.Report(
        1.0, 100.0, asked=6_000, outcomes=outcomes, swaps=3, kills=2, rss_mib=[100.0] * 30
    )


async def test_a_few_seconds_of_the_soak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL + 1, logger="models.batching")
    monkeypatch.setattr(soak_report, "FLAT", 1.0)  # so short a time says nothing of memory
    monkeypatch.setattr(soak_report, "LEAST", 0.01)  # so small a model is faster than who asks
    run = ModelRunner.run
    report = await soak.soak(tiny_catalog(tmp_path), device="cpu", minutes=0.15, measure=0.5)
    assert report.faults == []
    assert report.asked > 0
    assert report.outcomes.total() == report.asked
    assert report.kills > 0
    assert report.swaps > 0
    assert report.rss_mib
    assert ModelRunner.run is run


def test_a_report_is_json() -> None:
    body = json.loads(json.dumps(fine().as_json()))
    assert (body["outcomes"], body["growth"], body["faults"]) == ({"answered": 3_000, "Busy": 3_000}, 0, [])


def test_what_must_not_be_is_told() -> None:
    assert fine().faults == []
    assert soak_report.Report(1.0, 1.0, rss_mib=[1.0]).faults == [
        "only 0 % of its capacity was answered",
        "no checkpoint was swapped",
        "no worker was killed",
    ]
    growing = fine()
    growing.rss_mib = [50.0] * 10 + [100.0] * 10 + [150.0] * 10
    assert growing.faults == ["memory grew by 50.0 %"]
    lost = fine()
    lost.without, lost.twice, lost.wrong, lost.left = 1, 2, 3, ["model-worker-0"]
    lost.outcomes["KeyError"] = 4
    assert lost.faults == [
        "1 questions without an outcome",
        "2 requests answered twice",
        "3 answers of no checkpoint, or of another than they name",
        "unexpected outcomes: {'KeyError': 4}",
        "left running: model-worker-0",
    ]
