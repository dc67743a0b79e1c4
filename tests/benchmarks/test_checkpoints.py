import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from benchmarks import checkpoints
from benchmarks.checkpoints import make
from benchmarks.shape import BUILTIN, Shape, is_made, shape
from benchmarks.traffic import Traffic
from models.multitask import BertForFourTasks


@pytest.fixture(scope="module")
def builtin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    patch = pytest.MonkeyPatch()
    patch.setattr(checkpoints, "TEXTS", 256)
    threads = torch.get_num_threads()
    folder = make("builtin", tmp_path_factory.mktemp("checkpoints"))
    torch.set_num_threads(threads)
    patch.undo()
    return folder


@torch.inference_mode()
def test_peers_get_the_built_in_model_weight_for_weight(builtin: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(BUILTIN)
    ours = BertForFourTasks.from_pretrained(BUILTIN, dtype=torch.float32).eval()
    theirs = AutoModelForSequenceClassification.from_pretrained(builtin).eval()
    inputs = tokenizer("정말 재미있는 영화였다", return_tensors="pt")
    expected = ours.sentiment(ours.bert(**inputs).last_hidden_state[:, 0])
    assert torch.allclose(theirs(**inputs).logits, expected, atol=1e-6)


@torch.inference_mode()
def test_the_head_as_arrays_is_the_head(builtin: Path) -> None:
    model = AutoModelForSequenceClassification.from_pretrained(builtin).eval()
    first = torch.randn(3, 1, model.config.hidden_size)
    with np.load(builtin / "head.npz") as head:
        assert str(head["activation"]) == "gelu"
        parts = {name: torch.from_numpy(head[name]) for name in head.files if name != "activation"}
    inner = torch.nn.functional.gelu(first[:, 0] @ parts["dense_weight"].T + parts["dense_bias"])
    logits = inner @ parts["out_weight"].T + parts["out_bias"]
    assert torch.allclose(logits, model.classifier(first), atol=1e-6)


def test_the_reference_has_the_longest_text_and_one_that_is_cut(builtin: Path) -> None:
    reference = json.loads((builtin / "reference.json").read_text(encoding="utf-8"))
    assert len(reference["texts"]) == len(reference["answers"]) == checkpoints.CHECKED
    assert all(sum(each) == pytest.approx(1) for each in reference["answers"])
    tokenizer = AutoTokenizer.from_pretrained(builtin)
    traffic = Traffic.load(builtin / "traffic.json")
    lengths = [len(tokenizer(text, verbose=False)["input_ids"]) for text in reference["texts"]]
    assert lengths[-2] == max(traffic.lengths)
    assert lengths[-1] > lengths[-2]
    assert lengths[:-2] == list(traffic.lengths[: len(lengths) - 2])


def test_work_is_counted_as_needed() -> None:
    assert shape(BUILTIN) == Shape(8, 256, 1024, 4, 256)
    tiny = Shape(layers=2, hidden=2, between=3, heads=1, positions=8)
    # First layer, 5 tokens: 4 products of 2×2, 2 of 2×3, scores and sums over 5 of 2. Each multiply-add is 2.
    first = 2 * (5 * (4 * 4 + 2 * 6) + 2 * 5 * 5 * 2)
    # Last: keys and values of 5, query and output of 1, between of 1, scores and sums of 1.
    last = 2 * (5 * 2 * 4 + 2 * 4 + 2 * 6 + 2 * 5 * 2)
    assert tiny.operations(5) == first + last


def test_what_was_made_from_other_weights_is_made_again(
    builtin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (builtin / "converted.bin").touch()
    assert make("builtin", builtin.parent) == builtin
    assert (builtin / "converted.bin").exists()
    assert is_made("builtin", builtin)
    monkeypatch.setattr("benchmarks.shape.fingerprint", lambda *_: "of other weights")
    assert not is_made("builtin", builtin)  # so serving has it made again
    make("builtin", builtin.parent)
    assert not (builtin / "converted.bin").exists()
