"""Every supported family and head answers, and a mixed batch gives what transformers gives one by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForMaskedLM,
    AutoModelForNextSentencePrediction,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
)

from models.blanks import parse
from models.blocklist import load_blocklist
from models.catalog import Source
from models.engine import choose_device, forward
from models.errors import ModelServiceError
from models.multitask import BertForFourTasks
from models.results import LABELS, LabelResult, MaskResult, Task
from models.runtime import Loader, ModelRunner
from models.tasks.classification import ClassificationJob, classify
from models.tasks.mask import MaskJob, mask_job
from tests.tiny import Architecture, write_byte_tokenizer, write_checkpoint

TEXTS: dict[Task, list[tuple[str, ...]]] = {
    Task.MASK: [("축구는 정말 재미있는 [MASK]다.",), ("soccer is a [MASK] and a [MASK]",), ("[MASK] good",)],
    Task.NSP: [("나는 학교", "오늘 아침에"), ("the sky is blue and good", "pizza")],
    Task.SENTIMENT: [("이 영화는 너무 좋다",), ("bad",), ("정말 짜증나네요 목소리 이 영화는 나쁘다",)],
    Task.NLI: [("나는 학교", "오늘 아침에"), ("the sky is blue and good", "pizza"), ("a", "b c d e")],
}


def job(task: Task, texts: tuple[str, ...]) -> MaskJob | ClassificationJob:
    if task is Task.MASK:
        return mask_job(parse(texts[0]), "test", 5, load_blocklist())
    return classify(task, "test", *texts)


def runner(folder: Path, task: Task) -> ModelRunner:
    return Loader("cpu", "fp32").model(Source(model=str(folder), tokenizer=str(folder)), task)


def reference(
    model: PreTrainedModel, tokenizer: Callable[..., Any], task: Task, texts: tuple[str, ...]
) -> torch.Tensor:
    """Logits from transformers' own classes, one text at a time, without padding."""
    names: Any = tokenizer
    texts = tuple(text.replace("[MASK]", names.mask_token) for text in texts)
    inputs = tokenizer(*texts, return_tensors="pt")
    if getattr(model.config, "type_vocab_size", 0) < 2:
        inputs.pop("token_type_ids", None)
    with torch.no_grad():
        if isinstance(model, BertForFourTasks) and task in {Task.SENTIMENT, Task.NLI}:
            logits: torch.Tensor = getattr(model, task)(model.bert(**inputs).last_hidden_state[:, 0])[0]
            return logits
        output = model(**inputs)
    logits = output["prediction_logits" if "prediction_logits" in output else "logits"]
    if task is Task.NSP:
        return output["seq_relationship_logits"][0] if "seq_relationship_logits" in output else logits[0]
    if task is Task.MASK:
        return logits[0][inputs["input_ids"][0] == names.mask_token_id]
    return logits[0]


def check(ours: ModelRunner, model: PreTrainedModel, folder: Path, tasks: list[Task]) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    asked = [(task, texts) for task in tasks for texts in TEXTS[task]]
    queries = [job(task, texts).encode(ours.tokenizer) for task, texts in asked]
    answers = forward(ours.checkpoint, queries)
    model.eval()
    for (task, texts), answer in zip(asked, answers, strict=True):
        expected = reference(model, tokenizer, task, texts)
        assert answer.shape == expected.shape
        torch.testing.assert_close(torch.from_numpy(answer), expected, rtol=1e-5, atol=1e-5)
        assert expected.std() > 1e-3  # else anything would be close


@pytest.mark.parametrize("architecture", ["bert-mask", "distilbert-mask", "roberta-mask", "electra-mask"])
def test_masked_words_of_every_family(tmp_path: Path, architecture: Architecture) -> None:
    write_checkpoint(tmp_path, architecture)
    model = AutoModelForMaskedLM.from_pretrained(tmp_path)
    check(runner(tmp_path, Task.MASK), model, tmp_path, [Task.MASK])


