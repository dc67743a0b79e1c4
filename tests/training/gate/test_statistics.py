from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

from training.evaluate import calibration, confidence_of
from training.gate.statistics import (
    calibration_error,
    calibration_low,
    change,
    lost_by_chance,
    mcnemar,
    power_of,
    ratio_low,
    smallest_gain,
)


def test_mcnemar_gives_the_p_value_of_a_published_example() -> None:
    """Fay, "Exact McNemar's test and matching confidence intervals", the vignette of R's exact2x2:
    b = 2, c = 9, p-value = 0.06543 (https://cran.r-project.org/package=exact2x2).
    """
    assert mcnemar(2, 9) == mcnemar(9, 2) == pytest.approx(0.06543, abs=5e-6)
    assert lost_by_chance(2, 9) == pytest.approx(0.06543 / 2, abs=5e-6)
    assert lost_by_chance(9, 2) > 0.99


def test_no_discordant_row_is_no_evidence() -> None:
    assert mcnemar(0, 0) == lost_by_chance(0, 0) == 1


def test_a_change_counts_rows_in_pairs() -> None:
    champion = np.array([True, True, False, False] * 25)
    candidate = np.array([True, False, True, True] * 25)
    found = change(champion, candidate)
    assert (found.n, found.champion, found.candidate) == (100, 0.5, 0.75)
    assert (found.gained, found.lost, found.gain, found.discordant) == (50, 25, 0.25, 0.75)
    assert found.low < 0.25 < found.high
    # The standard error of the mean of 50 × 1, 25 × -1, 25 × 0 is 0.083.
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.083, rel=0.1)


def test_rows_that_came_together_widen_the_interval() -> None:
    better = np.repeat(np.arange(40) % 4 == 0, 25)
    alone = change(np.zeros(1_000, bool), better)
    together = change(np.zeros(1_000, bool), better, np.repeat(np.arange(40), 25))
    assert together.gain == alone.gain
    assert together.high - together.low > 3 * (alone.high - alone.low)


@pytest.mark.parametrize(
    ("alpha", "draws"), [(0.05, 1_000), (0.025, 2_000), (0.05 / 6, 6_000), (0.05 / 10_100, 100_000)]
)
def test_a_surer_interval_has_as_many_draws_in_its_tails_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch, alpha: float, draws: int
) -> None:
    asked = []

    def drawing(columns: NDArray[np.float64], *_: object, draws: int) -> NDArray[np.float64]:
        asked.append(draws)
        return columns

    monkeypatch.setattr("training.gate.statistics.drawn_sums", drawing)
    change(np.zeros(9, bool), np.ones(9, bool), alpha=alpha)
    assert asked == [draws]


@pytest.mark.parametrize(
    ("n", "discordant"), [(120, 0.02), (120, 0.2), (300, 0.08), (1_000, 0.08), (5_010, 0.08)]
)
def test_the_smallest_gain_is_found_four_times_of_five(n: int, discordant: float) -> None:
    gain = smallest_gain(n, discordant)
    assert gain is not None
    rng, trials = np.random.default_rng(5), 4_000
    rate = max(discordant, gain)
    counts = rng.multinomial(n, [(rate + gain) / 2, (rate - gain) / 2, 1 - rate], size=trials)
    kinds, times = np.unique(counts[:, :2], axis=0, return_counts=True)
    found = sum(
        int(number)
        for (gained, lost), number in zip(kinds.tolist(), times, strict=True)
        if gained > lost and mcnemar(gained, lost) < 0.05
    )
    assert found / trials == pytest.approx(0.8, abs=0.025)  # four standard errors


def test_the_smallest_gain_is_near_the_usual_approximation() -> None:
    """n = (z_alpha sqrt(discordant) + z_power sqrt(discordant - gain²))² / gain² (Connor 1987,
    https://doi.org/10.2307/2531961), of a test that is not exact and so finds a little more.
    """

    def usual(n: int, alpha: float) -> float:
        z_alpha, z_power = norm.isf(alpha / 2), norm.isf(0.2)

        def missing(gain: float) -> float:
            wanted = (z_alpha * 0.08**0.5 + z_power * (0.08 - gain**2) ** 0.5) / gain
            return float(wanted - n**0.5)

        return float(brentq(missing, 1e-4, 0.08))

    for n, one_sided in ((300, 0.041), (1_000, 0.022), (5_010, 0.010), (50_000, 0.0031)):
        # What is told of 8 % discordant rows is often of one side alone: alpha 0.1 of both.
        assert usual(n, 0.1) == pytest.approx(one_sided, rel=0.02)
        for alpha in (0.05, 0.1):
            exact = smallest_gain(n, 0.08, alpha=alpha)
            assert exact is not None
            assert usual(n, alpha) < exact < 1.06 * usual(n, alpha)


def test_too_few_rows_show_nothing_and_six_show_that_all_is_better() -> None:
    assert smallest_gain(0, 0.0) is None
    assert smallest_gain(5, 0.5) is None  # five heads of five: p = 0.0625
    six = smallest_gain(6, 0.0)
    assert six is not None
    assert six == pytest.approx(0.8 ** (1 / 6))  # each of the six must be gained
    assert power_of(6, 1.0, 1.0) == pytest.approx(1)


def test_a_set_without_discordant_rows_still_has_a_smallest_gain() -> None:
    gain = smallest_gain(120, 0.0)
    assert gain is not None
    assert power_of(120, gain, gain) == pytest.approx(0.8, abs=1e-6)


def test_calibration_is_the_one_that_evaluations_report() -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(500, 3)).astype(np.float32), rng.integers(3, size=500)
    right = logits.argmax(-1) == labels
    assert calibration_error(confidence_of(logits), right) == pytest.approx(calibration(logits, labels)[0])


def test_worse_calibration_is_beyond_chance_only_with_rows_enough() -> None:
    right = np.arange(2_000) % 10 < 8
    honest, boastful = np.full(2_000, 0.8), np.full(2_000, 0.85)
    assert calibration_low((honest, right), (boastful, right)) > 0.01
    few = slice(0, 20)
    assert calibration_low((honest[few], right[few]), (boastful[few], right[few])) < 0.01
    assert calibration_low((boastful, right), (honest, right)) < 0


def test_a_ratio_of_times_is_drawn_in_pairs() -> None:
    noise = np.random.default_rng(0).exponential(size=100)
    assert ratio_low(noise, 1.2 * noise) == pytest.approx(1.2)
    assert ratio_low(noise, noise[::-1].copy()) < 1
