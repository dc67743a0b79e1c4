from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from transformers import BertTokenizerFast

from training.batches import LabelledExamples
from training.datasets import Example


@pytest.fixture
def examples(tokenizer: BertTokenizerFast) -> LabelledExamples:
    texts = ["고양이가 산에 살았다.", "토끼는 웃었다.", "여우", "강아지가 바다에 살았다. 다시 웃었다."] * 5
    return LabelledExamples(
        [Example(text, None, n % 2) for n, text in enumerate(texts)], tokenizer, longest=64
    )


def test_an_epoch_holds_every_example_once_in_batches_of_one_length(examples: LabelledExamples) -> None:
    for rng in (None, np.random.default_rng(0)):
        rows: list[int] = []
        for batch in examples.epoch(40, rng):
            assert batch.input_ids.shape == batch.token_type_ids.shape
            assert batch.input_ids.size <= 40 or len(batch.labels) == 1
            assert (batch.labels == batch.rows % 2).all()
            rows += batch.rows.tolist()
        assert sorted(rows) == list(range(20))


def test_epochs_differ_and_a_seed_repeats_them(examples: LabelledExamples) -> None:
    def order(seed: int) -> list[list[int]]:
        return [batch.rows.tolist() for batch in islice(examples.forever(40, seed), 30)]

    assert order(1) == order(1)
    assert order(1) != order(2)
    size = len(list(examples.epoch(40, np.random.default_rng([1, 0]))))
    two_epochs = [batch.rows.tolist() for batch in islice(examples.forever(40, 1), 2 * size)]
    assert two_epochs[:size] != two_epochs[size:]


def test_a_pair_is_cut_to_the_longest(tokenizer: BertTokenizerFast) -> None:
    long = "고양이가 산에 살았다. " * 20
    (batch,) = LabelledExamples([Example(long, "웃었다.", 0)], tokenizer, longest=24).epoch(100)
    assert batch.input_ids.shape == (1, 24)
    assert (batch.token_type_ids[0] == 1).any()
