from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from transformers import BertTokenizerFast

from training.command_text import encoded_text
from training.corpus import Corpus
from training.evaluate_text import require_pairs
from training.examples import Singles, Vocabulary, longest_pair, mask_tokens, sample_pairs, too_short
from training.pretrain import Documents, Text, lengths_of, vocabulary_of
from training.processes import Processes
from training.textfiles import DataError

Pairs = list[tuple[list[int], list[int], int]]


def drawn(
    corpus: Corpus, vocabulary: Vocabulary, rng: np.random.Generator, same_document: float = 0.0
) -> Pairs:
    ids, types, labels = sample_pairs(corpus, vocabulary, rng, n=400, length=32, same_document=same_document)
    assert ids.shape == types.shape == (400, 32)
    pairs = []
    for row, segment, label in zip(ids, types, labels, strict=True):
        assert row[0] == vocabulary.cls
        first, second = row[segment == 0].tolist(), row[segment == 1].tolist()
        assert first[-1] == second[-1] == vocabulary.sep
        pairs.append((first[1:-1], second[:-1], int(label)))
    return pairs


def places(corpus: Corpus, ids: list[int]) -> list[int]:
    """Where a run of ids stands in the corpus."""
    windows = np.lib.stride_tricks.sliding_window_view(corpus.ids, len(ids))
    return np.flatnonzero((windows == np.array(ids)).all(axis=1)).tolist()


def document_of(corpus: Corpus, token: int) -> int:
    sentence = np.searchsorted(corpus.sentences, token, side="right") - 1
    return int(np.searchsorted(corpus.documents, sentence, side="right")) - 1


def test_half_of_the_pairs_are_consecutive(
    corpus: Corpus, vocabulary: Vocabulary, rng: np.random.Generator
) -> None:
    pairs = drawn(corpus, vocabulary, rng)
    assert abs(np.mean([label for _, _, label in pairs]) - 0.5) < 0.06
    for first, second, label in pairs:
        if label == 0:
            assert places(corpus, first + second), "B does not follow A"


def test_a_first_text_that_is_too_long_loses_its_beginning_and_the_second_follows_it(
    vocabulary: Vocabulary, rng: np.random.Generator
) -> None:
    corpus = numbered(rng, 40)
    cut = 0
    for first, second, label in drawn(corpus, vocabulary, rng):
        if label == 0:
            assert second[0] == first[-1] + 1, "B does not follow A"
            cut += first[0] not in corpus.sentences
    assert cut > 50


def test_half_are_consecutive_where_few_places_have_room_for_a_continuation(
    vocabulary: Vocabulary, rng: np.random.Generator
) -> None:
    sizes = np.tile(
        [20, 20, 20, 11], 30
    )  # tokens of a sentence; in a document of four a pair fits only at its start
    corpus = Corpus(
        np.arange(sizes.sum(), dtype=np.uint16) % 300 + 10,
        np.concatenate([[0], np.cumsum(sizes)]),
        np.arange(0, len(sizes) + 1, 4),
    )
    _, _, labels = sample_pairs(corpus, vocabulary, rng, n=600, length=70)
    assert abs(labels.mean() - 0.5) < 0.06


def test_the_longest_pair_is_one_that_many_documents_have_room_for(
    corpus: Corpus, vocabulary: Vocabulary, rng: np.random.Generator
) -> None:
    length = longest_pair(corpus)
    sample_pairs(corpus, vocabulary, rng, n=200, length=length)
    assert length < 400


def numbered(rng: np.random.Generator, documents: int) -> Corpus:
    """Documents of 3 to 14 sentences of 5 to 29 tokens, in which the id of a token is its place."""
    offsets = np.concatenate([[0], rng.integers(3, 15, documents).cumsum()])
    sentences = np.concatenate([[0], rng.integers(5, 30, offsets[-1]).cumsum()])
    return Corpus(np.arange(sentences[-1], dtype=np.uint16), sentences, offsets)


def test_negatives_come_from_another_document(vocabulary: Vocabulary, rng: np.random.Generator) -> None:
    corpus = numbered(rng, 4)
    for first, second, label in drawn(corpus, vocabulary, rng):
        homes = {document_of(corpus, part[0]) for part in (first, second)}
        assert len(homes) == 1 + label