def test_masked_words_of_a_byte_level_roberta(tmp_path: Path) -> None:
    size = write_byte_tokenizer(tmp_path)
    write_checkpoint(tmp_path, "roberta-mask", vocabulary=size, tokenizer=False)
    ours = runner(tmp_path, Task.MASK)
    check(ours, AutoModelForMaskedLM.from_pretrained(tmp_path), tmp_path, [Task.MASK])
    (answer,) = ours.run([job(Task.MASK, ("soccer is a really fun [MASK].",))])
    assert isinstance(answer, MaskResult)
    assert len(answer.masks[0]) == 5


@pytest.mark.parametrize(
    "architecture", ["bert-classes", "distilbert-classes", "roberta-classes", "electra-classes"]
)
@pytest.mark.parametrize("task", [Task.SENTIMENT, Task.NLI])
def test_classes_of_every_family(tmp_path: Path, architecture: Architecture, task: Task) -> None:
    write_checkpoint(tmp_path, architecture, labels=LABELS[task])
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path)
    check(runner(tmp_path, task), model, tmp_path, [task])


@pytest.mark.parametrize("architecture", ["bert-nsp", "bert-pretraining"])
def test_next_sentence(tmp_path: Path, architecture: Architecture) -> None:
    write_checkpoint(tmp_path, architecture)
    model = AutoModelForNextSentencePrediction.from_pretrained(tmp_path)
    check(runner(tmp_path, Task.NSP), model, tmp_path, [Task.NSP])


def test_four_tasks_share_one_batch(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    model = BertForFourTasks.from_pretrained(tmp_path)
    check(runner(tmp_path, Task.NLI), model, tmp_path, [Task.NLI, Task.MASK, Task.SENTIMENT, Task.NSP])


def test_labels_in_another_order_are_put_in_ours(tmp_path: Path) -> None:
    turned = ("contradiction", "neutral", "entailment")
    write_checkpoint(tmp_path, "bert-classes", labels=turned)
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path).eval()
    texts = TEXTS[Task.NLI][0]
    (answer,) = runner(tmp_path, Task.NLI).run([job(Task.NLI, texts)])
    expected = reference(model, AutoTokenizer.from_pretrained(tmp_path), Task.NLI, texts).softmax(-1).tolist()
    assert isinstance(answer, LabelResult)
    assert answer.scores == pytest.approx(dict(zip(turned, expected, strict=True)), abs=1e-5)
    assert tuple(answer.scores) == LABELS[Task.NLI]


def test_one_trunk_is_loaded_once_for_its_heads(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    loader = Loader("cpu")
    source = Source(model=str(tmp_path), tokenizer=str(tmp_path))
    assert len({id(loader.model(source, task)) for task in TEXTS}) == 1


def test_devices() -> None:
    assert choose_device("cpu") == "cpu"
    assert choose_device("auto") == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(ModelServiceError, match="DEVICE is auto, cpu or cuda"):
        choose_device("tpu")


def test_a_worker_for_every_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.runtime.usable_cores", lambda: 5)
    assert Loader("cpu").workers == 5


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_an_absent_gpu_is_one_line() -> None:
    with pytest.raises(ModelServiceError, match="no CUDA device; use DEVICE=auto or cpu"):
        choose_device("cuda")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_answers_as_the_cpu(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    source = Source(model=str(tmp_path), tokenizer=str(tmp_path))
    jobs = [job(task, texts) for task, many in TEXTS.items() for texts in many]
    on_cpu, on_gpu = (Loader(device, "fp32").model(source, Task.MASK).run(jobs) for device in ("cpu", "cuda"))
    for ours, theirs in zip(on_cpu, on_gpu, strict=True):
        if isinstance(ours, LabelResult):
            assert ours.scores == pytest.approx(theirs.scores, abs=1e-4)
        else:
            assert isinstance(theirs, MaskResult)
            for here, there in zip(ours.masks, theirs.masks, strict=True):
                assert [candidate.token for candidate in here] == [candidate.token for candidate in there]
                scores = [candidate.score for candidate in there]
                assert [candidate.score for candidate in here] == pytest.approx(scores, abs=1e-4)
