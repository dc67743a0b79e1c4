"""Measure masked tokens and next sentences on documents that were held out of pre-training."""

from __future__ import annotations

from collections.abc import Iterator, Sized

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertTokenizerFast

from models.multitask import BertForFourTasks
from training.corpus import HELD_OUT_EVERY, Corpus, numbered
from training.evaluate import Figure, figure
from training.examples import sample_pairs
from training.pretrain import vocabulary_of
from training.telling import Progress, quiet
from training.textfiles import DataError

LENGTH, BATCH, PAIRS = 128, 32, 2_048  # pairs drawn from the held-out documents
MASKED = 0.15


@torch.inference_mode()
def pretraining(
    model: BertForFourTasks,
    tokenizer: BertTokenizerFast,
    corpus: Corpus,
    name: str,
    *,
    pairs: int | None = None,
    progress: Progress = quiet,
) -> list[Figure]:
    """Masked tokens and next sentences on held-out documents.

    15 % of the tokens of each pair become ``[MASK]`` (always: a kept or random token is no question), and a
    hidden token competes with the whole vocabulary. Intervals draw whole documents: pairs with an A of one
    document come together, and all that is hidden in them.

    Args:
        model: In evaluation mode.
        tokenizer: Its tokenizer.
        corpus: Held-out documents.
        name: Stands before each figure.
        pairs: How many are drawn, twice; ``PAIRS`` unless told otherwise.
        progress: Is told how many pairs were read.

    Raises:
        DataError: The model answers with no numbers, or the documents are too short.
    """
    count = pairs or PAIRS
    ranks, homes = ranked(model, tokenizer, corpus, count, progress)
    found = [figure(f"{name}: masked token, top {k}", ranks < k, homes) for k in (1, 5)]
    for negatives, same_document in (("random", 0.0), ("same-document", 1.0)):
        right, homes = judged(model, tokenizer, corpus, count, same_document, progress)
        found.append(figure(f"{name}: next sentence, {negatives} negatives", right, homes))
    return found


def require_pairs(tokenizer: BertTokenizerFast, corpus: Corpus) -> None:
    """See that pairs can be drawn from held-out documents.

    Raises:
        DataError: They are too few or too short, or longer than the model can read.
    """
    if tokenizer.model_max_length < LENGTH:
        raise DataError(
            f"masks and pairs are measured on {LENGTH} tokens at once; the model reads "
            f"{tokenizer.model_max_length}"
        )
    try:
        for same_document in (0.0, 1.0):
            next(_drawn(tokenizer, numbered(corpus), 1, same_document))
    except DataError as error:
        raise DataError(f"{error}, among the held-out ones, which are one in {HELD_OUT_EVERY}") from None


def pairs_of(texts: Sized) -> int:
    """How many pairs ``pretraining`` reads of so many texts: masked ones, and two kinds of negatives."""
    return 3 * PAIRS * len(texts)


def _drawn(
    tokenizer: BertTokenizerFast, corpus: Corpus, pairs: int, same_document: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Batches of pairs: ``input_ids``, ``token_type_ids``, ``next_label``; the same at every call."""
    vocabulary, rng = vocabulary_of(tokenizer), np.random.default_rng(0)
    for _ in range(0, pairs, BATCH):
        yield sample_pairs(corpus, vocabulary, rng, n=BATCH, length=LENGTH, same_document=same_document)


def _homes(
    tokenizer: BertTokenizerFast, corpus: Corpus, pairs: int, same_document: float
) -> NDArray[np.int64]:
    """The document that the A of each pair is of."""
    drawn = _drawn(tokenizer, numbered(corpus), pairs, same_document)
    return np.concatenate([ids[:, 1] for ids, _, _ in drawn])


@torch.inference_mode()
def judged(
    model: BertForFourTasks,
    tokenizer: BertTokenizerFast,
    corpus: Corpus,
    pairs: int,
    same_document: float = 0.0,
    progress: Progress = quiet,
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Whether each pair was judged rightly, and the document it is of; the same pairs at every call."""
    found = []
    for ids, types, labels in _drawn(tokenizer, corpus, pairs, same_document):
        pair = model.bert(
            input_ids=torch.from_numpy(ids).to(model.device),
            token_type_ids=torch.from_numpy(types).to(model.device),
        )
        logits = model.cls.seq_relationship(pair.pooler_output)
        if not logits.isfinite().all():
            raise DataError("the model answers pairs with no numbers (NaN): its weights are broken")
        found.append(logits.argmax(-1).cpu().numpy() == labels)
        progress(BATCH)
    return np.concatenate(found), _homes(tokenizer, corpus, pairs, same_document)


@torch.inference_mode()
def ranked(
    model: BertForFourTasks,
    tokenizer: BertTokenizerFast,
    corpus: Corpus,
    pairs: int,
    progress: Progress = quiet,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rank of each hidden token, 0 first, and the document it is of; the same tokens at every call."""
    vocabulary, rng = vocabulary_of(tokenizer), np.random.default_rng(1)
    ranks, groups = [], []

    def on_device(values: NDArray[np.int64]) -> torch.Tensor:
        return torch.from_numpy(values).to(model.device)

    for number, (ids, types, _) in enumerate(_drawn(tokenizer, corpus, pairs, 0.0)):
        hidden = (ids >= vocabulary.first_word) & (rng.random(ids.shape) < MASKED)
        positions = np.flatnonzero(hidden)
        encoded = model.bert(
            input_ids=on_device(np.where(hidden, vocabulary.mask, ids)), token_type_ids=on_device(types)
        )
        logits = model.cls.predictions(encoded.last_hidden_state.flatten(0, 1)[on_device(positions)])
        target = logits.gather(1, on_device(ids.reshape(-1)[positions])[:, None])
        if not logits.isfinite().all():
            raise DataError("the model answers masks with no numbers (NaN): its weights are broken")
        # Of two that are as likely, the wrong one counts as the better: a model of all zeros knows nothing.
        ranks.append((logits >= target).sum(1).cpu().numpy() - 1)
        groups.append(number * BATCH + positions // LENGTH)
        progress(BATCH)
    return np.concatenate(ranks), _homes(tokenizer, corpus, pairs, 0.0)[np.concatenate(groups)]