@pytest.mark.parametrize("same_document", [0.0, 1.0])
def test_where_a_pair_is_cut_from_does_not_tell_whether_b_follows(
    vocabulary: Vocabulary, rng: np.random.Generator, same_document: float
) -> None:
    corpus = numbered(rng, 300)
    ids, types, labels = sample_pairs(
        corpus, vocabulary, rng, n=3_000, length=64, same_document=same_document
    )
    begins = set(corpus.sentences[corpus.documents].tolist())
    hints = []
    for row, segment in zip(ids, types, strict=True):
        first, second = row[segment == 0][1:-1], row[segment == 1][:-1]
        after = corpus.sentences[np.searchsorted(corpus.sentences, first[-1] + 1)]
        end = corpus.sentences[corpus.documents[document_of(corpus, first[0]) + 1]]
        hints.append([end - after >= len(second), int(second[0]) in begins])
    follows, does_not = (np.mean(np.array(hints)[labels == label], axis=0) for label in (0, 1))
    assert follows == pytest.approx(does_not, abs=0.03), "room for a continuation; B begins a document"


def test_negatives_of_the_same_document_are_not_the_continuation(
    corpus: Corpus, vocabulary: Vocabulary, rng: np.random.Generator
) -> None:
    for first, second, label in drawn(corpus, vocabulary, rng, same_document=1.0):
        if label == 1:
            homes = [{document_of(corpus, at) for at in places(corpus, part)} for part in (first, second)]
            assert homes[0] & homes[1]
            assert not places(corpus, first + second)
            here, there = (
                {at + n for at in places(corpus, part) for n in range(len(part))} for part in (first, second)
            )
            if len(places(corpus, first)) == len(places(corpus, second)) == 1:
                assert not here & there, "B holds a part of A"


def test_the_same_chance_gives_the_same_pairs(corpus: Corpus, vocabulary: Vocabulary) -> None:
    one, two = (drawn(corpus, vocabulary, np.random.default_rng([1, 2])) for _ in range(2))
    assert one == two


def test_documents_too_short_for_pairs_are_an_error(
    corpus: Corpus, vocabulary: Vocabulary, rng: np.random.Generator
) -> None:
    with pytest.raises(DataError, match="no two documents are long enough for pairs of 2000 tokens"):
        sample_pairs(corpus, vocabulary, rng, n=1, length=2_000)
    alone = replace(corpus, documents=corpus.documents[[0, -1]])
    with pytest.raises(DataError, match=r"from a single document \(an empty line ends a document\)"):
        sample_pairs(alone, vocabulary, rng, n=9, length=20)


def test_masks_are_fifteen_percent_and_eighty_ten_ten(
    vocabulary: Vocabulary, rng: np.random.Generator
) -> None:
    ids = rng.integers(vocabulary.first_word, vocabulary.size, size=(500, 200))
    masked, positions, targets = mask_tokens(ids, vocabulary, rng)
    assert len(positions) / ids.size == pytest.approx(0.15, abs=0.005)
    now = masked.reshape(-1)[positions]
    assert (targets == ids.reshape(-1)[positions]).all()
    assert (now == vocabulary.mask).mean() == pytest.approx(0.8, abs=0.02)
    assert (now == targets).mean() == pytest.approx(0.1, abs=0.02)
    untouched = np.ones(ids.size, dtype=bool)
    untouched[positions] = False
    assert (masked.reshape(-1)[untouched] == ids.reshape(-1)[untouched]).all()


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_special_tokens_are_never_masked(rate: float, seed: int) -> None:
    vocabulary = Vocabulary(cls=2, sep=3, mask=4, size=50, first_word=5, continues=np.arange(50) >= 40)
    rng = np.random.default_rng(seed)
    ids: NDArray[np.int64] = rng.integers(0, 50, size=(4, 30))
    masked, positions, targets = mask_tokens(ids, vocabulary, rng, rate=rate)
    assert (targets >= 5).all()
    assert (masked[ids < 5] == ids[ids < 5]).all()
    assert not set(masked.reshape(-1)[positions].tolist()) & {0, 1, 2, 3}


