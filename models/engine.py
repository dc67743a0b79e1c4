"""The forward pass as the service sees it: a batch of queries on one checkpoint, whatever their heads."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.checkpoints import Checkpoint
from models.encoding import Query
from models.errors import ModelServiceError


def choose_device(name: str) -> torch.device:
    """Turn ``auto``, ``cpu`` or ``cuda`` into a device.

    Raises:
        ModelServiceError: If CUDA is asked for and absent, or the name is another.
    """
    if name not in {"auto", "cpu", "cuda"}:
        raise ModelServiceError(f"DEVICE is auto, cpu or cuda, not {name!r}")
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise ModelServiceError("DEVICE=cuda, but torch finds no CUDA device; use DEVICE=auto or cpu")
    return torch.device("cuda" if available and name != "cpu" else "cpu")


def forward(checkpoint: Checkpoint, queries: Sequence[Query]) -> list[Tensor]:
    """Run queries of any mix of heads through one trunk together.

    Args:
        checkpoint: Has every head that is asked for.
        queries: At least one.

    Returns:
        Per query, float32 on the CPU: ``[positions, vocabulary]`` for ``mask``, else ``[classes]`` in the
        order of ``LABELS``.
    """
    logits = checkpoint.network.logits(queries)
    orders = [checkpoint.orders.get(query.task) for query in queries]
    return [
        found if order is None or order == tuple(range(len(order))) else found[list(order)]
        for found, order in zip(logits, orders, strict=True)
    ]
