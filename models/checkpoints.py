"""Checkpoints: safetensors only, known families only, trained heads only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.catalog import BUILTIN, Source
from models.cores import usable_cores
from models.downloads import Watch
from models.encoding import Query
from models.errors import CheckpointUnavailable, ModelServiceError, TaskNotServed
from models.fingerprint import WEIGHTS, fingerprint
from models.hub import find_files
from models.precision import Network, PackedNetwork, Precision, are_numbers, choose
from models.results import LABELS, Task
from models.weights import (
    ACTIVATIONS,
    Shape,
    Weights,
    class_layers,
    lacking,
    read_bert_weights,
    read_config,
)

FAMILIES = ("bert", "distilbert", "roberta", "electra")

_LOG = logging.getLogger(__name__)
_FOUR_HEADS = "BertForFourTasks"

_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("positive", "pos", "긍정", "긍정적"), "positive"),
    **dict.fromkeys(("negative", "neg", "부정", "부정적"), "negative"),
    **dict.fromkeys(("entailment", "entail", "entails", "함의"), "entailment"),
    **dict.fromkeys(("neutral", "중립"), "neutral"),
    **dict.fromkeys(("contradiction", "contradict", "contradicts", "모순"), "contradiction"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A loaded model and the heads that may answer.

    Attributes:
        name: Hub id or folder.
        version: Fingerprint of its weights.
        network: What computes.
        orders: Per classifying head, for each of our labels (``LABELS[task]``) its class index in the head.
    """

    name: str
    version: str
    network: Network
    orders: Mapping[Task, tuple[int, ...]]

    def require(self, task: Task) -> None:
        """Make sure that a head, and the trunk under it, have trained weights.

        Raises:
            CheckpointUnavailable: If one is missing: a head of random numbers must not answer.
        """
        missing = self.network.lacks(task)
        if missing is not None:
            raise CheckpointUnavailable(
                f"{self.name} has no trained weights for {task} ({missing} is missing), and a random head "
                f"must not answer; name a fine-tuned checkpoint in your CATALOG file, "
                f"or use the preset {BUILTIN!r}"
            )


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What is known of a checkpoint before its weights are read.

    Attributes:
        folder: Where its files are.
        config: Its ``config.json``.
    """

    folder: Path
    config: Mapping[str, Any]

    @property
    def packed(self) -> bool:
        """Whether it runs without padding."""
        return str(self.config["model_type"]) == "bert"

    @property
    def four_heads(self) -> bool:
        """Whether it is a ``BertForFourTasks``."""
        return _FOUR_HEADS in (self.config.get("architectures") or ())

    def key(self, source: Source, task: Task) -> Hashable:
        """Equal for requests that one loaded model can serve: BERT's pre-training heads share a trunk."""
        return (self.folder, None if self.shared(task) else (task, source.labels))

    def shared(self, task: Task) -> bool:
        """Whether the head stands beside others on its trunk."""
        return self.four_heads or (self.packed and task in {Task.MASK, Task.NSP})

    def tasks(self, task: Task) -> tuple[Task, ...]:
        """Which heads to load for a task: all of a shared trunk."""
        if self.four_heads:
            return (Task.MASK, Task.NSP, Task.SENTIMENT, Task.NLI)
        return (Task.MASK, Task.NSP) if self.shared(task) else (task,)


def read_blueprint(source: Source, task: Task, watch: Watch | None = None) -> Blueprint:
    """Find or fetch a checkpoint's files and see whether they can serve a task.

    Args:
        source: The catalogue's line.
        task: Any but ``tokens``.
        watch: Is told how far a download is.

    Raises:
        CheckpointUnavailable: If files are missing, out of reach or broken.
        TaskNotServed: If the model's family has no head for the task.
    """
    folder = find_files(source.model, revision=source.revision, watch=watch)
    with in_one_line(source.model):
        config = read_config(folder)
    family = config.get("model_type")
    if family not in FAMILIES:
        raise CheckpointUnavailable(
            f"{source.model} is a {family} model; those that load are {', '.join(FAMILIES)}"
        )
    if family != "bert" and task is Task.NSP:
        raise TaskNotServed(f"{source.model}: {family} has no next-sentence head; use a BERT checkpoint")
    if family == "bert":
        _require_packable(source.model, config)
    return Blueprint(folder, config)


def load_checkpoint(
    blueprint: Blueprint,
    source: Source,
    task: Task,
    device: str,
    precision: str,
    probes: Callable[[Sequence[Task]], Sequence[Query]],
) -> Checkpoint:
    """Read the weights.

    Args:
        blueprint: From ``read_blueprint`` with the same source and task.
        source: The catalogue's line.
        task: Any but ``tokens``.
        device: Where it will run.
        precision: Of a BERT, or ``auto``; other families run in float32.
        probes: Makes sequences of some tasks, to try it with.

    Raises:
        CheckpointUnavailable: If the weights are broken or answer with what are not numbers, or the classes
            of a head are not the task's.
    """
    with in_one_line(source.model):
        orders = _orders(blueprint, source, task)
        network, reason = _network(blueprint, task, device, precision, probes)
        _LOG.info("%s: %s", source.model, reason)
        version = fingerprint(blueprint.folder, WEIGHTS)
        return Checkpoint(source.model, version, network, orders)


