from __future__ import annotations

from pathlib import Path

import pytest
import typer

from benchmarks import breakdown
from benchmarks.breakdown import PRODUCTS, Breakdown, markdown, measure
from benchmarks.shape import shape
from benchmarks.traffic import Traffic
from tests.tiny import write_checkpoint


def test_every_step_and_operator_of_an_answer_has_its_time(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    texts = ("나는", "나는 학교에 간다") * 8
    Traffic(texts, (3, 5) * 8).save(tmp_path / "traffic.json")
    found = measure(tmp_path, 16)
    assert list(found.steps) == ["tokenize", "network", "decode"]
    assert min(found.steps.values()) > 0
    for operators in (found.operators, found.alone):
        assert {PRODUCTS, "Attention", "LayerNormalization"} <= set(operators)
        assert sum(operators.values()) > 0
    assert found.together > 0
    size = shape(tmp_path)
    assert 0 < found.multiplied < found.needed <= size.operations(16)


def test_the_tables_say_how_much_of_the_peak_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Breakdown(
        {"tokenize": 100.0, "network": 850.0, "decode": 50.0},
        {PRODUCTS: 600.0, "Attention": 200.0},
        {PRODUCTS: 700.0, "Attention": 250.0},
        needed=66e6,
        multiplied=60e6,
        together=2000.0,
    )
    monkeypatch.setattr(breakdown, "usable_cores", lambda: 2)
    lines = markdown(found, 150.0).splitlines()
    assert "| network | 850 | 85% |" in lines
    assert f"| {PRODUCTS} | 600 | 75% | 700 |" in lines
    assert "- products of eight bits: 100 of 150 · 10⁹ operations/s, 67%" in lines
    assert lines[-2].startswith("- 2,000 texts a second with one such graph on every core")
    assert lines[-2].endswith(": 44% of the peak of all")
    assert lines[-1].endswith("440 µs at the peak; the graph takes 800 µs, 55% of the peak")


def test_a_checkpoint_that_was_not_made_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(breakdown, "WORKPLACE", tmp_path)
    with pytest.raises(typer.Exit) as caught:
        breakdown.main("mini")
    assert caught.value.exit_code == 1
    assert capsys.readouterr().err.startswith("benchmarks.breakdown: make it first")
    with pytest.raises(typer.BadParameter, match="no checkpoint 'huge'"):
        breakdown.main("huge")
