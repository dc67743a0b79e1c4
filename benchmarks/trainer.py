"""Hugging Face's Trainer as its users have it by default, and the sentence pairs that transformers makes."""

from __future__ import annotations

import logging
import random
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn
from torch.utils.data import Dataset
from tqdm import tqdm
from transformers import (
    BertTokenizerFast,
    DataCollator,
    PrinterCallback,
    TextDatasetForNextSentencePrediction,
    Trainer,
    TrainingArguments,
)

from training.corpus import Corpus


def let_trainer(
    model: nn.Module,
    rows: Dataset[Any] | list[dict[str, Any]],
    collator: DataCollator,
    *,
    lr: float,
    batch: int,
    **more: Any,  # noqa: ANN401
) -> tuple[float, int]:
    """Train with Hugging Face's Trainer as it is by default, on this processor.

    Args:
        model: What is trained; its forward pass gives a loss.
        rows: What it reads.
        collator: Makes a batch of rows.
        lr: Peak learning rate.
        batch: Rows of a batch.
        more: Other ``TrainingArguments``.

    Returns:
        Seconds of training alone, and the tokens read where ``include_num_input_tokens_seen`` asks for them.
    """
    with TemporaryDirectory() as folder:
        settings = TrainingArguments(
            folder,
            learning_rate=lr,
            per_device_train_batch_size=batch,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
            logging_strategy="no",
            **more,
        )
        trainer = Trainer(model, settings, train_dataset=rows, data_collator=collator)
        trainer.remove_callback(PrinterCallback)  # its summary would stand in the table
        begin = time.monotonic()
        trainer.train()
        return time.monotonic() - begin, int(trainer.state.num_input_tokens_seen)


class Pairs(TextDatasetForNextSentencePrediction):
    """transformers' pairs, from documents that are tokens already.

    Its block size is where it stops to add sentences, not where it cuts: what is longer loses the beginning
    of A and the end of B, so that the seam stays.
    """

    def __init__(self, corpus: Corpus, tokenizer: BertTokenizerFast, longest: int) -> None:
        self.tokenizer = tokenizer  # type: ignore[assignment]  # a fast one does as well
        self.short_seq_probability, self.nsp_probability = 0.1, 0.5  # its defaults
        ids, starts = corpus.ids.tolist(), corpus.sentences.tolist()
        sentences = [ids[start:end] for start, end in pairwise(starts)]
        ends = corpus.documents.tolist()
        self.documents = [sentences[start:end] for start, end in pairwise(ends)]
        self.examples: list[dict[str, torch.Tensor]] = []
        random.seed(0)
        for number, document in enumerate(tqdm(self.documents, desc="pairs", unit="doc")):
            self.create_examples_from_document(document, number, longest)
        for example in self.examples:
            self._cut(example, longest)

    @staticmethod
    def _cut(example: dict[str, torch.Tensor], longest: int) -> None:
        ids, types = example["input_ids"], example["token_type_ids"]
        split, room = int((types == 0).sum()), longest - 3
        a, b = split - 2, len(ids) - split - 1
        kept_a = min(a, max(room // 2, room - b))
        kept = torch.ones(len(ids), dtype=torch.bool)
        kept[1 : 1 + a - kept_a] = False
        kept[split + room - kept_a : -1] = False
        example["input_ids"], example["token_type_ids"] = ids[kept], types[kept]


@contextmanager
def silent() -> Iterator[None]:
    """Whatever the libraries have to say would stand in the middle of the bar."""
    with warnings.catch_warnings(action="ignore"):
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)
