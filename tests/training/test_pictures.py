from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from training import pictures


def test_a_curve_draws_everything_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Figure] = []
    monkeypatch.setattr(pictures, "_save", lambda figure, _: drawn.append(figure))
    losses, rates = ["loss nli", "mlm", "nsp"], ["mlm accuracy", "nli accuracy", "nsp accuracy"]
    logged = dict.fromkeys([*losses, *rates], 0.5)
    history: list[dict[str, float]] = []
    for step in (1, 2):
        history += [
            {"step": step, "tokens": 9e6 * step, "seconds": 1, "lr": 0.1, **logged},
            {"step": step, "tokens": 9e6 * step, "dev": 0.4},
        ]
    pictures.learning_curve(history, tmp_path / "curve.png")
    upper, lower = drawn[0].axes
    assert [line.get_label() for line in upper.lines] == losses
    assert [line.get_label() for line in lower.lines] == [*rates, "development part"]
    plt.close(drawn[0])
