from __future__ import annotations

import numpy as np

from training.spans import Between
from training.sweep import combinations


def test_each_trial_draws_from_a_range_as_often_below_as_above_its_middle_power_of_ten() -> None:
    wanted: dict[str, Between | list[float]] = {"lr": Between(1e-5, 1e-3), "epochs": [1.0, 2.0]}
    tried = combinations(wanted, 200, 0)
    assert combinations(wanted, 200, 0) == tried
    assert combinations(wanted, 200, 1) != tried
    rates = np.array([each["lr"] for each in tried])
    assert len(set(rates)) > 150
    assert 80 < (rates < 1e-4).sum() < 120
    assert 1e-5 <= rates.min() < rates.max() <= 1e-3
    assert {each["epochs"] for each in tried} == {1.0, 2.0}
