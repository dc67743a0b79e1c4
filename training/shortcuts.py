"""How far the second text alone gives the label of a pair away.

Who writes hypotheses on demand leaves traces: a negation for a contradiction, vague words for an entailment
(Gururangan et al. 2018, https://arxiv.org/abs/1803.02324). A model that reads only those traces is right more
often than chance, and wrong where they are missing. So a linear model reads the hypotheses alone, and what it
says of a pair is added to the logits while learning and left out after: the network is left with what the two
texts say together (a product of experts; Clark et al. 2019, https://arxiv.org/abs/1909.03683).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from training.datasets import Example

FOLDS = 5


def given_away(examples: Sequence[Example]) -> NDArray[np.float32]:
    """What the second texts say of the labels, by models that saw neither the pair nor its first text.

    Args:
        examples: Pairs; at least ``FOLDS`` different first texts for each label.

    Returns:
        Log-probabilities, float32 ``[n, classes]``.

    Raises:
        ValueError: Too few pairs.
    """
    texts_of = [{each.text for each in examples if each.label == label} for label in range(3)]
    if min(map(len, texts_of)) < FOLDS:
        raise ValueError(f"each label needs {FOLDS} different first texts")
    reader = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, dtype=np.float32),
        LogisticRegression(max_iter=200, tol=1e-3),
    )
    found: NDArray[np.float32] = cross_val_predict(
        reader,
        [example.second or "" for example in examples],
        [example.label for example in examples],
        groups=[example.text for example in examples],
        cv=StratifiedGroupKFold(FOLDS),
        method="predict_log_proba",
    ).astype(np.float32)
    if not np.isfinite(found).all():  # a part without a class
        raise ValueError("too few pairs of a label")
    return found
