from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models import onnx_bert
from models import precision as module
from models.catalog import Source
from models.encoding import Encoding, Query
from models.errors import ModelServiceError
from models.onnx_bert import OnnxBert
from models.precision import ByTask, Network, Precision, candidates, check_setting, choose, compare
from models.probes import probes
from models.results import LabelResult, Task
from models.runtime import Loader
from models.tasks.classification import classify
from models.tokenizers import load_tokenizer
from models.weights import Shape, read_bert_weights, read_config

CPU = "cpu"
TASKS = (Task.MASK, Task.NSP, Task.SENTIMENT, Task.NLI)
BUILTIN = Path(__file__).parents[2] / "models" / "builtin"


def make(precision: Precision) -> OnnxBert:
    return OnnxBert(read_bert_weights(BUILTIN), Shape.of(read_config(BUILTIN)), TASKS, precision)


def ask(task: Task) -> Query:
    encoding = Encoding((2, 900, 4, 700, 3), (0,) * 5, ((0, 0),) * 5, (None, 0, 0, 0, None), truncated=False)
    return Query(task, encoding, (2,) if task is Task.MASK else ())


def some(_: Network) -> Sequence[Query]:
    return [ask(Task.MASK), ask(Task.SENTIMENT)]


def measured(monkeypatch: pytest.MonkeyPatch, moved: float, agreed: float) -> None:
    monkeypatch.setattr(module, "compare", lambda *_: (moved, agreed))
    monkeypatch.setattr(module, "candidates", lambda *_: (Precision.INT8, Precision.FP32))


@pytest.mark.parametrize("vnni", [True, False])
def test_eight_bits_are_close_to_single_precision(monkeypatch: pytest.MonkeyPatch, vnni: bool) -> None:
    monkeypatch.setattr(onnx_bert, "adds_bytes_in_32_bits", lambda: vnni)
    queries = probes(load_tokenizer(BUILTIN, "auto", 256), TASKS)
    exact, low = (make(each).logits(queries) for each in (Precision.FP32, Precision.INT8))
    moved, agreed = compare(exact, low, queries)
    assert 1e-4 < moved <= module.MOST_MOVED
    assert 0.85 < agreed < 1


def test_a_precision_that_agrees_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, 0.001, 1.0)
    choice = choose(make, some, "auto", CPU)
    expected = make(Precision.INT8).logits([ask(Task.NLI)])[0]
    assert np.array_equal(choice.network.logits([ask(Task.NLI)])[0], expected)
    assert "int8: class probabilities moved by 0.0010, 100.0%" in choice.reason


def test_where_only_words_change_classes_alone_get_the_lower_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured(monkeypatch, 0.001, 0.98)
    network = choose(make, some, "auto", CPU).network
    assert isinstance(network, ByTask)
    words, classes = ask(Task.MASK), ask(Task.NLI)
    found = network.logits([classes, words, classes])
    exact, low = make(Precision.FP32), make(Precision.INT8)
    np.testing.assert_allclose(found[1], exact.logits([words])[0])
    np.testing.assert_allclose(found[0], low.logits([classes, classes])[0])
    np.testing.assert_allclose(found[2], found[0])
    assert not np.array_equal(found[0], exact.logits([classes])[0])
    assert isinstance(network.classes, OnnxBert)
    assert network.classes._words is None  # the largest of the heads, for nobody


@pytest.mark.parametrize(
    ("moved", "agreed", "taken"),
    [
        (0.02, 0.99, "int8"),
        (0.0201, 1.0, "fp32"),
        (0.02, 0.9899, "int8 for classes"),
        (0.0201, 0.9899, "fp32"),
    ],
)
def test_two_hundredths_of_probability_and_one_word_in_a_hundred_are_the_limits(
    monkeypatch: pytest.MonkeyPatch, moved: float, agreed: float, taken: str
) -> None:
    measured(monkeypatch, moved, agreed)
    assert choose(make, some, "auto", CPU).reason.startswith(f"{taken}: ")


