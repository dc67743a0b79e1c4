from __future__ import annotations

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
    rows: list[int] = []
    for batch in examples.epoch(40):
        assert batch.input_ids.shape == batch.token_type_ids.shape
        assert batch.input_ids.size <= 40 or len(batch.labels) == 1
        assert (batch.labels == batch.rows % 2).all()
        rows += batch.rows.tolist()
    assert sorted(rows) == list(range(20))


def test_epochs_differ_and_a_seed_repeats_them(examples: LabelledExamples) -> None:
    size = len(examples.batches(40))

    def order(seed: int, first: int = 0) -> list[list[int]]:
        batch = examples.numbered(40, seed)
        return [batch(number).rows.tolist() for number in range(first, first + size)]

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert order(1) != order(1, size)
    for first in (0, size):
        assert sorted(row for rows in order(1, first) for row in rows) == list(range(20))
    assert examples.numbered(40, 1)(size + 2).rows.tolist() == order(1, size)[2]  # without those before it


def test_a_pair_is_cut_to_the_longest(tokenizer: BertTokenizerFast) -> None:
    long = "고양이가 산에 살았다. " * 20
    (batch,) = LabelledExamples([Example(long, "웃었다.", 0)], tokenizer, longest=24).epoch(100)
    assert batch.input_ids.shape == (1, 24)
    assert (batch.token_type_ids[0] == 1).any()
