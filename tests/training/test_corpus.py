from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from transformers import BertTokenizerFast

from training.corpus import Corpus, documents, encode, held_out
from training.textfiles import DataError


def test_an_empty_line_ends_a_document(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("하나\n둘\n\n\n셋\n", encoding="utf-8")
    assert list(documents(str(file), single=False)) == [["하나", "둘"], ["셋"]]
    assert list(documents(str(file), single=True)) == [["하나"], ["둘"], ["셋"]]


def test_sentences_are_composed(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("\u1100\u1161\n", encoding="utf-8")  # 가 as two jamo
    assert list(documents(str(file), single=True)) == [["가"]]


def test_a_corpus_gives_every_sentence_back(tmp_path: Path, data: Path, tokenizer: BertTokenizerFast) -> None:
    train, heldout = encode([str(data / "ko.txt")], tokenizer)
    train.save(tmp_path / "ko")
    loaded = Corpus.load(tmp_path / "ko")
    expected = [doc for doc in documents(str(data / "ko.txt"), single=False) if not held_out(doc)]
    assert len(loaded.documents) - 1 == len(expected)
    assert len(loaded.documents) + len(heldout.documents) - 2 == 36
    sentence = loaded.sentences[int(loaded.documents[3]) + 2 :][:2]
    ids = loaded.ids[sentence[0] : sentence[1]].tolist()
    assert ids == tokenizer(expected[3][2], add_special_tokens=False)["input_ids"]


def test_the_held_out_part_goes_by_the_text() -> None:
    chosen = [n for n in range(20_000) if held_out([f"문서 {n}"])]
    assert 50 < len(chosen) < 150
    assert held_out([f"문서 {chosen[0]}"])


def test_a_folder_without_a_corpus_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"run python -m training\.corpus first"):
        Corpus.load(tmp_path)


def test_ids_are_two_bytes(corpus: Corpus) -> None:
    assert corpus.ids.dtype == np.uint16
    assert corpus.sentences[-1] == len(corpus.ids)
    assert corpus.documents[-1] == len(corpus.sentences) - 1
