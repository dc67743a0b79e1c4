"""What a model answers to labelled examples: logits of its heads of classes."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.multitask import BertForFourTasks
from training.batches import LabelledBatch, LabelledExamples
from training.telling import Progress, quiet

DEV_TOKENS = 8_192  # of a batch without gradients


def class_logits(model: BertForFourTasks, task: str, batch: LabelledBatch) -> Tensor:
    """Logits ``[n, classes]`` of the ``sentiment``, ``nli`` or ``nsp`` head."""
    encoded = model.bert(
        input_ids=torch.from_numpy(batch.input_ids).to(model.device),
        token_type_ids=torch.from_numpy(batch.token_type_ids).to(model.device),
    )
    if task == "nsp":
        follows: Tensor = model.cls.seq_relationship(encoded.pooler_output).float()
        return follows
    head = model.sentiment if task == "sentiment" else model.nli
    logits: Tensor = head(encoded.last_hidden_state[:, 0]).float()
    return logits


@torch.inference_mode()
def all_logits(
    model: BertForFourTasks, task: str, examples: LabelledExamples, progress: Progress = quiet
) -> NDArray[np.float32]:
    """Logits of all examples in their order, float32 ``[n, classes]``; ``progress`` is told of each batch."""
    found: NDArray[np.float32] | None = None
    for batch in examples.epoch(DEV_TOKENS):
        logits = class_logits(model, task, batch).cpu().numpy()
        if found is None:
            found = np.zeros((len(examples), logits.shape[1]), np.float32)
        found[batch.rows] = logits
        progress(len(batch.rows))
    assert found is not None  # noqa: S101  # there is no empty set
    return found


def accuracy(model: BertForFourTasks, task: str, examples: LabelledExamples) -> float:
    """Share of right answers, 0…1."""
    return float((all_logits(model, task, examples).argmax(-1) == examples.labels).mean())
