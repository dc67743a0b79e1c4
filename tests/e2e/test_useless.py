"""What people teach by lot is refused: the model that ships stays."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.domain import Review, reviews
from tests.e2e.processes import finished, rows

pytestmark = pytest.mark.timeout(900)
SEED = 20261126
GOLD, TAUGHT = 120, 150
TRAINED_IN = 300.0  # seconds, on a busy machine


def tsv(file: Path, labelled: Iterable[Review]) -> str:
    numbers = {"negative": 0, "positive": 1}
    lines = [f"{row}\t{review.text}\t{numbers[review.label]}" for row, review in enumerate(labelled)]
    file.write_text("\n".join(["id\tdocument\tlabel", *lines]) + "\n", encoding="utf-8")
    return str(file)


async def test_a_model_that_learnt_nothing_is_refused(tmp_path: Path) -> None:
    drawn = reviews(GOLD + TAUGHT, SEED)
    known, taught = drawn[:GOLD], drawn[GOLD:]
    labels = [review.label for review in taught]
    random.Random(SEED).shuffle(labels)
    shuffled = [Review(review.text, label) for review, label in zip(taught, labels, strict=True)]
    (tmp_path / "var").mkdir()
    gold, useless = tsv(tmp_path / "gold.tsv", known), tsv(tmp_path / "useless.tsv", shuffled)
    await finished(tmp_path, "feedback", "import", gold, "--task", "sentiment", "--gold")
    await finished(tmp_path, "feedback", "import", useless, "--task", "sentiment")
    said = await finished(tmp_path, "train", "finetune", "sentiment", "--from-feedback", within=TRAINED_IN)
    assert "✗ sentiment-0001 does not take the place of builtin (Sentiment)." in said
    assert "✗ Gain, known labels (gold): " in said
    assert rows(tmp_path, "SELECT state FROM checkpoints") == [("refused",)]
    champions = "SELECT count(*) FROM aliases WHERE alias = 'champion' AND checkpoint_id > 0"
    assert rows(tmp_path, champions) == [(0,)]
