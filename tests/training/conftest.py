"""A little Korean and English to train on, written for these tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from transformers import BertTokenizerFast

from training.corpus import Corpus, encode
from training.examples import Vocabulary
from training.pretrain import vocabulary_of
from training.tokenizer import train_tokenizer

PLACES = ("산", "강", "바다", "숲", "들", "섬")
ANIMALS = ("고양이", "강아지", "토끼", "여우", "거북이", "오리")


def korean_documents() -> list[list[str]]:
    """Thirty-six documents of eight sentences; each is about one animal and one place."""
    return [
        [
            f"{animal}가 {place}에 살았다.",
            f"{animal}는 {place}를 좋아했다.",
            f"아침마다 {animal}는 {place}에서 밥을 먹었다.",
            f"어느 날 {place}에 비가 많이 왔다.",
            f"{animal}는 집을 잃고 울었다.",
            f"친구들이 {animal}를 도와주었다.",
            f"{place}에 새 집을 함께 지었다.",
            f"{animal}는 다시 웃었다.",
        ]
        for animal in ANIMALS
        for place in PLACES
    ]


def english_documents() -> list[list[str]]:
    """Twelve short documents."""
    return [
        [
            f"The {animal} lived near the {place}.",
            f"It liked the {place} very much.",
            f"Every morning the {animal} ate by the {place}.",
            "One day it rained, and the house was lost.",
            f"Friends helped the {animal} to build a new house.",
            f"Now the {animal} lives well.",
        ]
        for animal in ("cat", "dog", "fox")
        for place in ("river", "hill", "sea", "wood")
    ]


def as_file(path: Path, documents: list[list[str]]) -> str:
    """Write documents as the corpus format wants them; returns the path as a string."""
    path.write_text("\n\n".join("\n".join(document) for document in documents) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``ko.txt``, ``en.txt`` and ``reviews.txt``."""
    folder = tmp_path_factory.mktemp("data")
    as_file(folder / "ko.txt", korean_documents())
    as_file(folder / "en.txt", english_documents())
    reviews = [
        f"{animal} 영화 {word} {n}" for animal in ANIMALS for word in ("좋았다", "별로였다") for n in range(5)
    ]
    (folder / "reviews.txt").write_text("\n".join(reviews) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def tokenizer(data: Path) -> BertTokenizerFast:
    """A WordPiece tokenizer of a few hundred entries."""
    korean = [str(data / "ko.txt"), str(data / "reviews.txt")]
    return train_tokenizer(korean, [str(data / "en.txt")], characters=100_000, vocab_size=400)


@pytest.fixture(scope="session")
def vocabulary(tokenizer: BertTokenizerFast) -> Vocabulary:
    """The tokenizer's ids."""
    return vocabulary_of(tokenizer)


@pytest.fixture(scope="session")
def corpus(data: Path, tokenizer: BertTokenizerFast) -> Corpus:
    """The Korean documents, encoded."""
    return encode([str(data / "ko.txt")], tokenizer)[0]


@pytest.fixture
def rng() -> np.random.Generator:
    """Chance, the same every time."""
    return np.random.default_rng(7)
