"""How the heads of each model family are read from a trunk's hidden states."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor
from transformers import PreTrainedModel

from models.results import Task


def trunk_output(model: PreTrainedModel, inputs: dict[str, Tensor]) -> tuple[Tensor, Tensor | None]:
    """Run the trunk.

    Returns:
        Hidden states ``[batch, length, hidden]`` and, for trunks that have one, the pooled ``[CLS]``
        ``[batch, hidden]``.
    """
    output = model.base_model(**inputs)
    return output.last_hidden_state, getattr(output, "pooler_output", None)


def word_logits(model: PreTrainedModel, hidden: Tensor) -> Tensor:
    """Masked-LM logits ``[positions, vocabulary]`` of hidden states ``[positions, hidden]``.

    Only the positions of blanks are given here: at 32,000 subwords the decoder costs more than the trunk.
    """
    parts = cast("Any", model)
    family = model.config.model_type
    if family == "bert":
        return cast("Tensor", parts.cls.predictions(hidden))
    if family == "distilbert":
        transformed = parts.vocab_layer_norm(parts.activation(parts.vocab_transform(hidden)))
        return cast("Tensor", parts.vocab_projector(transformed))
    if family == "electra":
        return cast("Tensor", parts.generator_lm_head(parts.generator_predictions(hidden)))
    return cast("Tensor", parts.lm_head(hidden))  # RoBERTa


def class_logits(model: PreTrainedModel, task: Task, hidden: Tensor, pooled: Tensor | None) -> Tensor:
    """Logits ``[batch, classes]`` of a classifying head.

    Args:
        model: The checkpoint.
        task: ``nsp``, ``sentiment`` or ``nli``.
        hidden: ``[batch, length, hidden]``; only ``[CLS]`` is read.
        pooled: ``[batch, hidden]`` from BERT's pooler.
    """
    parts = cast("Any", model)
    family = model.config.model_type
    if task is Task.NSP:
        return cast("Tensor", parts.cls.seq_relationship(pooled))
    if hasattr(model, task.value):  # a head of BertForFourTasks
        return cast("Tensor", getattr(parts, task.value)(hidden[:, 0]))
    if family == "bert":
        return cast("Tensor", parts.classifier(parts.dropout(pooled)))
    if family == "distilbert":
        return cast("Tensor", parts.classifier(torch.relu(parts.pre_classifier(hidden[:, 0]))))
    return cast("Tensor", parts.classifier(hidden))  # RoBERTa, ELECTRA: these heads take [CLS] themselves
