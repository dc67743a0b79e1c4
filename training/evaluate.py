"""Measure a four-task model on splits it never saw.

    python -m training.evaluate --model models/builtin --nsmc ratings_test.txt --nli klue_nli_dev.tsv \
        --documents var/corpus/ko-heldout

Prints one line per figure with the size of its split; ``--json`` prints one object.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from transformers import BertTokenizerFast

from models.multitask import BertForFourTasks
from training.batches import LabelledExamples
from training.corpus import Corpus
from training.datasets import read_nli, read_nsmc
from training.examples import sample_pairs
from training.finetune import class_logits
from training.pretrain import vocabulary_of

LONGEST = 256
LENGTH, BATCH, PAIRS = 128, 32, 2_048  # pairs drawn from the held-out documents


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured share.

    Attributes:
        name: What was measured.
        value: 0…1.
        low: Lower end of the 95 % bootstrap interval.
        high: Its upper end.
        n: Items it was measured on.
    """

    name: str
    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        interval = f"{100 * self.low:.2f}-{100 * self.high:.2f}"
        return f"{self.name}: {100 * self.value:.2f} % (95 % interval {interval}, n = {self.n:,})"


def figure(name: str, right: np.ndarray, *, seed: int = 0, draws: int = 1_000) -> Figure:
    """Make a figure of a 0/1 array: of ``n`` right-or-wrong items, a bootstrap draw is a binomial one."""
    share, n = float(right.mean()), len(right)
    low, high = np.quantile(np.random.default_rng(seed).binomial(n, share, size=draws) / n, [0.025, 0.975])
    return Figure(name, share, float(low), float(high), n)


@torch.inference_mode()
def classification(model: BertForFourTasks, task: str, examples: LabelledExamples) -> np.ndarray:
    """Whether each example was answered rightly, bool ``[n]``, in their order."""
    right = np.zeros(len(examples), dtype=bool)
    for batch in examples.epoch(8_192):
        right[batch.rows] = class_logits(model, task, batch).argmax(-1).numpy() == batch.labels
    return right


@torch.inference_mode()
def pretraining(
    model: BertForFourTasks,
    tokenizer: BertTokenizerFast,
    corpus: Corpus,
    *,
    pairs: int,
    same_document: float,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Masked-token ranks and next-sentence answers on held-out documents.

    15 % of the tokens of each pair become ``[MASK]`` (always: a kept or random token is no question).

    Returns:
        Rank of each hidden token, 0 = first, int64 ``[masks]``; whether each pair was judged rightly, bool
        ``[pairs]``.
    """
    vocabulary, rng = vocabulary_of(tokenizer), np.random.default_rng(seed)
    ranks, judged = [], []
    for _ in range(0, pairs, BATCH):
        ids, types, labels = sample_pairs(
            corpus, vocabulary, rng, n=BATCH, length=LENGTH, same_document=same_document
        )
        pair = model.bert(input_ids=torch.from_numpy(ids), token_type_ids=torch.from_numpy(types))
        judged.append(model.cls.seq_relationship(pair.pooler_output).argmax(-1).numpy() == labels)
        hidden = (ids >= vocabulary.first_word) & (rng.random(ids.shape) < 0.15)
        positions = np.flatnonzero(hidden)
        encoded = model.bert(
            input_ids=torch.from_numpy(np.where(hidden, vocabulary.mask, ids)),
            token_type_ids=torch.from_numpy(types),
        )
        logits = model.cls.predictions(encoded.last_hidden_state.flatten(0, 1)[torch.from_numpy(positions)])
        target = logits.gather(1, torch.from_numpy(ids.reshape(-1)[positions])[:, None])
        ranks.append((logits > target).sum(1).numpy())
    return np.concatenate(ranks), np.concatenate(judged)


def evaluate(folder: Path, *, nsmc: list[str], nli: list[str], documents: list[Path]) -> list[Figure]:
    """Measure everything there is data for.

    Raises:
        DataError: A file cannot be used.
    """
    tokenizer = BertTokenizerFast.from_pretrained(folder)
    model = BertForFourTasks.from_pretrained(folder, use_safetensors=True, dtype=torch.float32).eval()
    figures = []
    for task, sources, read in (("sentiment", nsmc, read_nsmc), ("nli", nli, read_nli)):
        for source in sources:
            right = classification(model, task, LabelledExamples(read(source), tokenizer, longest=LONGEST))
            figures.append(figure(f"{task} accuracy, {Path(source).name}", right))
    for path in documents:
        corpus = Corpus.load(path)
        ranks, judged = pretraining(model, tokenizer, corpus, pairs=PAIRS, same_document=0.0)
        figures += [figure(f"masked token top-{k}, {path.name}", ranks < k) for k in (1, 5)]
        figures.append(figure(f"next sentence, random negatives, {path.name}", judged))
        _, judged = pretraining(model, tokenizer, corpus, pairs=PAIRS, same_document=1.0)
        figures.append(figure(f"next sentence, same-document negatives, {path.name}", judged))
    return figures


def main(
    model: Annotated[Path, typer.Option(help="Folder of the model.")],
    nsmc: Annotated[
        list[str] | None, typer.Option(help="NSMC test file; may be given several times.")
    ] = None,
    nli: Annotated[list[str] | None, typer.Option(help="NLI file; may be given several times.")] = None,
    documents: Annotated[list[Path] | None, typer.Option(help="Encoded held-out documents.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Measure a four-task model."""
    figures = evaluate(model, nsmc=nsmc or [], nli=nli or [], documents=documents or [])
    if json_:
        typer.echo(json.dumps([asdict(item) for item in figures], ensure_ascii=False))
    else:
        for item in figures:
            typer.echo(str(item))


if __name__ == "__main__":
    typer.run(main)
