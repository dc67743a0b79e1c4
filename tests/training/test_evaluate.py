from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import BertTokenizerFast

from training import evaluate_text
from training.corpus import Corpus
from training.datasets import Example
from training.evaluate import calibration, classification, figure, fitted_temperature
from training.pretrain import new_model, vocabulary_of
from training.report import pictures, report
from training.textfiles import DataError


def test_an_interval_holds_the_share_and_narrows_with_the_number() -> None:
    few, many = (figure("x", np.arange(n) % 4 > 0) for n in (40, 4_000))
    assert few.value == many.value == 0.75
    assert few.low < many.low < 0.75 < many.high < few.high
    assert str(many).startswith("x: 75.00 % (95 % interval 7")
    assert str(many).endswith(", n = 4,000)")


@pytest.mark.parametrize(
    ("right", "groups", "said"),
    [  # one end is (2.5 %) to the power of one in n, of rows or of groups
        ([True] * 20, None, "100.00 % (95 % interval 83.16-100.00 by Clopper-Pearson, n = 20)"),
        ([False] * 20, None, "0.00 % (95 % interval 0.00-16.84 by Clopper-Pearson, n = 20)"),
        ([True] * 20, [0, 1] * 10, "100.00 % (95 % interval 15.81-100.00 by Clopper-Pearson, n = 20)"),
    ],
)
def test_where_all_or_none_are_right_the_interval_still_has_a_width(
    right: list[bool], groups: list[int] | None, said: str
) -> None:
    found = figure("x", np.array(right), None if groups is None else np.array(groups))
    assert str(found) == f"x: {said}"


def test_items_that_came_together_are_drawn_together() -> None:
    right = np.repeat(np.arange(40) % 4 > 0, 100)  # whole documents right or wrong
    alone, together = figure("x", right), figure("x", right, np.repeat(np.arange(40), 100))
    assert together.value == alone.value
    assert together.high - together.low > 3 * (alone.high - alone.low)


def test_pairs_of_one_premise_are_drawn_together(tokenizer: BertTokenizerFast) -> None:
    """Whole premises are answered rightly or wrongly."""
    torch.manual_seed(0)
    model = new_model(tokenizer, layers=1, hidden=16, heads=1).train(mode=False)
    torch.nn.init.constant_(model.nli.out.weight, 0.0)
    model.nli.out.bias.data = torch.tensor([1.0, 0.0, 0.0])
    pairs = [Example(f"고양이 {n % 40}", f"산 {n}", int(n % 40 % 4 == 0)) for n in range(400)]
    single = [Example(f"고양이 {n}", f"산 {n}", int(n % 40 % 4 == 0)) for n in range(400)]
    together, apart = (classification(model, tokenizer, "nli", each).accuracy for each in (pairs, single))
    assert together.value == apart.value == 0.75
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_calibration_is_the_distance_of_sureness_from_being_right() -> None:
    sure = np.log(np.array([[0.9, 0.1]] * 10, np.float32))
    labels = np.array([0] * 7 + [1] * 3)
    error, bins = calibration(sure, labels)
    assert error == pytest.approx(0.2, abs=1e-6)
    assert sum(size for _, _, size in bins) == 10
    assert any(size == 10 and share == pytest.approx(0.7) for _, share, size in bins)


def test_the_temperature_makes_a_model_as_sure_as_it_is_right() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4_000, 3)).astype(np.float32)
    chances = np.exp(logits.astype(np.float64))
    chances /= chances.sum(1, keepdims=True)
    labels = np.array([rng.choice(3, p=row) for row in chances])
    assert fitted_temperature(3 * logits, labels) == pytest.approx(3, rel=0.08)
    before, _ = calibration(3 * logits, labels)
    after, _ = calibration(3 * logits / fitted_temperature(3 * logits, labels), labels)
    assert after < before / 4


