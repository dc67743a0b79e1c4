"""How fast pre-training is, beside Hugging Face's Trainer: as good in a third of the time, in one run?

    python -m benchmarks.pretraining 4x128 --documents ko_docs.txt.xz

Trainer runs as it is: fp32, AdamW, batches of eight padded to the longest; pairs come from transformers' own
``TextDatasetForNextSentencePrediction``, masks from its collator. It makes so many steps at each of its
learning rates. Then ours has a share of the time that the most accurate of them took. Both read the same
documents, cut into tokens beforehand, from the same first weights: the clever ones ours begins with, or
random ones (``--random``).
"""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from tqdm import tqdm
from transformers import BertTokenizerFast, DataCollatorForLanguageModeling

from benchmarks.sizes import begun
from benchmarks.trainer import Pairs, let_trainer, silent
from models.multitask import BertForFourTasks
from training.corpus import Corpus, corpus_of
from training.evaluate import figure
from training.evaluate_text import judged, ranked, require_pairs
from training.gate.statistics import change
from training.pretrain import PEAK_LR, Documents, Recipe, Text, pretraining_run
from training.schedule import Budget
from training.start import load_tokenizer
from training.textfiles import DataError

TOKENIZER, CACHE = Path("models/builtin"), Path("var/sizes/text")
LONGEST = 128  # tokens of a pair, as in nine tenths of BERT's own training
READ = 4_000_000  # tokens of the documents both read: neither comes to their end in minutes
PAIRS = 1_024  # drawn from the held-out documents
TIMES = 3.2  # ours has one such part of Trainer's time: a third, less the trial that turns it into steps


@dataclass(frozen=True, slots=True)
class Pretrained:
    """One training.

    Attributes:
        name: Who, with which settings.
        seconds: Of training alone.
        tokens: Read, without padding.
        ranks: Of each hidden token of the held-out documents, 0 first, ``[n]``.
        homes: The document that each of them is of, ``[n]``.
        right: Whether it has each held-out pair right, ``[pairs]``.
        pair_homes: The document that each pair is of, ``[pairs]``.
    """

    name: str
    seconds: float
    tokens: int
    ranks: NDArray[np.int64]
    homes: NDArray[np.int64]
    right: NDArray[np.bool_]
    pair_homes: NDArray[np.int64]

    @property
    def answers(self) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.int64]]]:
        """By figure, what was right and what came together."""
        return {
            "top 1": (self.ranks < 1, self.homes),
            "top 5": (self.ranks < 5, self.homes),
            "next sentence": (self.right, self.pair_homes),
        }


@dataclass(frozen=True, slots=True)
class Bench:
    """What both are given.

    Attributes:
        tokenizer: Cut the documents.
        corpus: To read.
        held_out: To measure on.
        model: The first weights; never changed.
    """

    tokenizer: BertTokenizerFast
    corpus: Corpus
    held_out: Corpus
    model: BertForFourTasks

    def measured(self, name: str, seconds: float, tokens: int, model: BertForFourTasks) -> Pretrained:
        """A training by what its model says of the held-out documents."""
        model.train(mode=False)
        ranks = ranked(model, self.tokenizer, self.held_out, PAIRS)
        return Pretrained(name, seconds, tokens, *ranks, *judged(model, self.tokenizer, self.held_out, PAIRS))


def by_trainer(bench: Bench, pairs: Pairs, *, steps: int, lr: float, batch: int) -> Pretrained:
    """Train with Hugging Face's Trainer."""
    model = deepcopy(bench.model)
    model.set_attn_implementation("sdpa")  # transformers' default
    collator = DataCollatorForLanguageModeling(bench.tokenizer)
    counted = "non_padding"
    seconds, tokens = let_trainer(
        model, pairs, collator, lr=lr, batch=batch, max_steps=steps, include_num_input_tokens_seen=counted
    )
    return bench.measured(f"Trainer, batches of {batch}, lr {lr:g}", seconds, tokens, model)


def by_ours(bench: Bench, *, budget: Budget, lr: float, tokens: int) -> Pretrained:
    """Train with this project's loop, the trial included that turns its minutes into steps."""
    model, text = deepcopy(bench.model), Text([Documents(bench.corpus, 1.0)])
    with TemporaryDirectory() as folder:
        begin = time.monotonic()
        run, make = pretraining_run(
            model, bench.tokenizer, text, Path(folder), budget, Recipe(tokens=tokens), lr=lr
        )
        run.go(make)
        seconds = time.monotonic() - begin
    return bench.measured(f"ours, steps of {tokens:,} tokens, lr {lr:g}", seconds, run.tokens, model)


