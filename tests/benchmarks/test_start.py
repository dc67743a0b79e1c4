from __future__ import annotations

import re
import subprocess

import pytest
import typer

from benchmarks import start


def test_the_first_answer_is_timed(capsys: pytest.CaptureFixture[str]) -> None:
    start.main(times=1)
    found = re.fullmatch(r"first answer after (\d+\.\d\d) s \(.*, 1 starts\)\n", capsys.readouterr().out)
    assert found is not None
    assert float(found[1]) > 0.1


def test_a_program_that_fails_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> float:
        raise subprocess.CalledProcessError(2, "kobert-bot", stderr="no such preset\n")

    monkeypatch.setattr(start, "first_answer", fail)
    with pytest.raises(typer.Exit) as caught:
        start.main()
    assert caught.value.exit_code == 1
    assert capsys.readouterr().err == "benchmarks.start: kobert-bot ended with 2: no such preset\n"