def test_a_report_has_every_class_length_source_and_picture(
    tmp_path: Path, tokenizer: BertTokenizerFast, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate_text, "LENGTH", 32)
    torch.manual_seed(0)
    model = new_model(tokenizer, layers=1, hidden=16, heads=1).train(mode=False)
    examples = [
        Example("고양이가 산에 살았다. " * (1 + n % 5), None, n % 2, f"file{n % 3}") for n in range(60)
    ]
    done = classification(model, tokenizer, "sentiment", examples, examples[:20])
    assert done.confusion.sum() == 60
    assert done.confusion.sum(1).tolist() == [30, 30]
    assert done.accuracy.value == done.confusion.trace() / 60
    assert [each.n for each in done.recalls] == [30, 30]
    assert {each.name for each in done.parts} >= {"file0", "file1", "file2"}
    lengths = [each for each in done.parts if "tokens" in each.name]
    assert len(lengths) > 1
    assert sum(each.n for each in lengths) == 60
    assert done.temperature is not None
    assert done.per_second > 0
    found = evaluate_text.pretraining(model, tokenizer, corpus, "ko", pairs=64)
    assert [each.name for each in found] == [
        "ko: masked token, top 1",
        "ko: masked token, top 5",
        "ko: next sentence, random negatives",
        "ko: next sentence, same-document negatives",
    ]
    assert found[0].value <= found[1].value
    assert found[2].n == found[3].n == 64
    text = report("var/a/model", ["reviews.tsv", "ko.txt"], [done], {"ko": found})
    assert text.startswith("# var/a/model\n\n- reviews.tsv\n- ko.txt\n")
    for part in (*done.recalls, *done.parts):
        assert f"| {part.name} |" in text
    assert f"with the temperature {done.temperature:.3f}" in text
    pictures([done], tmp_path)
    for name in ("confusion", "reliability"):
        with Image.open(tmp_path / f"sentiment-{name}.png") as image:
            assert min(image.size) > 300
            assert len(set(image.convert("L").tobytes())) > 10  # something is drawn


@pytest.mark.filterwarnings("ignore:invalid value")
def test_broken_weights_are_said_and_equal_chances_are_no_knowledge(
    tokenizer: BertTokenizerFast, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate_text, "LENGTH", 32)
    model = new_model(tokenizer, layers=1, hidden=16, heads=1).train(mode=False)
    for parameter in model.cls.predictions.parameters():
        torch.nn.init.zeros_(parameter)
    masks = evaluate_text.pretraining(model, tokenizer, corpus, "ko", pairs=32)[:2]
    assert [each.value for each in masks] == [0, 0]
    torch.nn.init.constant_(model.sentiment.out.bias, float("nan"))
    torch.nn.init.constant_(model.cls.predictions.bias, float("nan"))
    with pytest.raises(DataError, match="sentiment head answers with no numbers"):
        classification(model, tokenizer, "sentiment", [Example("고양이", None, 1)])
    with pytest.raises(DataError, match="answers masks with no numbers"):
        evaluate_text.pretraining(model, tokenizer, corpus, "ko", pairs=32)
    torch.nn.init.zeros_(model.cls.predictions.bias)
    torch.nn.init.constant_(model.cls.seq_relationship.bias, float("nan"))
    with pytest.raises(DataError, match="answers pairs with no numbers"):
        evaluate_text.pretraining(model, tokenizer, corpus, "ko", pairs=32)


def test_masks_of_one_document_are_drawn_together(
    tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole documents are right or wrong: many pairs of a few of them tell little."""
    monkeypatch.setattr(evaluate_text, "LENGTH", 32)
    known, other = vocabulary_of(tokenizer).first_word + np.arange(2)
    ids = np.repeat([known, other] * 5, 200).astype(np.uint16)
    corpus = Corpus(ids, np.arange(0, 2_001, 5), np.arange(0, 401, 40))
    model = new_model(tokenizer, layers=1, hidden=16, heads=1).train(mode=False)
    for parameter in model.cls.predictions.parameters():
        torch.nn.init.zeros_(parameter)
    model.cls.predictions.bias.data[known] = 1.0

    masked, *_ = evaluate_text.pretraining(model, tokenizer, corpus, "ko", pairs=512)

    assert 0.3 < masked.value < 0.7
    assert masked.high - masked.low > 0.2  # 0.08 if pairs were drawn
