"""Tiny random checkpoints of every family, for tests: a second to make, milliseconds to run, no network.

Their answers are meaningless but deterministic. Usage:

    catalog = tiny_catalog(tmp_path)                   # "builtin" is a tiny four-headed BERT
    service = ModelService(catalog, device="cpu")
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Literal

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForNextSentencePrediction,
    BertForPreTraining,
    BertForSequenceClassification,
    BertModel,
    BertTokenizerFast,
    DistilBertConfig,
    DistilBertForMaskedLM,
    DistilBertForSequenceClassification,
    ElectraConfig,
    ElectraForMaskedLM,
    ElectraForSequenceClassification,
    ElectraModel,
    PretrainedConfig,
    PreTrainedModel,
    RobertaConfig,
    RobertaForMaskedLM,
    RobertaForSequenceClassification,
    RobertaTokenizerFast,
)

from models.catalog import Catalog, load_catalog
from models.multitask import BertForFourTasks

Architecture = Literal[
    "four-tasks",
    "bert-trunk",
    "bert-mask",
    "bert-nsp",
    "bert-pretraining",
    "bert-classes",
    "distilbert-mask",
    "distilbert-classes",
    "roberta-mask",
    "roberta-classes",
    "electra-trunk",
    "electra-mask",
    "electra-classes",
]

_CLASSES: dict[str, type[PreTrainedModel]] = {
    "four-tasks": BertForFourTasks,
    "bert-trunk": BertModel,
    "bert-mask": BertForMaskedLM,
    "bert-nsp": BertForNextSentencePrediction,
    "bert-pretraining": BertForPreTraining,
    "bert-classes": BertForSequenceClassification,
    "distilbert-mask": DistilBertForMaskedLM,
    "distilbert-classes": DistilBertForSequenceClassification,
    "roberta-mask": RobertaForMaskedLM,
    "roberta-classes": RobertaForSequenceClassification,
    "electra-trunk": ElectraModel,
    "electra-mask": ElectraForMaskedLM,
    "electra-classes": ElectraForSequenceClassification,
}

_KOREAN_TEXT = (
    "축구는 정말 재미있는 스포츠다 나는 오늘 아침에 회사에 출근을 했다 영화 경기 놀이 드라마 이야기 장소 "
    "공장 사무실 서울 이 영화는 너무 좋다 나쁘다 짜증나네요 목소리 한국 사람 학교 친구"
)
_ENGLISH_TEXT = (
    "soccer is a really fun sport game thing . the movie show series i went to work bed school this morning "
    "good bad film story pizza sky blue and of in with"
)
KOREAN = tuple(_KOREAN_TEXT.split())
ENGLISH = tuple(_ENGLISH_TEXT.split())
_ENTRIES = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *(f"[unused{index}]" for index in range(4)),
    *KOREAN,
    *ENGLISH,
    *"다는이가을를에도로abcdefghijklmnopqrstuvwxyz0123456789!?,'",
    *(f"##{piece}" for piece in ("다", "는", "이", "가", "을", "를", "에", "도", "로", "입니다", "했다")),
    *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"),
)
VOCABULARY = tuple(dict.fromkeys(_ENTRIES))


def write_tokenizer(folder: Path, *, max_length: int = 64) -> None:
    """Save a WordPiece tokenizer with a small Korean and English vocabulary."""
    folder.mkdir(parents=True, exist_ok=True)
    vocab = folder / "vocab.txt"
    vocab.write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    tokenizer = BertTokenizerFast(
        vocab_file=str(vocab), do_lower_case=False, strip_accents=False, model_max_length=max_length
    )
    tokenizer.save_pretrained(folder)


def write_byte_tokenizer(folder: Path, *, max_length: int = 64) -> int:
    """Save RoBERTa's own kind of tokenizer, byte-level BPE; gives back the size of its vocabulary."""
    folder.mkdir(parents=True, exist_ok=True)
    trainer = ByteLevelBPETokenizer()
    trainer.train_from_iterator(
        [" ".join(ENGLISH)] * 4,
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        show_progress=False,
    )
    trainer.save_model(str(folder))
    tokenizer = RobertaTokenizerFast(
        vocab_file=str(folder / "vocab.json"),
        merges_file=str(folder / "merges.txt"),
        model_max_length=max_length,
    )
    tokenizer.save_pretrained(folder)
    return len(tokenizer)


def write_checkpoint(
    folder: Path,
    architecture: Architecture = "four-tasks",
    *,
    labels: tuple[str, ...] | None = None,
    max_length: int = 64,
    vocabulary: int = len(VOCABULARY),
    tokenizer: bool = True,
    safe: bool = True,
) -> Path:
    """Save a random checkpoint and its tokenizer.

    Args:
        folder: Where to; made if missing.
        architecture: Family and head.
        labels: Class names of a ``…-classes`` head; None for two classes without names.
        max_length: Positions a sequence may have.
        vocabulary: Size of the embedding table.
        tokenizer: Whether to save the WordPiece tokenizer beside it.
        safe: Whether as safetensors; else as a pickled ``pytorch_model.bin``.

    Returns:
        The folder.
    """
    torch.manual_seed(7)
    model_class: Any = _CLASSES[architecture]
    config = _config(architecture.split("-")[0], max_length, vocabulary)
    if labels is not None:
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: index for index, label in enumerate(labels)}
    model = model_class(config)
    for parameter in model.parameters():  # the usual 0.02 makes every answer the same to five digits
        torch.nn.init.normal_(parameter, std=0.3)
    model.eval().save_pretrained(folder, safe_serialization=safe)
    if tokenizer:
        write_tokenizer(folder, max_length=max_length)
    return folder


def tiny_catalog(folder: Path) -> Catalog:
    """The shipped catalogue, except that ``builtin`` is a tiny random four-headed BERT made in ``folder``."""
    checkpoint = write_checkpoint(folder / "tiny")
    return load_catalog(catalog_file(folder / "catalog.toml", builtin=str(checkpoint)))


def catalog_file(path: Path, **presets: str) -> Path:
    """Write a catalogue in which each preset has one folder for all tasks and both languages."""
    lines = []
    for name, checkpoint in presets.items():
        lines.append(f"[presets.{name}]")
        lines += [f'{task}.any = "{checkpoint}"' for task in ("mask", "nsp", "sentiment", "nli", "tokens")]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def copy_without(source: Path, target: Path, *names: str) -> Path:
    """Copy a checkpoint folder, leaving out some files."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*names))
    return target


def _config(family: str, max_length: int, vocabulary: int) -> PretrainedConfig:
    if family == "distilbert":
        return DistilBertConfig(
            vocab_size=vocabulary,
            dim=16,
            n_layers=2,
            n_heads=2,
            hidden_dim=32,
            max_position_embeddings=max_length,
        )
    shape: dict[str, Any] = {
        "vocab_size": vocabulary,
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": max_length,
    }
    if family == "roberta":
        shape |= {"max_position_embeddings": max_length + 2, "pad_token_id": 1, "type_vocab_size": 1}
        return RobertaConfig(**shape)
    if family == "electra":
        return ElectraConfig(**shape, embedding_size=8)
    return BertConfig(**shape)
