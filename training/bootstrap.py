"""The bootstrap (Efron 1979, https://doi.org/10.1214/aos/1176344552): rows drawn again, with replacement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DRAWS = 1_000


def drawn_sums(
    columns: NDArray[np.float64],
    groups: NDArray[np.int64] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Sum each column over rows that are drawn with replacement, as often as there are groups.

    Args:
        columns: ``[n, columns]``, n > 0.
        groups: int64 ``[n]``, which rows came together (pairs with one first text) and are drawn together;
            None if each came for itself.
        draws: How many times.
        seed: Of the draws.

    Returns:
        ``[draws, columns]``.
    """
    rng, together = np.random.default_rng(seed), columns.astype(np.float64)
    if groups is not None:
        _, index = np.unique(groups, return_inverse=True)
        together = np.zeros((int(index.max()) + 1, columns.shape[1]))
        np.add.at(together, index, columns)
    count = len(together)
    return np.stack(
        [np.bincount(rng.integers(count, size=count), minlength=count) @ together for _ in range(draws)]
    )
