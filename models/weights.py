"""Reads ``config.json`` and safetensors with NumPy: torch and ``transformers`` take seconds to import."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from models.results import Task

CONFIG, WEIGHTS, INDEX = "config.json", "model.safetensors", "model.safetensors.index.json"
ACTIVATIONS = ("gelu", "gelu_new", "gelu_pytorch_tanh", "relu")

Weights = Mapping[str, NDArray[np.float32]]
"""Parameters by the names of ``transformers.BertForPreTraining``."""

_TRUNK = ("embeddings.", "encoder.", "pooler.")
_OLD_NAMES = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a configuration says of the computation.

    Attributes:
        vocabulary: Words.
        positions: Tokens that a sequence may have.
        layers: At least 1.
        heads: Attention heads of each.
        eps: Of every LayerNorm.
        activation: Of the feed-forward and the masked-LM head; one of ``ACTIVATIONS``.
    """

    vocabulary: int
    positions: int
    layers: int
    heads: int
    eps: float
    activation: str

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Shape:
        """Read ``config.json``; what is missing has the defaults of ``transformers.BertConfig``."""
        return cls(
            vocabulary=int(config.get("vocab_size", 30_522)),
            positions=int(config.get("max_position_embeddings", 512)),
            layers=int(config.get("num_hidden_layers", 12)),
            heads=int(config.get("num_attention_heads", 12)),
            eps=float(config.get("layer_norm_eps", 1e-12)),
            activation=str(config.get("hidden_act", "gelu")),
        )


def read_config(folder: Path) -> dict[str, Any]:
    """Read ``config.json``.

    Raises:
        OSError: If it is missing.
        ValueError: If it is no JSON object.
    """
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    if not isinstance(config, dict):
        raise ValueError(f"{CONFIG} holds no JSON object")  # noqa: TRY004  # bad data, not a caller's mistake
    return config


def read_bert_weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Read a BERT checkpoint's weights, whole or in shards.

    Returns:
        By today's parameter names: a bare trunk gets its ``bert.``, and LayerNorms of checkpoints converted
        from TensorFlow ``weight`` and ``bias``.

    Raises:
        OSError: If a file is missing.
        SafetensorError: If one is broken.
        ValueError: If the index is.
    """
    weights: dict[str, NDArray[Any]] = {}
    for file in _files(folder):
        weights |= _tensors(file)
    bare = not any(name.startswith("bert.") for name in weights)
    return {
        _name(name, bare=bare): tensor.astype(np.float32, copy=False)
        for name, tensor in weights.items()
        if tensor.dtype.kind == "f"
    }


def check_trunk(weights: Weights, shape: Shape) -> None:
    """Make sure that the whole trunk is there.

    Raises:
        ValueError: Names what is missing, or how weights and configuration differ.
    """
    norm = ("LayerNorm.weight", "LayerNorm.bias")
    names = [f"bert.embeddings.{kind}_embeddings.weight" for kind in ("word", "position", "token_type")]
    names += [f"bert.embeddings.{each}" for each in norm]
    for layer in range(shape.layers):
        own = f"bert.encoder.layer.{layer}."
        for dense in (
            *(f"attention.self.{name}" for name in ("query", "key", "value")),
            "attention.output.dense",
            "intermediate.dense",
            "output.dense",
        ):
            names += [f"{own}{dense}.weight", f"{own}{dense}.bias"]
        names += [f"{own}{part}.{each}" for part in ("attention.output", "output") for each in norm]
    missing = [name for name in names if name not in weights]
    if missing:
        raise ValueError(f"{missing[0]} is missing")
    words, places = len(weights[names[0]]), len(weights[names[1]])
    if words != shape.vocabulary or places != shape.positions:
        raise ValueError(
            f"{words} words and {places} positions, "
            f"but its configuration says {shape.vocabulary} and {shape.positions}"
        )


def lacking(weights: Weights, task: Task) -> str | None:
    """The name of a parameter that a task's head needs and the checkpoint has not."""
    return next((name for name in _head(weights, task) if name not in weights), None)


def word_decoder(weights: Weights) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The masked-LM decoder ``[vocabulary, hidden]``, tied to the word embeddings or not, and its bias."""
    own = "cls.predictions."
    tied = weights["bert.embeddings.word_embeddings.weight"]
    bias = weights.get(f"{own}bias", weights.get(f"{own}decoder.bias"))
    if bias is None:
        raise KeyError(f"{own}bias")
    return weights.get(f"{own}decoder.weight", tied), bias


def class_layers(weights: Weights, task: Task) -> tuple[str, str, str]:
    """The two layers of a classifying head over ``[CLS]`` and the activation between them.

    Next sentence has BERT's pooler under it; sentiment and NLI have a layer of their own in
    ``BertForFourTasks``, and the pooler in ``BertForSequenceClassification``.
    """
    if task is Task.NSP:
        return "bert.pooler.dense", "tanh", "cls.seq_relationship"
    if f"{task}.dense.weight" in weights:
        return f"{task}.dense", "gelu", f"{task}.out"
    return "bert.pooler.dense", "tanh", "classifier"


def _head(weights: Weights, task: Task) -> list[str]:
    if task is Task.MASK:
        own = "cls.predictions."
        bias = f"{own}decoder.bias" if f"{own}decoder.bias" in weights else f"{own}bias"
        layers = [f"{own}transform.dense", f"{own}transform.LayerNorm"]
        return [bias, *(f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias"))]
    first, _, last = class_layers(weights, task)
    return [f"{layer}.{kind}" for layer in (last, first) for kind in ("weight", "bias")]


def _files(folder: Path) -> list[Path]:
    if (folder / WEIGHTS).is_file() or not (folder / INDEX).is_file():
        return [folder / WEIGHTS]
    index: Mapping[str, Any] = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    # By name alone: an index must not lead out of its folder.
    return sorted({folder / Path(name).name for name in index["weight_map"].values()})


def _tensors(file: Path) -> dict[str, NDArray[Any]]:
    with safe_open(file, framework="np") as tensors:
        kinds = {name: tensors.get_slice(name).get_dtype() for name in tensors.keys()}  # noqa: SIM118  # no dict
        if "BF16" not in kinds.values():
            return {name: tensors.get_tensor(name) for name in kinds}
    from safetensors.torch import load_file  # noqa: PLC0415  # NumPy has no bfloat16, torch takes seconds

    return {name: tensor.float().numpy() for name, tensor in load_file(file).items()}


def _name(name: str, *, bare: bool) -> str:
    for old, new in _OLD_NAMES.items():
        name = name.replace(old, new)
    return f"bert.{name}" if bare and name.startswith(_TRUNK) else name
