"""One BERT trunk with four heads: masked LM, next sentence, sentiment, NLI.

The trunk and the two pre-training heads keep the parameter names of ``transformers.BertForPreTraining``, so
the same checkpoint also loads there; only ``sentiment.*`` and ``nli.*`` are new.
"""

from __future__ import annotations

import torch
from torch import nn
from transformers import BertConfig, BertForPreTraining


class ClassificationHead(nn.Module):
    """Dense, GELU, dropout, linear over the hidden state of ``[CLS]``.

    Not BERT's pooler: that one belongs to next-sentence prediction, and each task has a layer of its
    own here.
    """

    def __init__(self, config: BertConfig, num_labels: int) -> None:
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.dropout = nn.Dropout(0.1)
        self.out = nn.Linear(config.hidden_size, num_labels)

    def forward(self, cls_hidden: torch.Tensor) -> torch.Tensor:
        """Map ``[batch, hidden]`` to logits ``[batch, num_labels]``."""
        hidden = self.dropout(nn.functional.gelu(self.dense(cls_hidden)))
        logits: torch.Tensor = self.out(hidden)
        return logits


class BertForFourTasks(BertForPreTraining):
    """A trunk, ``bert``, with heads ``cls.predictions``, ``cls.seq_relationship``, ``sentiment`` and ``nli``.

    Loads and saves like every ``transformers`` model. Callers run ``bert`` once and only the heads they need,
    on only the positions they need.
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        self.sentiment = ClassificationHead(config, 2)
        self.nli = ClassificationHead(config, 3)
        self.post_init()