def test_singles_are_whole_sentences_of_one_length(
    corpus: Corpus, vocabulary: Vocabulary, rng: np.random.Generator
) -> None:
    singles = Singles(corpus)
    sentences = {
        tuple(corpus.ids[start:end].tolist())
        for start, end in zip(corpus.sentences[:-1], corpus.sentences[1:], strict=True)
    }
    for _ in range(20):
        ids = singles.sample(vocabulary, rng, tokens=100)
        assert (ids[:, 0] == vocabulary.cls).all()
        assert (ids[:, -1] == vocabulary.sep).all()
        assert all(tuple(row[1:-1].tolist()) in sentences for row in ids)


def test_sentences_that_are_too_short_or_too_long_are_counted() -> None:
    sizes = np.array([3, 4, 96, 97, 98])
    corpus = Corpus(
        np.zeros(sizes.sum(), dtype=np.uint16), np.concatenate([[0], sizes.cumsum()]), np.arange(6)
    )
    assert Singles(corpus).left_out == 3
    with pytest.raises(DataError, match="no sentence of 5 to 95 tokens in it"):
        Singles(corpus, shortest=5, longest=95)


def test_the_pieces_of_a_word_are_chosen_together(rng: np.random.Generator) -> None:
    vocabulary = Vocabulary(cls=2, sep=3, mask=4, size=50, first_word=5, continues=np.arange(50) >= 40)
    ids = np.tile([2, 5, 41, 42, 6, 7, 43, 3], (2_000, 1))
    _, positions, _ = mask_tokens(ids, vocabulary, rng, rate=0.3, whole_words=True)
    chosen = np.zeros(ids.shape, dtype=bool)
    chosen.reshape(-1)[positions] = True
    for word in ((1, 2, 3), (5, 6)):
        assert (chosen[:, word] == chosen[:, word[:1]]).all()
    assert not chosen[:, [0, 7]].any()
    assert abs(chosen[:, 1:7].mean() - 0.3) < 0.03
    _, positions, _ = mask_tokens(ids, vocabulary, rng, rate=0.3)
    alone = np.zeros(ids.size, dtype=bool)
    alone[positions] = True
    rows: NDArray[np.bool_] = alone.reshape(ids.shape)
    assert (rows[:, 1] != rows[:, 2]).any()


def test_what_a_model_cannot_read_at_once_is_not_drawn(
    data: Path, tokenizer: BertTokenizerFast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = np.arange(0, 4_001, 10)
    corpus = Corpus(np.full(4_000, 9, dtype=np.uint16), sentences, np.array([0, 400]))
    text = Text([Documents(corpus, 1.0)])
    assert [length for length, _ in lengths_of(text, 256)] == [128, 64, 32, 256]
    assert lengths_of(text, 64) == [(64, 0.22 / 0.37), (32, 0.15 / 0.37)]
    with pytest.raises(DataError, match="the model reads 31 tokens at once, and pairs have 32 or more"):
        lengths_of(text, 31)
    monkeypatch.setattr(tokenizer, "model_max_length", 7)
    here, files = Processes(torch.device("cpu")), [str(data / "ko.txt")]
    singles = encoded_text(files, files, tokenizer, tmp_path, here, keep=False).singles
    rng, vocabulary = np.random.default_rng(0), vocabulary_of(tokenizer)
    assert singles is not None
    assert max(singles.sample(vocabulary, rng, tokens=9).shape[1] for _ in range(20)) == 7
    with pytest.raises(DataError, match="measured on 128 tokens at once; the model reads 7"):
        require_pairs(tokenizer, corpus)


def test_documents_that_no_pair_begins_in_are_counted() -> None:
    sizes = [15, 14, 14, 14, 40, 20, 20, 20]  # tokens of a sentence
    documents = [0, 2, 4, 5, 8]  # 29 tokens, 28, one sentence, 60
    corpus = Corpus(
        np.arange(sum(sizes), dtype=np.uint16), np.cumsum([0, *sizes]), np.array(documents, dtype=np.int64)
    )
    assert too_short(corpus, 32) == 2
    assert too_short(corpus, 31) == 1
    assert too_short(corpus, 64) == 4
