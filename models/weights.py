"""Reads ``config.json`` and safetensors without ``transformers``, which takes seconds to import."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from torch import Tensor

CONFIG, WEIGHTS, INDEX = "config.json", "model.safetensors", "model.safetensors.index.json"

_TRUNK = ("embeddings.", "encoder.", "pooler.")
_OLD_NAMES = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}


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


def read_bert_weights(folder: Path) -> dict[str, Tensor]:
    """Read a BERT checkpoint's weights, whole or in shards.

    Returns:
        float32 tensors by today's parameter names: a bare trunk gets its ``bert.``, and LayerNorms of
        checkpoints converted from TensorFlow ``weight`` and ``bias``.

    Raises:
        OSError: If a file is missing.
        SafetensorError: If one is broken.
        ValueError: If the index is.
    """
    weights: dict[str, Tensor] = {}
    for file in _files(folder):
        weights |= load_file(file)
    bare = not any(name.startswith("bert.") for name in weights)
    return {
        _name(name, bare=bare): tensor.float()
        for name, tensor in weights.items()
        if tensor.is_floating_point()
    }


def _files(folder: Path) -> list[Path]:
    if (folder / WEIGHTS).is_file() or not (folder / INDEX).is_file():
        return [folder / WEIGHTS]
    index: Mapping[str, Any] = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    # By name alone: an index must not lead out of its folder.
    return sorted({folder / Path(name).name for name in index["weight_map"].values()})


def _name(name: str, *, bare: bool) -> str:
    for old, new in _OLD_NAMES.items():
        name = name.replace(old, new)
    return f"bert.{name}" if bare and name.startswith(_TRUNK) else name
