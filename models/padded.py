"""The plain padded forward pass, through ``transformers``, for the families that are not packed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import (
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    PreTrainedModel,
)
from transformers.utils import logging as transformers_logging

from models.encoding import Query
from models.results import Task
from models.threads import compute_alone

transformers_logging.set_verbosity_error()  # what matters is checked, and said in one line
transformers_logging.disable_progress_bar()


class PaddedModel:
    """DistilBERT, RoBERTa or ELECTRA with one head.

    Args:
        folder: Of the checkpoint; only safetensors are read.
        task: The head to load: ``mask``, ``sentiment`` or ``nli``.
        device: Where it runs.
    """

    def __init__(self, folder: Path, task: Task, device: str) -> None:
        model_class: Any = AutoModelForMaskedLM if task is Task.MASK else AutoModelForSequenceClassification
        model, info = model_class.from_pretrained(
            folder,
            use_safetensors=True,
            trust_remote_code=False,
            dtype=torch.float32,
            output_loading_info=True,
            local_files_only=True,
        )
        self._device = device
        self._task = task
        self._model: PreTrainedModel = model.eval().to(device)
        self._untrained = sorted(info["missing_keys"])

    def lacks(self, task: Task) -> str | None:
        """A parameter that the file had not: ``from_pretrained`` filled it with random numbers."""
        return str(task) if task is not self._task else next(iter(self._untrained), None)

    @torch.inference_mode()
    def logits(self, queries: Sequence[Query]) -> list[NDArray[np.float32]]:
        """As ``Network.logits``, for queries of its one task."""
        compute_alone()
        hidden = self._model.base_model(**self._pad(queries)).last_hidden_state
        if self._task is not Task.MASK:
            return list(self._classes(hidden).float().cpu().numpy())
        ends = np.cumsum([len(query.positions) for query in queries])
        where = [(row, position) for row, query in enumerate(queries) for position in query.positions]
        at = torch.tensor(where, device=self._device)
        found = self._words(hidden[at[:, 0], at[:, 1]]).float().cpu().numpy()
        return np.split(found, ends[:-1])

    def _pad(self, queries: Sequence[Query]) -> dict[str, Tensor]:
        config = self._model.config
        longest = max(len(query.encoding) for query in queries)
        ids = torch.full((len(queries), longest), config.pad_token_id or 0)
        attention = torch.zeros_like(ids)
        segments = torch.zeros_like(ids)
        for row, query in enumerate(queries):
            length = len(query.encoding)
            ids[row, :length] = torch.tensor(query.encoding.ids)
            attention[row, :length] = 1
            segments[row, :length] = torch.tensor(query.encoding.segments)
        inputs = {"input_ids": ids, "attention_mask": attention}
        if getattr(config, "type_vocab_size", 0) > 1:
            inputs["token_type_ids"] = segments
        return {name: tensor.to(self._device) for name, tensor in inputs.items()}

    def _words(self, hidden: Tensor) -> Tensor:
        """Masked-LM logits ``[positions, vocabulary]`` of hidden states ``[positions, hidden]``."""
        parts = cast("Any", self._model)
        family = self._model.config.model_type
        if family == "distilbert":
            transformed = parts.vocab_layer_norm(parts.activation(parts.vocab_transform(hidden)))
            return cast("Tensor", parts.vocab_projector(transformed))
        if family == "electra":
            return cast("Tensor", parts.generator_lm_head(parts.generator_predictions(hidden)))
        return cast("Tensor", parts.lm_head(hidden))  # RoBERTa

    def _classes(self, hidden: Tensor) -> Tensor:
        """Logits ``[batch, classes]`` of hidden states ``[batch, length, hidden]``."""
        parts = cast("Any", self._model)
        if self._model.config.model_type == "distilbert":
            return cast("Tensor", parts.classifier(torch.relu(parts.pre_classifier(hidden[:, 0]))))
        return cast("Tensor", parts.classifier(hidden))  # RoBERTa, ELECTRA: these heads take [CLS] themselves