def test_blanks_try_what_comes_next_before_the_slowest(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = iter([(0.001, 0.98), (0.001, 1.0)])
    monkeypatch.setattr(module, "compare", lambda *_: next(tried))
    monkeypatch.setattr(module, "candidates", lambda *_: (Precision.INT8, Precision.BF16, Precision.FP32))
    made: dict[Precision, OnnxBert] = {}

    def keep(precision: Precision) -> OnnxBert:
        made[precision] = make(Precision.INT8 if precision is Precision.INT8 else Precision.FP32)
        return made[precision]

    choice = choose(keep, some, "auto", CPU)
    assert isinstance(choice.network, ByTask)
    assert choice.network.classes is made[Precision.INT8]
    assert choice.network.words is made[Precision.BF16]
    assert "int8 for classes: " in choice.reason
    assert "bf16 for blanks: " in choice.reason


def test_a_precision_that_cannot_run_is_refused_and_the_log_says_why() -> None:
    def fails(precision: Precision) -> OnnxBert:
        if precision is not Precision.FP32:
            raise RuntimeError("no such unit")
        return make(precision)

    choice = choose(fails, some, "auto", CPU)
    assert np.array_equal(
        choice.network.logits([ask(Task.NLI)])[0], make(Precision.FP32).logits([ask(Task.NLI)])[0]
    )
    assert "int8 refused: RuntimeError: no such unit" in choice.reason
    with pytest.raises(RuntimeError, match="no such unit"):
        choose(fails, some, "int8", CPU)


def test_a_precision_that_disagrees_is_refused_and_the_log_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, 0.3, 1.0)
    choice = choose(make, some, "auto", CPU)
    expected = make(Precision.FP32).logits([ask(Task.NLI)])[0]
    assert np.array_equal(choice.network.logits([ask(Task.NLI)])[0], expected)
    assert "int8 refused: class probabilities moved by 0.3000" in choice.reason


def test_answers_that_are_no_numbers_are_refused() -> None:
    def broken(precision: Precision) -> OnnxBert:
        weights = read_bert_weights(BUILTIN)
        weights["sentiment.out.bias"] = np.array([np.nan, 0.0], np.float32)
        return OnnxBert(weights, Shape.of(read_config(BUILTIN)), TASKS, precision)

    with pytest.raises(ValueError, match="not numbers"):
        choose(broken, some, "auto", CPU)


def test_comparing_counts_classes_and_words() -> None:
    queries = [ask(Task.SENTIMENT), ask(Task.MASK), ask(Task.MASK)]
    one = [np.array(each, np.float32) for each in ([0, 0], [[1, 2]], [[1, 2]])]
    two = [np.array(each, np.float32) for each in ([-30, 30], [[1, 3]], [[2, 1]])]
    moved, agreed = compare(one, two, queries)
    assert moved == pytest.approx(0.5)
    assert agreed == pytest.approx(0.5)
    assert compare(one, [np.array([np.nan, 0], np.float32), *two[1:]], queries) == (1.0, 0.0)


def test_the_processor_decides_what_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "has_bf16", lambda: False)
    assert candidates("auto", CPU) == (Precision.INT8, Precision.FP32)
    monkeypatch.setattr(module, "has_bf16", lambda: True)
    assert candidates("auto", CPU) == (Precision.INT8, Precision.BF16, Precision.FP32)
    assert candidates("auto", "cuda") == (Precision.BF16, Precision.FP32)
    assert candidates("bf16", CPU) == (Precision.BF16,)


def test_settings_that_cannot_be_are_one_line() -> None:
    with pytest.raises(ModelServiceError, match="PRECISION is auto, fp32, bf16, int8, not 'fp64'"):
        check_setting("fp64", CPU)
    with pytest.raises(ModelServiceError, match="PRECISION=int8 is for the CPU; on a GPU use"):
        check_setting("int8", "cuda")
    check_setting("int8", CPU)


@pytest.mark.parametrize("setting", ["auto", "bf16", "int8"])
def test_the_built_in_model_answers_alike_in_every_precision(
    setting: str, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source(model=str(BUILTIN), tokenizer=str(BUILTIN))
    jobs = [classify(Task.SENTIMENT, "m", text) for text in ("정말 재미있어요", "돈이 아깝다")]
    exact = Loader("cpu", "fp32").model(source, Task.SENTIMENT).run(jobs)
    with caplog.at_level(logging.INFO):
        low = Loader("cpu", setting).model(source, Task.SENTIMENT).run(jobs)
    why = (
        rf"{BUILTIN}: (int8|fp32|bf16).* moved by 0\.\d+"
        if setting == "auto"
        else f"{BUILTIN}: {setting}: as set"
    )
    assert re.search(why, caplog.text)
    for one, two in zip(exact, low, strict=True):
        assert isinstance(one, LabelResult)
        assert isinstance(two, LabelResult)
        assert two.scores == pytest.approx(one.scores, abs=0.03)


def test_probes_ask_every_task_and_blank_only_words() -> None:
    tokenizer = load_tokenizer(BUILTIN, "auto", 256)
    queries = probes(tokenizer, [Task.MASK, Task.NSP, Task.SENTIMENT, Task.NLI])
    assert {query.task for query in queries} == {Task.MASK, Task.NSP, Task.SENTIMENT, Task.NLI}
    blanks = [(query, at) for query in queries for at in query.positions]
    assert len(blanks) > 200
    for query, at in blanks:
        assert query.encoding.ids[at] == tokenizer.mask_id
        assert query.encoding.texts[at] is not None
    assert probes(tokenizer, []) == []
