"""Word vectors to begin with, from counting: a minute on a corpus of 70 M tokens.

Positive pointwise mutual information of words within a window, factorised (Levy & Goldberg 2014,
https://papers.nips.cc/paper/5477), gives word embeddings that already know which words are alike; the
logarithm of the word frequencies gives the bias of the masked-LM decoder, so that training
need not learn the frequencies first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from models.multitask import BertForFourTasks
from training.corpus import Corpus

WINDOW = 4
STD = 0.05  # of the embeddings; a random BERT begins with 0.02, which LayerNorm makes the same for the trunk
_CHUNK = 8_000_000


def cooccurrence(corpora: Sequence[Corpus], size: int) -> torch.Tensor:
    """Count which ids stand within ``WINDOW`` tokens of each other, float32 ``[size, size]``, symmetric."""
    counts = torch.zeros(size * size)
    total = sum(len(corpus.ids) for corpus in corpora) * WINDOW
    with tqdm(total=total, desc="counting", unit="pair", unit_scale=True) as bar:
        for corpus in corpora:
            for start in range(0, len(corpus.ids), _CHUNK):
                ids = torch.from_numpy(corpus.ids[start : start + _CHUNK].astype(np.int64))
                for distance in range(1, WINDOW + 1):
                    at = ids[:-distance] * size + ids[distance:]
                    # Nearer words count more, as in word2vec's shrinking window.
                    counts.index_add_(0, at, torch.full((len(at),), 1 / distance))
                    bar.update(len(at))
    square = counts.view(size, size)
    return square + square.T


def ppmi_vectors(counts: torch.Tensor, width: int, *, seed: int = 0) -> torch.Tensor:
    """Factorise co-occurrence counts into word vectors.

    Args:
        counts: float32 ``[size, size]``; changed in place.
        width: Components to keep.
        seed: Of the randomised decomposition (Halko et al. 2011).

    Returns:
        float32 ``[size, width]``, each component weighted by the root of its singular value.
    """
    rows = counts.sum(1).clamp_(min=1e-6)
    # Context smoothing 0.75 (Levy, Goldberg & Dagan 2015) keeps rare words from dominating.
    columns = rows.pow(0.75)
    columns /= columns.sum()
    counts /= rows[:, None]
    counts /= columns[None, :]
    ppmi = counts.clamp_(min=1.0).log_()
    torch.manual_seed(seed)
    left, values, _ = torch.svd_lowrank(ppmi, q=min(width + 16, len(ppmi)), niter=3)
    found = left[:, :width] * values[:width].sqrt()
    # A vocabulary smaller than the width has no more components than words.
    return torch.nn.functional.pad(found, (0, width - found.shape[1]))


def unigram_log_probabilities(corpora: Sequence[Corpus], size: int) -> NDArray[np.float32]:
    """Log of how often each id occurs (add one), float32 ``[size]``."""
    counts = np.ones(size)
    for corpus in corpora:
        counts += np.bincount(corpus.ids, minlength=size)
    log_probabilities: NDArray[np.float32] = np.log(counts / counts.sum()).astype(np.float32)
    return log_probabilities


@torch.no_grad()
def initialise(model: BertForFourTasks, corpora: Sequence[Corpus], *, seed: int = 0) -> None:
    """Set word embeddings and decoder bias from counts.

    What never stands in the text (``[MASK]``, ``[CLS]``, rare pieces) keeps its random vector.

    Args:
        model: A new model; the decoder is tied to the embeddings.
        corpora: What it will be trained on.
        seed: Of the randomised decomposition.
    """
    weight = model.bert.embeddings.word_embeddings.weight
    size, width = weight.shape
    counts = cooccurrence(corpora, size)
    seen = counts.sum(1) > 0  # of the counts: the decomposition rounds, and makes the others not quite zero
    vectors = ppmi_vectors(counts, width, seed=seed)
    # A random turn spreads the few strong components over all of them, as LayerNorm expects.
    turn, _ = torch.linalg.qr(torch.randn(width, width, generator=torch.Generator().manual_seed(seed)))
    vectors = vectors @ turn
    weight[seen] = vectors[seen] * (STD / vectors[seen].std())
    model.cls.predictions.bias.copy_(torch.from_numpy(unigram_log_probabilities(corpora, size)))
