"""Where fine-tuning starts: a preset, a folder or a hub repository with a BERT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from kobert_transformers.tokenization_kobert import KoBertTokenizer
from safetensors import SafetensorError
from transformers import BertConfig, BertTokenizerFast, PreTrainedTokenizerBase
from transformers import logging as transformers_logging

from models.catalog import Source
from models.errors import ModelServiceError
from models.hub import find_files
from models.multitask import BertForFourTasks
from training.precision import attention_of
from training.textfiles import DataError, require_tokenizer
from training.weights import unusable, weights_of

_MOST_POSITIONS = 512  # where a tokenizer knows no limit, transformers says 1e30; BERTs end here
TRAINED = "trained_tasks"
"""Entry of ``config.json`` with the tasks whose heads have learnt something."""
_HEADS: Mapping[str, tuple[str, ...]] = {
    "mask": ("cls.predictions.transform.",),
    "nsp": ("cls.seq_relationship.", "bert.pooler."),
    "sentiment": ("sentiment.",),
    "nli": ("nli.",),
}


@dataclass(frozen=True, slots=True)
class Start:
    """A model to go on from; heads that its checkpoint lacks are new and random."""

    model: BertForFourTasks
    tokenizer: PreTrainedTokenizerBase
    """Its ``model_max_length`` is no more than the model has positions."""
    source: Source
    folder: Path
    """Where its weights lie."""
    trained: frozenset[str]
    """Tasks whose heads have learnt something."""

    def require(self, tasks: Iterable[str], name: str) -> None:
        """See that the heads of tasks have learnt.

        Raises:
            DataError: One of them is new: what it answers is chance.
        """
        if new := [task for task in tasks if task not in self.trained]:
            raise DataError(f"{name} never learnt {' and '.join(new)}: train finetune teaches it")


def load_start(name: str, *, dropout: float | None, device: torch.device | None = None) -> Start:
    """Load a BERT into the four-task model.

    Args:
        name: A preset of the catalogue, a folder, or a hub id.
        dropout: Of the trunk; None for what its configuration says. One that never knew any may not bear it.
        device: Where it will train; None for the CPU.

    Raises:
        DataError: It cannot be loaded, or is no BERT.
    """
    source, folder = weights_of(name)
    try:
        tokenizer_folder = find_files(source.tokenizer, weights=False)
        config = BertConfig.from_pretrained(folder)
        if dropout is not None:
            config.hidden_dropout_prob = config.attention_probs_dropout_prob = dropout
        if config.model_type != "bert":
            raise DataError(f"{name} is a {config.model_type}; fine-tuning here is for BERT")
        transformers_logging.set_verbosity_error()  # that heads are new is said below, by who made them
        model, loading = BertForFourTasks.from_pretrained(
            folder,
            config=config,
            use_safetensors=True,
            attn_implementation=attention_of(device or torch.device("cpu")),
            output_loading_info=True,
        )
        tokenizer = _tokenizer(str(tokenizer_folder), source)
        tokenizer.model_max_length = min(tokenizer.model_max_length, config.max_position_embeddings)
    except (ModelServiceError, OSError, ValueError, SafetensorError) as error:
        raise unusable(name, error) from error
    there = [
        task
        for task, prefixes in _HEADS.items()
        if not any(key.startswith(prefixes) for key in loading["missing_keys"])
    ]
    # A head that was saved may still be as new as it was made: our own runs write down what they taught.
    trained = frozenset(getattr(config, TRAINED, there))
    return Start(model.float(), tokenizer, source, folder, trained)


def load_tokenizer(folder: Path) -> BertTokenizerFast:
    """Load a tokenizer for pre-training.

    Raises:
        DataError: There is none in the folder.
    """
    require_tokenizer(folder)
    found: BertTokenizerFast = BertTokenizerFast.from_pretrained(folder)
    found.model_max_length = min(found.model_max_length, _MOST_POSITIONS)
    return found


def _tokenizer(folder: str, source: Source) -> PreTrainedTokenizerBase:
    if source.tokenizer_class == "kobert":
        found: PreTrainedTokenizerBase = KoBertTokenizer.from_pretrained(folder)
        return found
    from transformers import AutoTokenizer  # noqa: PLC0415

    fast: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder)
    return fast