def _network(
    blueprint: Blueprint,
    task: Task,
    device: str,
    precision: str,
    probes: Callable[[Sequence[Task]], Sequence[Query]],
) -> tuple[Network, str]:
    """A model that runs, and why in this precision."""
    if blueprint.packed:
        weights, shape = read_bert_weights(blueprint.folder), Shape.of(blueprint.config)
        tasks = blueprint.tasks(task)
        _check_classes(weights, blueprint, tasks)

        def served(network: Network) -> Sequence[Query]:
            return probes([each for each in tasks if network.lacks(each) is None])

        choice = choose(lambda each: _packed(weights, shape, tasks, each, device), served, precision, device)
        return choice.network, choice.reason
    from models.padded import PaddedModel  # noqa: PLC0415  # transformers: seconds that a BERT needn't wait

    padded = PaddedModel(blueprint.folder, task, device)
    queries = probes([task]) if padded.lacks(task) is None else ()
    if queries and not are_numbers(padded.logits(queries)):
        raise ValueError("its answers are not numbers")
    return padded, f"fp32: {blueprint.config['model_type']} models run padded, in transformers"


def _check_classes(weights: Weights, blueprint: Blueprint, tasks: Sequence[Task]) -> None:
    """Heads must have as many classes as they have names."""
    for task in tasks:
        if task is Task.MASK or lacking(weights, task) is not None:
            continue
        count = len(weights[f"{class_layers(weights, task)[2]}.bias"])
        names = len(LABELS[task] if blueprint.shared(task) else _class_names(blueprint.config))
        if count != names:
            raise ValueError(f"its head for {task} has {count} classes, not {names}")


def _packed(
    weights: Weights, shape: Shape, tasks: Sequence[Task], precision: Precision, device: str
) -> PackedNetwork:
    if device == "cpu" and precision is not Precision.BF16:
        from models.onnx_bert import OnnxBert  # noqa: PLC0415  # each backend is imported where it runs

        return OnnxBert(weights, shape, tasks, precision, usable_cores())
    from models.bert import PackedBert  # noqa: PLC0415  # as above

    return PackedBert(weights, shape, tasks, precision, device)


def _require_packable(name: str, config: Mapping[str, Any]) -> None:
    """BERT's later variations are rare, and no published Korean or English checkpoint here has one."""
    activation, positions = (
        config.get("hidden_act", "gelu"),
        config.get("position_embedding_type", "absolute"),
    )
    if activation not in ACTIVATIONS:
        raise CheckpointUnavailable(f"{name} has the activation {activation}, not {', '.join(ACTIVATIONS)}")
    if positions != "absolute":
        raise CheckpointUnavailable(f"{name} has {positions} positions; only absolute ones are known here")


@contextmanager
def in_one_line(name: str) -> Iterator[None]:
    """Whatever a broken file makes the libraries raise becomes one line."""
    try:
        yield
    except ModelServiceError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise CheckpointUnavailable(f"{name} cannot be loaded: {reason}") from error


def max_length(config: Mapping[str, Any]) -> int:
    """How many positions a sequence may have, special tokens included."""
    positions = int(config.get("max_position_embeddings") or 512)
    # RoBERTa counts positions from the padding index on.
    return (
        positions - int(config.get("pad_token_id", 1)) - 1
        if config.get("model_type") == "roberta"
        else positions
    )


def _orders(blueprint: Blueprint, source: Source, task: Task) -> dict[Task, tuple[int, ...]]:
    """Find our labels among the classes of every head the model has."""
    if blueprint.shared(task):
        fixed = (Task.NSP, Task.SENTIMENT, Task.NLI) if blueprint.four_heads else (Task.NSP,)
        return {each: tuple(range(len(LABELS[each]))) for each in fixed}
    if task is Task.MASK:
        return {}
    wanted = LABELS[task]
    given = _class_names(blueprint.config)
    names = source.labels or class_names(given, task)
    if sorted(names) != sorted(wanted):
        found = ", ".join(given.values())
        raise CheckpointUnavailable(
            f"{source.model} has the classes {found}, not {', '.join(wanted)}; "
            f"if they mean the same, say so with labels = [...] in the catalogue"
        )
    return {task: tuple(names.index(label) for label in wanted)}


def _class_names(config: Mapping[str, Any]) -> dict[int, str]:
    named = config.get("id2label") or {}
    return {int(index): str(name) for index, name in named.items()} or {
        index: f"LABEL_{index}" for index in range(int(config.get("num_labels", 2)))
    }


def class_names(id2label: Mapping[int, str], task: Task) -> tuple[str, ...]:
    """Our names for a head's classes, by index.

    ``LABEL_0``, ``LABEL_1`` … (a head saved without names) are taken in the order of the data sets, as in
    ``LABELS``; a catalogue line with ``labels`` overrules this. Unknown names stay as they are.
    """
    raw = [str(id2label[index]).strip().lower() for index in sorted(id2label)]
    if raw == [f"label_{index}" for index in range(len(LABELS[task]))]:
        return LABELS[task]
    return tuple(_NAMES.get(name, name) for name in raw)
