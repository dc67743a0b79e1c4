"""The forward pass as the service sees it: a batch of queries on one checkpoint, whatever their heads."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.checkpoints import Checkpoint
from models.encoding import Query
from models.errors import ModelServiceError

_GPU_FILES = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")  # of NVIDIA's driver, of Windows' Linux, of AMD's


def choose_device(name: str) -> str:
    """Turn ``auto``, ``cpu`` or ``cuda`` into ``cpu`` or ``cuda``.

    Raises:
        ModelServiceError: If CUDA is asked for and absent, or the name is another.
    """
    if name not in {"auto", "cpu", "cuda"}:
        raise ModelServiceError(f"DEVICE is auto, cpu or cuda, not {name!r}")
    if name == "cpu" or (name == "auto" and not _may_have_gpu()):
        return "cpu"
    import torch  # noqa: PLC0415  # two seconds, spent only where there may be a GPU to ask for

    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise ModelServiceError("DEVICE=cuda, but torch finds no CUDA device; use DEVICE=auto or cpu")
    return "cuda" if available else "cpu"


def _may_have_gpu() -> bool:
    return sys.platform != "linux" or any(Path(file).exists() for file in _GPU_FILES)


def forward(checkpoint: Checkpoint, queries: Sequence[Query]) -> list[NDArray[np.float32]]:
    """Run queries of any mix of heads through one trunk together.

    Args:
        checkpoint: Has every head that is asked for.
        queries: At least one.

    Returns:
        Per query, ``[positions, vocabulary]`` for ``mask``, else ``[classes]`` in the
        order of ``LABELS``.
    """
    logits = checkpoint.network.logits(queries)
    orders = [checkpoint.orders.get(query.task) for query in queries]
    return [
        found if order is None or order == tuple(range(len(order))) else found[list(order)]
        for found, order in zip(logits, orders, strict=True)
    ]
