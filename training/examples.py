"""Pre-training examples: sentence pairs for next-sentence prediction, masks for the masked LM.

Both follow Devlin et al. 2018 (https://arxiv.org/abs/1810.04805): half of the pairs are consecutive, and of
the 15 % chosen tokens 80 % become ``[MASK]``, 10 % a random token, 10 % stay.
Every array is full: sequences of one call have one length, so nothing is padded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.corpus import Corpus
from training.textfiles import DataError

IGNORE = -100
"""Next-sentence label of a single sentence: no pair, so no loss (the default of torch's cross entropy)."""

LONGEST_SINGLE = 96  # tokens of a sentence
_TRIES = 2_000  # a corpus whose documents are all too short must fail, not hang
_LONG_ENOUGH = 0.2  # of the sentences must have a pair's length after them in their document


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What making examples needs to know of a tokenizer: four ids and the size."""

    cls: int
    sep: int
    mask: int
    size: int
    first_word: int
    """Ids below this are special and never drawn as a random replacement."""
    continues: NDArray[np.bool_]
    """Per id, whether it goes on the word of the piece before it (``##x``)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Sequences of one length.

    Attributes:
        token_type_ids: int64 ``[n, length]``.
        next_label: int64 ``[n]``; 0 B follows A, 1 it does not, ``IGNORE`` for single sentences.
        input_ids: int64 ``[n, length]``, masks applied.
        positions: int64 ``[m]``, flat indices of the masked positions in ``[n * length]``.
        targets: int64 ``[m]``, the ids that stood there.
    """

    token_type_ids: NDArray[np.int64]
    next_label: NDArray[np.int64]
    input_ids: NDArray[np.int64]
    positions: NDArray[np.int64]
    targets: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of sentences of one document, as offsets into ``Corpus.ids``."""

    start: int
    end: int
    document: int


def _run(
    corpus: Corpus, sentence: int, document_end: int, tokens: int, document: int
) -> tuple[_Run, int] | None:
    """Whole sentences from ``sentence`` on, at least ``tokens``, and the sentence after; None if too few."""
    start = int(corpus.sentences[sentence])
    stop = int(np.searchsorted(corpus.sentences, start + tokens))
    if stop > document_end:
        return None
    return _Run(start, int(corpus.sentences[stop]), document), stop


def _opening(
    corpus: Corpus, rng: np.random.Generator, tokens: int, sentences: tuple[int, int]
) -> tuple[_Run, int] | None:
    """Whole sentences from a random one of a range on, as ``_run``."""
    first = int(rng.integers(*sentences))
    document = int(np.searchsorted(corpus.documents, first, side="right")) - 1
    return _run(corpus, first, int(corpus.documents[document + 1]), tokens, document)


def _continuation(corpus: Corpus, opening: tuple[_Run, int], tokens: int) -> _Run | None:
    run, after = opening
    found = _run(corpus, after, int(corpus.documents[run.document + 1]), tokens, run.document)
    return None if found is None else found[0]


def _pair(
    corpus: Corpus, rng: np.random.Generator, room: int, same_document: float
) -> tuple[_Run, _Run, int]:
    # Chosen before a place is sought: what fits more easily must not come more often.
    follows, same = rng.random() < 0.5, rng.random() < same_document
    anywhere = (0, len(corpus.sentences) - 1)
    for _ in range(_TRIES):
        # A stops at a sentence end near its share; B fills the rest and is cut where the room ends. Of an A
        # that is too long the beginning goes: where the two meet, nothing may be missing.
        share = int(rng.integers(room // 4, room // 2 + 1))
        opening = _opening(corpus, rng, share, anywhere)
        if opening is None:
            continue
        whole = opening[0]
        length_a = min(whole.end - whole.start, 3 * room // 4)
        run_a = _Run(whole.end - length_a, whole.end, whole.document)
        # Asked for whatever the label: an A near its document's end would tell that B doesn't follow.
        run_b = _continuation(corpus, opening, room - length_a)
        if run_b is None:
            continue
        if follows:
            return run_a, run_b, 0
        # B goes on another A, so that where in its document it stands tells nothing; if that is A's document,
        # the topic tells nothing either.
        first, end = corpus.documents[whole.document : whole.document + 2].tolist()
        other = _opening(corpus, rng, share, (first, end) if same else anywhere)
        if other is None or (other[0].document == whole.document) != same or other[1] == opening[1]:
            continue
        run_b = _continuation(corpus, other, room - length_a)
        if run_b is not None and (run_b.start >= whole.end or run_b.end <= whole.start):
            return run_a, run_b, 1
    if len(corpus.documents) == 2:  # where one begins and ends
        raise DataError(
            f"pairs of {room + 3} tokens cannot be cut from a single document (an empty line ends a document)"
        )
    raise DataError(f"no two documents are long enough for pairs of {room + 3} tokens")


def longest_pair(corpus: Corpus) -> int:
    """Tokens that a pair can have, special ones included, so that places for it are found soon."""
    counts = np.diff(corpus.documents)
    ends = corpus.sentences[corpus.documents[1:]]
    after = np.repeat(ends, counts) - corpus.sentences[:-1]
    return 3 + int(np.quantile(after, 1 - _LONG_ENOUGH))


def too_short(corpus: Corpus, length: int) -> int:
    """How many documents no pair of ``length`` tokens begins in: fewer tokens, or a single sentence."""
    tokens = np.diff(corpus.sentences[corpus.documents])
    return int(((np.diff(corpus.documents) < 2) | (tokens < length - 3)).sum())


def sample_pairs(
    corpus: Corpus,
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    *,
    n: int,
    length: int,
    same_document: float = 0.0,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Draw sentence pairs ``[CLS] A [SEP] B [SEP]``, half of them consecutive.

    Args:
        corpus: Documents of running text.
        vocabulary: Special ids.
        rng: Source of chance.
        n: Pairs.
        length: Tokens of each, special tokens included.
        same_document: Share of the negatives whose B comes from the same document.

    Returns:
        ``input_ids``, ``token_type_ids``, int64 ``[n, length]``; ``next_label``, int64 ``[n]`` (0 = next).

    Raises:
        DataError: No document is long enough.
    """
    input_ids = np.empty((n, length), dtype=np.int64)
    token_type_ids = np.zeros((n, length), dtype=np.int64)
    next_label = np.empty(n, dtype=np.int64)
    for row in range(n):
        run_a, run_b, next_label[row] = _pair(corpus, rng, length - 3, same_document)
        split = 2 + run_a.end - run_a.start
        input_ids[row, 0] = vocabulary.cls
        input_ids[row, 1 : split - 1] = corpus.ids[run_a.start : run_a.end]
        input_ids[row, split - 1] = vocabulary.sep
        input_ids[row, split:-1] = corpus.ids[run_b.start : run_b.start + length - split - 1]
        input_ids[row, -1] = vocabulary.sep
        token_type_ids[row, split:] = 1
    return input_ids, token_type_ids, next_label


class Singles:
    """Single sentences by length, so that a batch needs no padding.

    Attributes:
        left_out: How many are too short or too long, and never drawn.

    Raises:
        DataError: All are.
    """

    def __init__(self, corpus: Corpus, *, shortest: int = 4, longest: int = LONGEST_SINGLE) -> None:
        self._corpus = corpus
        lengths = np.diff(corpus.sentences)
        self._by_length = {
            int(length): np.flatnonzero(lengths == length)
            for length in range(shortest, longest + 1)
            if (lengths == length).any()
        }
        if not self._by_length:
            raise DataError(f"no sentence of {shortest} to {longest} tokens in it")
        self.left_out = len(lengths) - sum(map(len, self._by_length.values()))
        self._lengths = np.array(list(self._by_length), dtype=np.int64)
        tokens = np.array(
            [length * len(self._by_length[int(length)]) for length in self._lengths], dtype=np.float64
        )
        self._shares = tokens / tokens.sum()

    def sample(self, vocabulary: Vocabulary, rng: np.random.Generator, *, tokens: int) -> NDArray[np.int64]:
        """Draw about ``tokens`` tokens as ``[CLS] A [SEP]`` of one length, int64 ``[n, length + 2]``."""
        length = int(rng.choice(self._lengths, p=self._shares))
        rows = rng.choice(self._by_length[length], size=max(1, tokens // (length + 2)))
        starts = self._corpus.sentences[rows]
        input_ids = np.full((len(rows), length + 2), vocabulary.cls, dtype=np.int64)
        input_ids[:, 1:-1] = self._corpus.ids[starts[:, None] + np.arange(length)]
        input_ids[:, -1] = vocabulary.sep
        return input_ids


def mask_tokens(
    input_ids: NDArray[np.int64],
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    *,
    rate: float = 0.15,
    whole_words: bool = False,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Hide a share of the tokens.

    Args:
        input_ids: int64 ``[n, length]``; left as it is.
        vocabulary: Ids; those below ``first_word`` are never chosen and never drawn.
        rng: Source of chance.
        rate: Share of the tokens to predict.
        whole_words: Whether all pieces of a word are chosen together
            (https://github.com/google-research/bert, 31 May 2019).

    Returns:
        The masked ids ``[n, length]``, flat positions ``[m]`` and the original ids there ``[m]``.
    """
    draws = rng.random(input_ids.shape)
    if whole_words:
        # Every piece takes the draw of its word's first.
        places = np.arange(input_ids.shape[1])
        first = np.where(vocabulary.continues[input_ids], 0, places)
        draws = np.take_along_axis(draws, np.maximum.accumulate(first, axis=1), axis=1)
    positions = np.flatnonzero((input_ids >= vocabulary.first_word) & (draws < rate))
    masked = input_ids.copy()
    flat = masked.reshape(-1)
    targets = flat[positions]
    fate = rng.random(len(positions))
    flat[positions[fate < 0.8]] = vocabulary.mask
    random = positions[fate >= 0.9]
    flat[random] = rng.integers(vocabulary.first_word, vocabulary.size, size=len(random))
    return masked, positions, targets
