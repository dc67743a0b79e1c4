import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import figures
from benchmarks.agreement import Agreement
from benchmarks.figures import Figures, percentile
from benchmarks.harness import Contestant
from benchmarks.machine import Disturbance
from benchmarks.report import draw, markdown
from tests.benchmarks import echo_engine


def load(per_second: float, p50: float, layout: str = "2×1", lag: float | None = 2.5) -> dict[str, Any]:
    return {
        "layout": layout,
        "per_second": per_second,
        "rates": [per_second],
        "p50_ms": p50,
        "p95_ms": 2 * p50,
        "p99_ms": 3 * p50,
        "lag_p99_ms": lag,
        "failed": 0,
        "others": 0.02,
        "steal": 0.01,
    }


def engine(name: str, title: str, saturated: dict[str, Any], light: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "failure": None,
        "remark": "as it comes",
        "versions": {name: "1.2"},
        "saturated": saturated,
        "light": light,
        "offline": saturated["per_second"],
        "giga_operations": saturated["per_second"] * 2,
        "memory_mib": 512.4,
        "same": 0.98,
        "correlation": 0.99,
        "worst": 0.1,
    }


FIXED: dict[str, Any] = {
    "date": "2030-01-02T03:04:05+00:00",
    "command": "python -m benchmarks.serving",
    "machine": {
        "processor": "A Processor",
        "features": ["avx2"],
        "cores": 2,
        "memory_gib": 24.2,
        "system": "Linux, Python 3.11",
        "busy": 0.05,
        "steal": 0.0,
    },
    "settings": {"rounds": 3.0, "seconds": 5.0, "light_seconds": 3.0, "clients": 64.0},
    "peaks": {"fp32": 100.0, "int8": 400.0},
    "checkpoints": [
        {
            "name": "mini",
            "engines": [
                engine("hf-one", "HF pipeline", load(20, 3000), load(15, 66, "1×2")),
                engine("onnxruntime", "ONNX Runtime", load(100, 640), load(90, 11)),
                engine("ctranslate2", "CTranslate2", load(160, 400), load(40, 25)),
                {**engine("infinity", "Infinity", load(0, 0), load(0, 0)), "saturated": None, "light": None}
                | {"failure": "cannot be installed: no a|b"},
                engine("litserve", "LitServe", load(30, 2000, lag=None) | {"failed": 4}, load(20, 50)),
                engine("ours", "kobert-bot", load(240, 250, "its own"), load(95, 10, "its own")),
            ],
        }
    ],
}


@pytest.fixture
def run() -> Figures:
    return Figures.from_json(json.loads(json.dumps(FIXED)))


def test_figures_survive_json(run: Figures) -> None:
    assert Figures.from_json(json.loads(json.dumps(run.to_json()))) == run
    first = run.checkpoints[0].engines[0]
    assert first.versions == {"hf-one": "1.2"}
    assert first.saturated is not None
    assert first.saturated.rates == (20,)


def row(text: str, title: str) -> list[str]:
    (found,) = (line for line in text.splitlines() if line.startswith((f"| {title} |", f"| **{title}** |")))
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", found)[1:-1]]


def test_a_row_has_every_figure(run: Figures) -> None:
    text = markdown(run)
    assert row(text, "kobert-bot") == [
        *("**kobert-bot**", "its own", "240", "12.0", "250 / 500 / 750", "10.0", "240"),
        *("60%", "512", "2.50", "98%"),
    ]
    assert row(text, "HF pipeline")[1:4] == ["2×1, light 1×2", "20.0", "1.0"]
    assert row(text, "LitServe")[2] == "30.0 (4 failed)"
    assert row(text, "LitServe")[9] == "–"


def test_an_engine_without_figures_is_named_with_the_reason(run: Figures) -> None:
    cells = row(markdown(run), "Infinity")
    assert cells[1] == r"not measured: cannot be installed: no a\|b"
    assert len(cells) == len(row(markdown(run), "kobert-bot"))


def test_ours_is_set_beside_the_targets_peers(run: Figures) -> None:
    text = markdown(run)
    assert "saturated 12.0 × HF pipeline; p99 1/12.0 of its" in text
    assert "saturated 1.50 × the best peer, CTranslate2" in text
    assert "light p50 0.91 × the soonest peer's, ONNX Runtime" in text
    assert "60% of the int8 peak offline; loop lag p99 2.50 ms" in text


def test_the_head_says_where_and_when_and_how_noisy_it_was(run: Figures) -> None:
    text = markdown(run)
    assert "`python -m benchmarks.serving`, 2030-01-02 03:04" in text
    assert "A Processor, 2 cores (avx2)" in text
    assert "5% of the cores were busy" in text
    assert "other programs used up to 2% and other machines up to 1%" in text
    assert "3 rounds of 5 s with 64 clients and 3 s with one" in text
    assert "- CTranslate2: as it comes (ctranslate2 1.2)" in text


def test_without_ours_there_is_no_comparison_but_a_word(run: Figures) -> None:
    parts = json.loads(json.dumps(run.to_json()))
    parts["checkpoints"][0]["engines"].pop()
    assert "Ours was not measured: it was left out." in markdown(Figures.from_json(parts))


def test_a_contestant_is_reduced_to_its_figures() -> None:
    contestant = Contestant(echo_engine.entry("echo"), agreement=Agreement(0.1, 0.9, 0.8))
    for rate in (10, 40, 20):
        round_ = {
            "answered": rate,
            "elapsed": 1.0,
            "waits_ms": [rate, 100],
            "lags_ms": [],
            "failed": {"E": 1},
        }
        contestant.saturated.add(round_, Disturbance(rate / 100, 0.0))
        contestant.relaxed.add(round_ | {"lags_ms": [3.0]}, Disturbance(0.0, 0.0))
        contestant.offline.append(rate)
        contestant.operations.append(rate * 1e9)
    contestant.memory = 2**21
    reduced = figures.reduce(contestant)
    assert reduced.saturated is not None
    assert reduced.light is not None
    assert reduced.saturated.per_second == 20
    assert list(reduced.saturated.rates) == [10, 40, 20]
    assert reduced.saturated.p50_ms in {40, 100}
    assert reduced.saturated.p99_ms == 100
    assert reduced.saturated.failed == 3
    assert reduced.saturated.others == pytest.approx(0.7 / 3)
    assert (reduced.saturated.lag_p99_ms, reduced.light.lag_p99_ms) == (None, 3)
    assert (reduced.offline, reduced.giga_operations, reduced.memory_mib) == (20, 20, 2)
    assert (reduced.worst, reduced.correlation, reduced.same) == (0.1, 0.9, 0.8)


def test_a_contestant_that_failed_has_its_reason_and_no_figures() -> None:
    reduced = figures.reduce(Contestant(echo_engine.entry("echo"), failure="no wheel"))
    assert (reduced.failure, reduced.saturated, reduced.light) == ("no wheel", None, None)


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(each) for each in range(101)]
    assert [percentile(values[::-1], share) for share in (0, 0.5, 0.99, 1)] == [0, 50, 99, 100]
    assert percentile([7.0], 0.99) == 7


def test_the_picture_is_drawn(run: Figures, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the picture needs the extra bench")
    draw(run, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
