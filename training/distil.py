"""Knowledge distillation: learn from what larger models say of the examples, beside their labels.

A label says which class; a teacher says how sure one can be, and of a label given wrongly that it is odd
(Hinton et al. 2015, https://arxiv.org/abs/1503.02531).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from training.batches import LabelledExamples
from training.classes import all_logits
from training.datasets import Example
from training.precision import bf16_pays
from training.start import Start

TEMPERATURE = 2.0
"""Softens both sides, so that the unlikely classes' order is learnt too; within the 1 to 20 of the paper."""


def taught(
    examples: Sequence[Example], task: str, teachers: Sequence[Start], device: torch.device, *, longest: int
) -> NDArray[np.float32]:
    """What teachers say of examples: the mean of their log-probabilities.

    Args:
        examples: Texts, or pairs.
        task: Whose head answers.
        teachers: One or more; each reads with its own tokenizer.
        device: Where they compute.
        longest: Tokens of an example that are read.

    Returns:
        float32 ``[n, classes]``; exponentials of a row sum to less than one where teachers disagree.
    """
    said = []
    for teacher in teachers:
        encoded = LabelledExamples(list(examples), teacher.tokenizer, longest=longest)
        model = teacher.model.to(device).eval()  # type: ignore[arg-type]  # transformers' signature
        bar = tqdm(total=len(examples), desc=f"{task}: {teacher.source.model.rsplit('/', 1)[-1]} teaches")
        with bar, torch.autocast(device.type, torch.bfloat16, enabled=bf16_pays(device)):
            logits = torch.from_numpy(all_logits(model, task, encoded, bar.update))
        said.append(logits.log_softmax(-1))
    mean: NDArray[np.float32] = torch.stack(said).mean(0).numpy()
    return mean


def distillation(logits: Tensor, teachers: Tensor) -> Tensor:
    """Divergence of a student from its teachers, both softened.

    Args:
        logits: The student's, ``[n, classes]``.
        teachers: ``taught`` of the same examples.

    Returns:
        A scalar, times the temperature's square: its gradients are as large as a label's.
    """
    student = (logits / TEMPERATURE).log_softmax(-1)
    teacher = (teachers / TEMPERATURE).log_softmax(-1)
    divergence = functional.kl_div(student, teacher, reduction="batchmean", log_target=True)
    return divergence * TEMPERATURE**2
