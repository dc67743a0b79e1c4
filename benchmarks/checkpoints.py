"""The checkpoints that all engines serve, made once per machine, and what the right answers are.

    base      12 layers × 768, 12 heads, 3072 between, 32,000 pieces: BERT-base, random
    mini      4 × 312, 12 heads, 1200 between, 32,000 pieces, random
    builtin   the model that ships with the program: its trunk and sentiment head

Each folder holds what ``transformers`` loads as a classifier with two classes, a tokenizer, the traffic, the
classifying head once more as arrays (``head.npz``, for engines that run the trunk only), and
``reference.json``: texts and the probabilities of ``transformers`` in float32.

A random classifier answers much the same to every text. Its last layer is therefore scaled so that the
answers to the traffic spread (log odds with mean 0, standard deviation 2): otherwise an engine that mixes
texts up could not be told from one that rounds.

The sentiment head of ``builtin`` is dense, GELU, linear. That is ELECTRA's classifying head over a trunk that
is BERT's, so for peers it is saved, weight for weight, as ``ElectraForSequenceClassification``; our engine
reads the shipped files themselves.

    python -m benchmarks.checkpoints mini var/bench/checkpoints     # make one
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    ElectraConfig,
    ElectraForSequenceClassification,
    PreTrainedTokenizerFast,
)

from benchmarks.shape import BUILTIN, LAST_FILE, ORIGIN_FILE, SEED, Name, is_made, origin
from benchmarks.traffic import LONGEST, Traffic, draw_lengths, write_texts
from models.multitask import BertForFourTasks

LABELS = ("negative", "positive")
TEXTS = 8192
CHECKED = 48

_SPREAD = 2.0
_RANDOM = {
    "base": {"num_hidden_layers": 12, "hidden_size": 768, "num_attention_heads": 12},
    "mini": {"num_hidden_layers": 4, "hidden_size": 312, "num_attention_heads": 12},
}
_BETWEEN = {"base": 3072, "mini": 1200}


def make(name: Name, root: Path) -> Path:
    """Make a checkpoint and its traffic, unless it was made before.

    Args:
        name: Which.
        root: Its folder is made in here.

    Returns:
        The folder, with ``traffic.json`` beside the model.
    """
    folder = root / name
    # What peers converted from older weights is not the same model: all of the folder goes then.
    if is_made(name, folder):
        return folder
    torch.set_num_threads(1)  # two threads wait for each other where the machine is busy
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / ORIGIN_FILE).write_text(origin(name), encoding="utf-8")
    model = _electra() if name == "builtin" else _random_bert(name)
    positions = model.config.max_position_embeddings
    tokenizer = _save_tokenizer(folder, positions)
    traffic = _traffic(tokenizer, min(positions, LONGEST))
    traffic.save(folder / "traffic.json")
    checked = _checked(traffic)
    if name != "builtin":
        _spread(model, tokenizer, traffic.texts[CHECKED : CHECKED + 128])
    model.config.id2label = dict(enumerate(LABELS))
    model.config.label2id = {label: index for index, label in enumerate(LABELS)}
    model.save_pretrained(folder)
    _save_head(model, folder / "head.npz")
    answers = torch.cat([_logits(model, tokenizer, text) for text in checked]).softmax(-1)
    (folder / LAST_FILE).write_text(
        json.dumps({"texts": checked, "answers": answers.tolist()}, ensure_ascii=False), encoding="utf-8"
    )
    return folder


def _random_bert(name: Name) -> BertForSequenceClassification:
    torch.manual_seed(SEED)
    config = BertConfig(vocab_size=32_000, intermediate_size=_BETWEEN[name], num_labels=2, **_RANDOM[name])
    model: BertForSequenceClassification = BertForSequenceClassification(config).eval()
    return model


def _electra() -> ElectraForSequenceClassification:
    ours = BertForFourTasks.from_pretrained(BUILTIN, dtype=torch.float32, local_files_only=True).eval()
    values = {
        key: value
        for key, value in ours.config.to_dict().items()
        if key not in {"architectures", "model_type", "id2label", "label2id"}
    }
    model: ElectraForSequenceClassification = ElectraForSequenceClassification(
        ElectraConfig(
            **values | {"embedding_size": ours.config.hidden_size, "num_labels": 2, "dtype": "float32"}
        )
    )
    trunk = {key: value for key, value in ours.bert.state_dict().items() if not key.startswith("pooler.")}
    model.electra.load_state_dict(trunk)
    model.classifier.dense.load_state_dict(ours.sentiment.dense.state_dict())
    model.classifier.out_proj.load_state_dict(ours.sentiment.out.state_dict())
    model.eval()
    return model


def _save_tokenizer(folder: Path, positions: int) -> PreTrainedTokenizerFast:
    for file in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(BUILTIN / file, folder / file)
    tokenizer: PreTrainedTokenizerFast = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    tokenizer.model_max_length = positions
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.save_pretrained(folder)
    return tokenizer


def _traffic(tokenizer: PreTrainedTokenizerFast, longest: int) -> Traffic:
    def count(word: str) -> int:
        return len(tokenizer.backend_tokenizer.encode(word, add_special_tokens=False).ids)

    lengths = draw_lengths(TEXTS, longest=longest)
    return Traffic(tuple(write_texts(lengths, sorted(tokenizer.get_vocab()), count)), tuple(lengths))


def _checked(traffic: Traffic) -> list[str]:
    """Some texts as they come, the longest one, and one that has to be cut."""
    longest = max(range(len(traffic.texts)), key=lambda index: traffic.lengths[index])
    too_long = " ".join([traffic.texts[longest]] * 2)
    return [*traffic.texts[: CHECKED - 2], traffic.texts[longest], too_long]


@torch.inference_mode()
def _logits(model: Any, tokenizer: PreTrainedTokenizerFast, text: str) -> torch.Tensor:  # noqa: ANN401  # either class
    logits: torch.Tensor = model(**tokenizer(text, truncation=True, return_tensors="pt")).logits
    return logits


def _spread(model: Any, tokenizer: PreTrainedTokenizerFast, texts: tuple[str, ...]) -> None:  # noqa: ANN401
    """Scale and shift the last layer so that log odds have mean 0 and the standard deviation wanted."""
    logits = torch.cat([_logits(model, tokenizer, text) for text in texts])
    odds = logits[:, 1] - logits[:, 0]
    with torch.no_grad():
        scale = _SPREAD / odds.std()
        model.classifier.weight *= scale
        model.classifier.bias.copy_(model.classifier.bias * scale)
        model.classifier.bias[1] -= scale * odds.mean()


def _save_head(model: Any, path: Path) -> None:  # noqa: ANN401  # either class
    dense, out, activation = (
        (model.classifier.dense, model.classifier.out_proj, "gelu")
        if isinstance(model, ElectraForSequenceClassification)
        else (model.bert.pooler.dense, model.classifier, "tanh")
    )
    parts = {
        "dense_weight": dense.weight,
        "dense_bias": dense.bias,
        "out_weight": out.weight,
        "out_bias": out.bias,
    }
    arrays: dict[str, Any] = {name: part.detach().numpy() for name, part in parts.items()}
    np.savez(path, **arrays, activation=activation)


if __name__ == "__main__":
    make(cast("Name", sys.argv[1]), Path(sys.argv[2]))
