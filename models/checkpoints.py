"""Checkpoints through ``from_pretrained``: safetensors only, known families only, trained heads only."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from transformers import (
    AutoConfig,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    BertForPreTraining,
    PretrainedConfig,
    PreTrainedModel,
)

from models.catalog import BUILTIN, Source
from models.errors import CheckpointUnavailable, ModelServiceError, TaskNotServed
from models.fingerprint import WEIGHTS, fingerprint
from models.hub import find_files
from models.multitask import BertForFourTasks
from models.results import LABELS, Task

FAMILIES = ("bert", "distilbert", "roberta", "electra")

# Weights that only one head of a shared trunk reads: the others may be asked without them.
_PRETRAINING_PARTS: Mapping[Task, tuple[str, ...]] = {
    Task.MASK: ("cls.predictions.",),
    Task.NSP: ("cls.seq_relationship.", "bert.pooler."),
    Task.SENTIMENT: ("sentiment.",),
    Task.NLI: ("nli.",),
}

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
        model: In evaluation mode, on its device, float32.
        orders: Per classifying head, for each of our labels (``LABELS[task]``) its class index in the head.
        max_length: Positions a sequence may have.
        pad_id: Id that fills up shorter sequences of a batch.
        has_segments: Whether ``token_type_ids`` are part of its input.
        untrained: Parameter names that were missing in the file, by which heads are refused.
    """

    name: str
    version: str
    model: PreTrainedModel
    orders: Mapping[Task, tuple[int, ...]]
    max_length: int
    pad_id: int
    has_segments: bool
    untrained: tuple[str, ...]

    def require(self, task: Task) -> None:
        """Make sure that a head, and the trunk under it, have trained weights.

        Raises:
            CheckpointUnavailable: If one is missing: ``from_pretrained`` fills it with random numbers.
        """
        optional: tuple[str, ...] = ()
        if isinstance(self.model, BertForPreTraining):
            others = (names for other, names in _PRETRAINING_PARTS.items() if other is not task)
            optional = tuple(name for names in others for name in names)
        missing = [name for name in self.untrained if not name.startswith(optional)]
        if missing:
            raise CheckpointUnavailable(
                f"{self.name} has no trained weights for {task} ({missing[0]} is missing), and a random head "
                f"must not answer; name a fine-tuned checkpoint in your CATALOG file, "
                f"or use the preset {BUILTIN!r}"
            )


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What is known of a checkpoint before its weights are read.

    Attributes:
        folder: Where its files are.
        config: Its ``config.json``.
        model_class: The class to load it with.
    """

    folder: Path
    config: PretrainedConfig
    model_class: Any

    def key(self, source: Source, task: Task) -> Hashable:
        """Equal for requests that one loaded model can serve: BERT's pre-training heads share a trunk."""
        shared = isinstance(self.model_class, type) and issubclass(self.model_class, BertForPreTraining)
        return (self.folder, self.model_class, None if shared else (task, source.labels))


def read_blueprint(source: Source, task: Task) -> Blueprint:
    """Find or fetch a checkpoint's files and decide how to load them.

    Args:
        source: The catalogue's line.
        task: Any but ``tokens``.

    Raises:
        CheckpointUnavailable: If files are missing, out of reach or broken.
        TaskNotServed: If the model's family has no head for the task.
    """
    folder = find_files(source.model, revision=source.revision)
    with _in_one_line(source.model):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        return Blueprint(folder, config, _model_class(config, source, task))


def load_checkpoint(blueprint: Blueprint, source: Source, task: Task, device: torch.device) -> Checkpoint:
    """Read the weights.

    Args:
        blueprint: From ``read_blueprint`` with the same source and task.
        source: The catalogue's line.
        task: Any but ``tokens``.
        device: Where it will run.

    Raises:
        CheckpointUnavailable: If the weights are broken, or the classes of a head are not the task's.
    """
    with _in_one_line(source.model):
        model, info = blueprint.model_class.from_pretrained(
            blueprint.folder,
            config=blueprint.config,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
            local_files_only=True,
        )
        return Checkpoint(
            name=source.model,
            version=fingerprint(blueprint.folder, WEIGHTS),
            model=model.eval().to(device),
            orders=_orders(model, source, task),
            max_length=max_length(blueprint.config),
            pad_id=blueprint.config.pad_token_id or 0,
            has_segments=getattr(blueprint.config, "type_vocab_size", 0) > 1,
            untrained=tuple(sorted(info["missing_keys"])),
        )


@contextmanager
def _in_one_line(name: str) -> Iterator[None]:
    """Whatever a broken file makes the libraries raise becomes one line."""
    try:
        yield
    except ModelServiceError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise CheckpointUnavailable(f"{name} cannot be loaded: {reason}") from error


def _model_class(config: PretrainedConfig, source: Source, task: Task) -> Any:  # noqa: ANN401  # Auto… aren't models
    """Choose the class whose parameters match the file."""
    family = config.model_type
    if family not in FAMILIES:
        raise CheckpointUnavailable(
            f"{source.model} is a {family} model; those that load are {', '.join(FAMILIES)}"
        )
    if BertForFourTasks.__name__ in (config.architectures or ()):
        return BertForFourTasks
    if task in {Task.SENTIMENT, Task.NLI}:
        return AutoModelForSequenceClassification
    if family == "bert":
        return BertForPreTraining  # both heads on one trunk; a missing one is refused when asked
    if task is Task.NSP:
        raise TaskNotServed(f"{source.model}: {family} has no next-sentence head; use a BERT checkpoint")
    return AutoModelForMaskedLM


def max_length(config: PretrainedConfig) -> int:
    """How many positions a sequence may have, special tokens included."""
    positions = int(config.max_position_embeddings)
    # RoBERTa counts positions from the padding index on.
    return positions - int(config.pad_token_id or 0) - 1 if config.model_type == "roberta" else positions


def _orders(model: PreTrainedModel, source: Source, task: Task) -> dict[Task, tuple[int, ...]]:
    """Find our labels among the classes of every head the model has."""
    if isinstance(model, BertForPreTraining):
        fixed = {Task.NSP: LABELS[Task.NSP]}
        if isinstance(model, BertForFourTasks):
            fixed |= {each: LABELS[each] for each in (Task.SENTIMENT, Task.NLI)}
        return {each: tuple(range(len(labels))) for each, labels in fixed.items()}
    if task is Task.MASK:
        return {}
    wanted = LABELS[task]
    given = cast("dict[int, str]", model.config.id2label)
    names = source.labels or class_names(given, task)
    if sorted(names) != sorted(wanted):
        found = ", ".join(str(name) for name in given.values())
        raise CheckpointUnavailable(
            f"{source.model} has the classes {found}, not {', '.join(wanted)}; "
            f"if they mean the same, say so with labels = [...] in the catalogue"
        )
    return {task: tuple(names.index(label) for label in wanted)}


def class_names(id2label: Mapping[int, str], task: Task) -> tuple[str, ...]:
    """Our names for a head's classes, by index.

    ``LABEL_0``, ``LABEL_1`` … (a head saved without names) are taken in the order of the data sets, as in
    ``LABELS``; a catalogue line with ``labels`` overrules this. Unknown names stay as they are.
    """
    raw = [str(id2label[index]).strip().lower() for index in sorted(id2label)]
    if raw == [f"label_{index}" for index in range(len(LABELS[task]))]:
        return LABELS[task]
    return tuple(_NAMES.get(name, name) for name in raw)
