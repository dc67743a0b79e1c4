from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from huggingface_hub import constants
from huggingface_hub.errors import OfflineModeIsEnabled

from models.catalog import Source
from models.checkpoints import Blueprint, Checkpoint, class_names, load_checkpoint, max_length, read_blueprint
from models.encoding import Encoding, Query
from models.errors import CheckpointUnavailable, TaskNotServed
from models.hub import find_files
from models.results import LABELS, Task
from models.weights import read_config
from tests.tiny import Architecture, copy_without, write_checkpoint

CPU = "cpu"


def load(folder: Path, task: Task, labels: tuple[str, ...] | None = None) -> Checkpoint:
    source = Source(model=str(folder), tokenizer=str(folder), labels=labels)
    checkpoint = load_checkpoint(read_blueprint(source, task), source, task, CPU, "fp32", lambda _: ())
    checkpoint.require(task)
    return checkpoint


def test_a_four_headed_checkpoint_serves_every_task(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    checkpoint = load(tmp_path, Task.MASK)
    for task in (Task.NSP, Task.SENTIMENT, Task.NLI):
        checkpoint.require(task)
        assert checkpoint.orders[task] == tuple(range(len(LABELS[task])))


def test_half_precision_weights_are_read_as_single(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file  # noqa: PLC0415  # beside its only use

    file = write_checkpoint(tmp_path) / "model.safetensors"
    save_file({name: tensor.half() for name, tensor in load_file(file).items()}, file, {"format": "pt"})
    query = Query(Task.NSP, Encoding((2, 7, 3), (0, 0, 0), ((0, 0),) * 3, (None,) * 3, truncated=False))
    assert load(tmp_path, Task.MASK).network.logits([query])[0].dtype == np.float32


def test_roberta_counts_its_padding_positions(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, "roberta-mask")
    assert max_length(read_config(tmp_path)) == 64


@pytest.mark.parametrize(
    ("architecture", "task"),
    [
        ("bert-trunk", Task.MASK),
        ("bert-trunk", Task.NSP),
        ("bert-trunk", Task.SENTIMENT),
        ("bert-mask", Task.NSP),
        ("bert-nsp", Task.MASK),
        ("bert-mask", Task.SENTIMENT),
        ("distilbert-mask", Task.SENTIMENT),
        ("roberta-mask", Task.SENTIMENT),
        ("electra-trunk", Task.MASK),
        ("electra-trunk", Task.SENTIMENT),
    ],
)
def test_a_head_without_trained_weights_never_answers(
    tmp_path: Path, architecture: Architecture, task: Task
) -> None:
    write_checkpoint(tmp_path, architecture)
    with pytest.raises(CheckpointUnavailable, match=rf"no trained weights for {task}.*'builtin'") as caught:
        load(tmp_path, task)
    assert "\n" not in str(caught.value)


def test_a_refused_head_does_not_read_the_weights_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models import runtime  # noqa: PLC0415  # beside its only use

    read: list[Task] = []

    def counted(blueprint: Blueprint, source: Source, task: Task, *others: Any) -> Checkpoint:  # noqa: ANN401
        read.append(task)
        return load_checkpoint(blueprint, source, task, *others)

    monkeypatch.setattr(runtime, "load_checkpoint", counted)
    write_checkpoint(tmp_path, "bert-trunk")
    loader = runtime.Loader("cpu")
    source = Source(model=str(tmp_path), tokenizer=str(tmp_path))
    for _ in range(2):
        with pytest.raises(CheckpointUnavailable, match="no trained weights"):
            loader.model(source, Task.MASK)
    assert read == [Task.MASK]


@pytest.mark.parametrize(("architecture", "task"), [("bert-mask", Task.MASK), ("bert-nsp", Task.NSP)])
def test_one_pretraining_head_is_enough_for_its_own_task(
    tmp_path: Path, architecture: Architecture, task: Task
) -> None:
    write_checkpoint(tmp_path, architecture)
    load(tmp_path, task)


@pytest.mark.parametrize("architecture", ["distilbert-mask", "roberta-mask", "electra-mask"])
def test_only_bert_has_a_next_sentence_head(tmp_path: Path, architecture: Architecture) -> None:
    write_checkpoint(tmp_path, architecture)
    with pytest.raises(TaskNotServed, match="no next-sentence head"):
        load(tmp_path, Task.NSP)


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, "bert-mask", safe=False)
    assert (tmp_path / "pytorch_model.bin").is_file()
    with pytest.raises(CheckpointUnavailable, match=r"no safetensors.*'builtin'"):
        load(tmp_path, Task.MASK)


def test_broken_weights_are_one_line(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(CheckpointUnavailable, match="cannot be loaded") as caught:
        load(tmp_path, Task.MASK)
    assert "\n" not in str(caught.value)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "a")
    write_checkpoint(tmp_path / "b", vocabulary=300)
    mixed = copy_without(tmp_path / "a", tmp_path / "mixed", "config.json")
    (mixed / "config.json").write_bytes((tmp_path / "b" / "config.json").read_bytes())
    with pytest.raises(CheckpointUnavailable, match="cannot be loaded"):
        load(mixed, Task.MASK)


def test_a_missing_folder_and_a_missing_config_are_told(tmp_path: Path) -> None:
    with pytest.raises(CheckpointUnavailable, match="no folder"):
        load(tmp_path / "none", Task.MASK)
    write_checkpoint(tmp_path / "full")
    with pytest.raises(CheckpointUnavailable, match="cannot be loaded"):
        load(copy_without(tmp_path / "full", tmp_path / "bare", "config.json"), Task.MASK)


def test_other_families_are_refused_by_name(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    config = (tmp_path / "config.json").read_text(encoding="utf-8")
    (tmp_path / "config.json").write_text(
        config.replace('"model_type": "bert"', '"model_type": "gpt2"'), encoding="utf-8"
    )
    with pytest.raises(CheckpointUnavailable, match="gpt2 model; those that load are bert, distilbert"):
        load(tmp_path, Task.MASK)


def test_code_in_a_repository_is_not_run(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    config = (tmp_path / "config.json").read_text(encoding="utf-8")
    (tmp_path / "config.json").write_text(
        config.replace(
            '"model_type": "bert"', '"auto_map": {"AutoConfig": "evil.Config"}, "model_type": "evil"'
        ),
        encoding="utf-8",
    )
    (tmp_path / "evil.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    with pytest.raises(CheckpointUnavailable):
        load(tmp_path, Task.MASK)


@pytest.mark.parametrize(
    ("names", "task", "ours"),
    [
        (("LABEL_0", "LABEL_1"), Task.SENTIMENT, ("negative", "positive")),
        (("LABEL_0", "LABEL_1", "LABEL_2"), Task.NLI, LABELS[Task.NLI]),
        (("CONTRADICTION", "NEUTRAL", "ENTAILMENT"), Task.NLI, ("contradiction", "neutral", "entailment")),
        (("긍정", "부정"), Task.SENTIMENT, ("positive", "negative")),
        (("NEG", "POS"), Task.SENTIMENT, ("negative", "positive")),
        (("1 star", "2 stars"), Task.SENTIMENT, ("1 star", "2 stars")),
    ],
)
def test_class_names_are_recognised(names: tuple[str, ...], task: Task, ours: tuple[str, ...]) -> None:
    assert class_names(dict(enumerate(names)), task) == ours


def test_classes_that_are_not_the_task_s_are_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, "bert-classes", labels=("joy", "anger"))
    with pytest.raises(CheckpointUnavailable, match=r"classes joy, anger, not negative, positive.*labels"):
        load(tmp_path, Task.SENTIMENT)
    checkpoint = load(tmp_path, Task.SENTIMENT, labels=("positive", "negative"))
    assert checkpoint.orders[Task.SENTIMENT] == (1, 0)


@pytest.mark.parametrize("task", [Task.MASK, Task.TOKENS])
def test_a_hub_out_of_reach_names_the_builtin_preset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: Task
) -> None:
    from models.runtime import Loader  # noqa: PLC0415  # beside its only use

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    source = Source(model="klue/bert-base", tokenizer="klue/bert-base")
    loader = Loader("cpu")

    def load() -> object:
        if task is Task.TOKENS:
            return loader.tokenizer(source, download=True)
        return loader.model(source, task)

    with pytest.raises(
        CheckpointUnavailable, match=r"klue/bert-base.*cannot be reached.*'builtin'"
    ) as caught:
        load()
    assert "\n" not in str(caught.value)


def hub_files(reason: Exception | None) -> Callable[..., list[str]]:
    """A hub that has pickled weights only, or can't be asked."""

    def listed(*_: object, **__: object) -> list[str]:
        if reason is not None:
            raise reason
        return ["config.json", "pytorch_model.bin"]

    return listed


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        (OfflineModeIsEnabled("offline"), r"klue/bert-base is not wholly on this machine.*cannot be reached"),
        (ConnectionError("no route"), r"klue/bert-base is not wholly on this machine.*cannot be reached"),
        (None, "klue/bert-base has no safetensors"),
    ],
)
def test_weights_that_were_never_fetched_are_not_said_to_be_of_another_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: Exception | None, message: str
) -> None:
    repository = tmp_path / "models--klue--bert-base"
    snapshot = repository / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}", encoding="utf-8")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc", encoding="utf-8")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.list_repo_files", hub_files(reason))
    with pytest.raises(CheckpointUnavailable, match=rf"{message}.*'builtin'") as caught:
        find_files("klue/bert-base")
    assert "\n" not in str(caught.value)
