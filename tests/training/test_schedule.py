from __future__ import annotations

import pytest

from training.schedule import learning_rate


def test_the_rate_rises_then_falls_to_nothing() -> None:
    rates = [learning_rate(step / 100, 1.0, warm_up=0.1) for step in range(101)]
    assert rates[0] == 0
    assert rates[10] == pytest.approx(1)
    assert rates[-1] == 0
    assert rates[:11] == sorted(rates[:11])
    assert rates[10:] == sorted(rates[10:], reverse=True)