def most_accurate(trainings: list[Pretrained]) -> Pretrained:
    """By the masked tokens it finds at once."""
    return max(trainings, key=lambda each: (each.ranks < 1).mean())


def markdown(before: Pretrained, theirs: list[Pretrained], ours: Pretrained) -> str:
    """The table, the ratios to the most accurate of Trainer's, and how far the accuracies are apart."""
    lines = [
        "| training | seconds | tokens read | tokens/s | top 1 | top 5 | next sentence |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in [before, *theirs, ours]:
        figures = [figure(name, *answers) for name, answers in each.answers.items()]
        rate = f"{each.tokens / each.seconds:,.0f}" if each.seconds else ""
        shown = (f"{100 * found.value:.2f} % ({found.interval})" for found in figures)
        lines.append(
            f"| {each.name} | {each.seconds:.1f} | {each.tokens / 1e6:.2f} M | {rate} | {' | '.join(shown)} |"
        )
    best = most_accurate(theirs)
    faster = ours.tokens / ours.seconds * best.seconds / best.tokens
    lines += [
        "",
        f"ours takes 1/{best.seconds / ours.seconds:.1f} of the time, {faster:.1f} times the tokens/s",
    ]
    for name, (right, homes) in ours.answers.items():
        apart = change(best.answers[name][0], right, homes)
        lines.append(
            f"{name}: {100 * apart.gain:+.2f} points (95 %: {100 * apart.low:+.2f} to "
            f"{100 * apart.high:+.2f}; n = {apart.n:,})"
        )
    return "\n".join(lines)


def beginning(corpus: Corpus, tokens: int) -> Corpus:
    """The first whole documents of so many tokens, and one at least."""
    ends = corpus.sentences[corpus.documents]
    count = max(1, int(np.searchsorted(ends, tokens, side="right")) - 1)
    sentences = int(corpus.documents[count])
    return Corpus(corpus.ids[: ends[count]], corpus.sentences[: sentences + 1], corpus.documents[: count + 1])


def _bench(size: str, documents: str, *, at_random: bool) -> Bench:
    """Text, and a model to begin with.

    Raises:
        DataError: A file cannot be used.
        ValueError: The size is none.
    """
    tokenizer = load_tokenizer(TOKENIZER)
    tokenizer.model_max_length = LONGEST
    corpus = beginning(corpus_of(documents, tokenizer, CACHE), READ)
    held_out = corpus_of(documents, tokenizer, CACHE, part="heldout")
    require_pairs(tokenizer, held_out)
    return Bench(tokenizer, corpus, held_out, begun(size, tokenizer, [] if at_random else [corpus]))


def main(
    size: Annotated[str, typer.Argument(help="LAYERSxWIDTH; the width a multiple of 64.")],
    documents: Annotated[str, typer.Option(help="Running text; one document in 200 is measured on.")],
    steps: Annotated[int, typer.Option(min=1, help="Trainer's, at each learning rate.")] = 500,
    batch: Annotated[int, typer.Option(min=1, help="Trainer's batches; its default.")] = 8,
    trainer_lr: Annotated[list[float] | None, typer.Option(help="Trainer's; several.")] = None,
    lr: Annotated[float, typer.Option(help="Ours.")] = PEAK_LR,
    tokens: Annotated[int, typer.Option(min=64, help="Ours, of a step.")] = 4_096,
    at_random: Annotated[bool, typer.Option("--random", help="Both begin with random weights.")] = False,
) -> None:
    """Print seconds, tokens and accuracy of both, and what the first weights know."""
    try:
        bench = _bench(size, documents, at_random=at_random)
        pairs = Pairs(bench.corpus, bench.tokenizer, LONGEST)
        with silent():
            before = bench.measured("none", 0.0, 0, deepcopy(bench.model))
            theirs = [
                by_trainer(bench, pairs, steps=steps, lr=rate, batch=batch)
                for rate in tqdm(trainer_lr or [5e-5, 1e-4, 3e-4, 1e-3], desc="Trainer")
            ]
            budget = Budget(most_accurate(theirs).seconds / TIMES / 60)
            ours = by_ours(bench, budget=budget, lr=lr, tokens=tokens)
    except (DataError, ValueError) as error:
        typer.echo(f"benchmarks.pretraining: {error}", err=True)
        raise typer.Exit(1) from None
    print(markdown(before, theirs, ours))


if __name__ == "__main__":
    typer.run(main)
