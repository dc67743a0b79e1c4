"""The forward pass: a batch of queries on one checkpoint, whatever heads they ask for.

The seam for faster engines: they replace ``forward`` and keep its contract.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.checkpoints import Checkpoint
from models.encoding import Query
from models.errors import ModelServiceError
from models.heads import class_logits, trunk_output, word_logits
from models.results import Task


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


@torch.inference_mode()
def forward(checkpoint: Checkpoint, queries: Sequence[Query]) -> list[Tensor]:
    """Run queries of any mix of heads through one trunk together.

    Args:
        checkpoint: Has every head that is asked for.
        queries: At least one.

    Returns:
        Per query, float32 on the CPU: ``[positions, vocabulary]`` for ``mask``, else ``[classes]`` in the
        order of ``LABELS``.
    """
    device = checkpoint.model.device
    hidden, pooled = trunk_output(checkpoint.model, _pad(checkpoint, queries, device))
    answers: dict[int, Tensor] = {}
    for task in {query.task for query in queries}:
        rows = [row for row, query in enumerate(queries) if query.task is task]
        if task is Task.MASK:
            counts = [len(queries[row].positions) for row in rows]
            where = [(row, position) for row in rows for position in queries[row].positions]
            at = torch.tensor(where, device=device).reshape(-1, 2)
            logits = word_logits(checkpoint.model, hidden[at[:, 0], at[:, 1]]).float().cpu()
            answers.update(zip(rows, logits.split(counts), strict=True))
        else:
            pick = torch.tensor(rows, device=device)
            of_rows = class_logits(
                checkpoint.model, task, hidden[pick], None if pooled is None else pooled[pick]
            )
            order = list(checkpoint.orders[task])
            answers.update(zip(rows, of_rows[:, order].float().cpu(), strict=True))
    return [answers[row] for row in range(len(queries))]


def _pad(checkpoint: Checkpoint, queries: Sequence[Query], device: torch.device) -> dict[str, Tensor]:
    longest = max(len(query.encoding) for query in queries)
    ids = torch.full((len(queries), longest), checkpoint.pad_id)
    attention = torch.zeros_like(ids)
    segments = torch.zeros_like(ids)
    for row, query in enumerate(queries):
        length = len(query.encoding)
        ids[row, :length] = torch.tensor(query.encoding.ids)
        attention[row, :length] = 1
        segments[row, :length] = torch.tensor(query.encoding.segments)
    inputs = {"input_ids": ids, "attention_mask": attention}
    if checkpoint.has_segments:
        inputs["token_type_ids"] = segments
    return {name: tensor.to(device) for name, tensor in inputs.items()}
