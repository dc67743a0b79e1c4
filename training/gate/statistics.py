"""Two models that answered the same rows: what the difference is worth."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, binomtest

from training.bootstrap import DRAWS, drawn_sums
from training.evaluate import BINS, bin_of

ALPHA = 0.05
_TAIL = 1e-9  # of the number of discordant rows, left out of sums
_MOST_DRAWS = 100_000
_STEPS = 40  # halvings of 0…1


@dataclass(frozen=True, slots=True)
class Change:
    """A share of right answers and what became of it, paired.

    Attributes:
        n: Rows.
        champion: Share that the champion has right, 0…1.
        candidate: Share that the candidate has.
        gained: Rows that only the candidate has right.
        lost: Rows that only the champion has right.
        low: Lower end of the paired-bootstrap interval of ``gain``.
        high: Its upper end.
    """

    n: int
    champion: float
    candidate: float
    gained: int
    lost: int
    low: float
    high: float

    @property
    def gain(self) -> float:
        """How much more the candidate has right, -1…1."""
        return (self.gained - self.lost) / self.n

    @property
    def discordant(self) -> float:
        """Share of rows that one of them has right and the other has not."""
        return (self.gained + self.lost) / self.n


def change(
    champion: NDArray[np.bool_],
    candidate: NDArray[np.bool_],
    groups: NDArray[np.int64] | None = None,
    *,
    alpha: float = ALPHA,
) -> Change:
    """Compare right answers row by row.

    Args:
        champion: Whether each row was right, ``[n]``, n > 0.
        candidate: The same of the other.
        groups: As in ``drawn_sums``.
        alpha: How often the interval may miss by chance: 0.05 for that of 95 %.
    """
    difference = candidate.astype(np.float64) - champion
    # As many of them in the tails, as long as that takes seconds; of very small ones McNemar's test decides.
    draws = min(_MOST_DRAWS, ceil(DRAWS * max(1.0, ALPHA / alpha)))
    sums = drawn_sums(np.stack([difference, np.ones(len(difference))], 1), groups, draws=draws)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [alpha / 2, 1 - alpha / 2])
    return Change(
        len(difference),
        float(champion.mean()),
        float(candidate.mean()),
        int((difference > 0).sum()),
        int((difference < 0).sum()),
        float(low),
        float(high),
    )


def mcnemar(gained: int, lost: int) -> float:
    """Exact two-sided p-value that as many rows are gained as lost but for chance.

    The discordant rows are tosses of a fair coin (McNemar 1947, https://doi.org/10.1007/BF02295996).
    """
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def lost_by_chance(gained: int, lost: int) -> float:
    """Exact one-sided p-value: the chance of losing so many of the discordant rows, or more."""
    return float(binomtest(lost, gained + lost, alternative="greater").pvalue) if gained + lost else 1.0


def unseen_loss(n: int) -> float:
    """The share of rows that may be lost although none of n was: the exact 95 % interval's upper end, 0…1.

    Rows drawn again from such are never lost, however few there are (Clopper and Pearson 1934,
    https://doi.org/10.1093/biomet/26.4.404).
    """
    return float(binomtest(0, n).proportion_ci(0.95, method="exact").high)


def power_of(n: int, discordant: float, gain: float, *, alpha: float = 0.05) -> float:
    """The chance that ``mcnemar`` finds a gain in n rows, exactly.

    Summed over the number of discordant rows, which is binomial; of them the share
    (discordant + gain) / (2 discordant) is gained (Duffy 1984, https://doi.org/10.2307/2531151).

    Args:
        n: Rows.
        discordant: Share of rows that are discordant, 0…1, not 0.
        gain: How much larger the share of right answers is, at most ``discordant``.
        alpha: p-values below are taken for a gain (two-sided: half of it for each side).
    """
    counts = np.arange(int(binom.ppf(_TAIL, n, discordant)), int(binom.isf(_TAIL, n, discordant)) + 1)
    # The most that may be lost of each count: the largest whose two-sided p-value is below alpha.
    most = binom.ppf(alpha / 2, counts, 0.5).astype(np.int64)
    most = np.where(2 * binom.cdf(most, counts, 0.5) < alpha, most, most - 1)
    share_lost = (discordant - gain) / (2 * discordant)
    return float((binom.pmf(counts, n, discordant) * binom.cdf(most, counts, share_lost)).sum())


def smallest_gain(n: int, discordant: float, *, power: float = 0.8, alpha: float = 0.05) -> float | None:
    """The smallest gain that ``mcnemar`` finds in n rows with the chance ``power``.

    A gain beyond the discordant rate makes every discordant row a gained one and raises that rate to itself.

    Args:
        n: Rows.
        discordant: Observed share of discordant rows, 0…1.
        power: The chance.
        alpha: As in ``power_of``.

    Returns:
        0…1; None if not even a candidate that has every row right where the champion has none would be seen.
    """
    low, high = 0.0, 1.0
    if n < 1 or power_of(n, 1.0, 1.0, alpha=alpha) < power:
        return None
    for _ in range(_STEPS):
        gain = (low + high) / 2
        seen = power_of(n, max(discordant, gain), gain, alpha=alpha) >= power
        low, high = (low, gain) if seen else (gain, high)
    return high


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error, as ``training.evaluate.calibration`` computes it from logits, 0…1."""
    return float(np.abs(_misses(confidence, right).sum(0)).sum() / len(right))


def calibration_low(
    champion: tuple[NDArray[np.float64], NDArray[np.bool_]],
    candidate: tuple[NDArray[np.float64], NDArray[np.bool_]],
    groups: NDArray[np.int64] | None = None,
) -> float:
    """Lower end of the 95 % paired-bootstrap interval of how much worse the candidate's ECE is.

    Args:
        champion: Confidence ``[n]``, 0…1, and whether each row was right.
        candidate: The same of the other.
        groups: As in ``drawn_sums``.
    """
    columns = [_misses(*champion), _misses(*candidate), np.ones((len(champion[0]), 1))]
    sums = drawn_sums(np.concatenate(columns, 1), groups)
    errors = np.abs(sums[:, : 2 * BINS]).reshape(len(sums), 2, BINS).sum(2) / sums[:, -1:]
    return float(np.quantile(errors[:, 1] - errors[:, 0], 0.025))


def _misses(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Sureness less rightness of each row in the column of its bin, ``[n, BINS]``; sums make the ECE."""
    found = np.zeros((len(confidence), BINS))
    found[np.arange(len(confidence)), bin_of(confidence)] = confidence - right
    return found


def ratio_low(champion: NDArray[np.float64], candidate: NDArray[np.float64]) -> float:
    """Lower end of the 95 % bootstrap interval of :func:`times_as_long`; arguments as there."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(champion), size=(1_000, len(champion)))
    return float(np.quantile(np.median((candidate / champion)[drawn], axis=1), 0.025))


def times_as_long(champion: NDArray[np.float64], candidate: NDArray[np.float64]) -> float:
    """How many times as long the candidate takes for a question as the champion, the median.

    Each question's two times are compared with each other, as questions differ in length.

    Args:
        champion: Times ``[n]`` of the same questions in the same order, n > 0.
        candidate: The other's.
    """
    return float(np.median(candidate / champion))
