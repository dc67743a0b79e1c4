"""Fine-tune the pre-trained trunk for sentiment and NLI at once, without forgetting masks and pairs.

    python -m training.finetune --model var/pretrain/model --nsmc ratings_train.txt \
        --nli klue_nli_train.tsv --nli multinli.train.ko.tsv --held-out-nsmc ratings_test.txt \
        --held-out-nli klue_nli_dev.tsv --korean var/corpus/ko --english var/corpus/en \
        --reviews var/corpus/reviews --out var/finetune --minutes 40

Every step sums four losses over one trunk: sentiment, NLI, and the masked LM and next-sentence losses of a
little pre-training text (replay), so that one forward pass can serve all four tasks afterwards.
Goes on where it was stopped. Texts of the held-out sets never train.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from torch.nn import functional
from transformers import BertTokenizerFast

from models.multitask import BertForFourTasks
from training.batches import LabelledBatch, LabelledExamples
from training.corpus import Corpus
from training.datasets import Example, read_nli, read_nsmc, read_rated, without
from training.examples import Singles
from training.matching import give_matching_head
from training.pretrain import (
    Corpora,
    Recipe,
    draw_pairs,
    draw_reviews,
    pretraining_losses,
    vocabulary_of,
)
from training.schedule import Budget, Run, bf16_pays, has_state

PEAK_LR = 5e-4  # ten times a base model's: the trunk is small and the run is short
DROPOUT = 0.1
SENTIMENT_TOKENS, NLI_TOKENS, REPLAY_TOKENS = 1_280, 1_024, 512  # a step, per task
SMOOTHING = 0.05  # star ratings and crowd labels are noisy
LONGEST = 128
DEV_SEED = 0  # one development part for all runs: a run may go on from the model of another


@dataclass(frozen=True, slots=True)
class LabelledSets:
    """What fine-tuning learns from and is watched on."""

    sentiment: LabelledExamples
    nli: LabelledExamples
    sentiment_dev: LabelledExamples
    nli_dev: LabelledExamples


def class_logits(model: BertForFourTasks, task: str, batch: LabelledBatch) -> torch.Tensor:
    """Logits ``[n, classes]`` of the ``sentiment`` or ``nli`` head."""
    encoded = model.bert(
        input_ids=torch.from_numpy(batch.input_ids), token_type_ids=torch.from_numpy(batch.token_type_ids)
    )
    head = model.sentiment if task == "sentiment" else model.nli
    logits: torch.Tensor = head(encoded.last_hidden_state[:, 0]).float()
    return logits


@torch.inference_mode()
def accuracy(model: BertForFourTasks, task: str, examples: LabelledExamples) -> float:
    """Share of right answers, 0…1."""
    model.train(mode=False)
    right = 0
    for batch in examples.epoch(8_192):
        right += int((class_logits(model, task, batch).argmax(-1).numpy() == batch.labels).sum())
    model.train()
    return right / len(examples)


def split_dev(examples: list[Example], size: int, seed: int) -> tuple[list[Example], list[Example]]:
    """Set ``size`` random examples aside, and with them every other example that shares a text."""
    chosen = np.random.default_rng(seed).choice(
        len(examples), size=min(size, len(examples) // 5), replace=False
    )
    dev = [examples[index] for index in chosen]
    return without(examples, dev), dev


def balanced(examples: list[Example], seed: int) -> list[Example]:
    """Thin the larger class out to the size of the smaller (reviews with ten stars outnumber all others)."""
    by_label = [[example for example in examples if example.label == label] for label in (0, 1)]
    size = min(len(part) for part in by_label)
    rng = np.random.default_rng(seed)
    return [part[index] for part in by_label for index in rng.permutation(len(part))[:size]]


def finetune(
    model: BertForFourTasks,
    tokenizer: BertTokenizerFast,
    sets: LabelledSets,
    replay: Corpora,
    out: Path,
    *,
    budget: Budget,
    seed: int = 0,
    lr: float = PEAK_LR,
) -> None:
    """Train all four heads and the trunk together for a budget; continues ``out/state.pt``.

    Args:
        model: A pre-trained model, changed in place and at the end rounded to float16.
        tokenizer: Its tokenizer.
        sets: Labelled examples.
        replay: Pre-training text.
        out: Folder for the state and, at the end, the model (float16 safetensors).
        budget: When to end.
        seed: Of order and masks.
        lr: Peak learning rate.
    """
    vocabulary, bf16, recipe = vocabulary_of(tokenizer), bf16_pays(), Recipe()
    run = Run(model.train(), out, budget, lr, "fine-tuning")
    streams = {
        "sentiment": islice(sets.sentiment.forever(SENTIMENT_TOKENS, seed), run.step, None),
        "nli": islice(sets.nli.forever(NLI_TOKENS, seed), run.step, None),
    }
    while not run.finished:
        # Dropout draws from the step's own stream, so that a resumed run draws as it would have.
        torch.manual_seed(seed * 1_000_003 + run.step)
        tokens = 0
        for task, stream in streams.items():
            batch = next(stream)
            labels = torch.from_numpy(batch.labels)
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                logits = class_logits(model, task, batch)
            functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING).backward()
            run.note(**{task: float((logits.detach().argmax(-1) == labels).float().mean())})
            tokens += batch.input_ids.size
        # Replay: pairs on two steps of three, reviews on the third.
        draw = draw_pairs if run.step % 3 < 2 else draw_reviews
        text = draw(replay, vocabulary, np.random.default_rng([seed, run.step]), REPLAY_TOKENS, recipe)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            losses = pretraining_losses(model, text)
        (losses.mlm if losses.nsp is None else losses.mlm + losses.nsp).backward()
        run.note(mlm=losses.mlm.item())
        if run.update(tokens + text.input_ids.size):
            sentiment = accuracy(model, "sentiment", sets.sentiment_dev)
            nli = accuracy(model, "nli", sets.nli_dev)
            run.write(f"dev after {run.spent / 60:.1f} min: sentiment {sentiment:.4f}, NLI {nli:.4f}")
    run.close()
    model.train(mode=False).half().save_pretrained(out / "model")
    tokenizer.save_pretrained(out / "model")


def load_sets(
    tokenizer: BertTokenizerFast,
    *,
    nsmc: list[str],
    nli: list[str],
    held_out_nsmc: list[str],
    held_out_nli: list[str],
    rated: tuple[str, str] | None,
) -> LabelledSets:
    """Read the labelled files, leave out what stands in a held-out set, and set development parts aside.

    Raises:
        DataError: A file cannot be used.
    """
    test = [example for source in held_out_nsmc for example in read_nsmc(source)]
    test += [example for source in held_out_nli for example in read_nli(source)]
    opinions = [without(read_nsmc(source), test) for source in nsmc]
    pairs = [without(read_nli(source, training=True), test) for source in nli]
    # The development parts come from the first file of each, so that they measure the set they are named for.
    sentiment, sentiment_dev = split_dev(opinions[0], 4_000, DEV_SEED)
    inference, nli_dev = split_dev(pairs[0], 1_500, DEV_SEED)
    sentiment += [example for more in opinions[1:] for example in without(more, sentiment_dev)]
    inference += [example for more in pairs[1:] for example in without(more, nli_dev)]
    if rated is not None:
        sentiment += balanced(without(read_rated(*rated), test + sentiment + sentiment_dev), DEV_SEED)
    parts = (sentiment, inference, sentiment_dev, nli_dev)
    return LabelledSets(*(LabelledExamples(part, tokenizer, longest=LONGEST) for part in parts))


def main(
    model: Annotated[Path, typer.Option(help="Folder of the pre-trained model.")],
    nsmc: Annotated[
        list[str],
        typer.Option(help="NSMC ratings_train.txt or others of its form; may be given several times."),
    ],
    nli: Annotated[
        list[str], typer.Option(help="KLUE-NLI or KorNLI training TSV; may be given several times.")
    ],
    korean: Annotated[Path, typer.Option(help="Encoded Korean documents (replay).")],
    english: Annotated[Path, typer.Option(help="Encoded English documents (replay).")],
    reviews: Annotated[Path, typer.Option(help="Encoded single sentences (replay).")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the model.")],
    held_out_nsmc: Annotated[list[str], typer.Option(help="NSMC files whose texts must not train.")],
    held_out_nli: Annotated[list[str], typer.Option(help="NLI files whose texts must not train.")],
    rated_texts: Annotated[str | None, typer.Option(help="More reviews, one a line …")] = None,
    ratings: Annotated[
        str | None, typer.Option(help="… and their ratings from 1 to 10, line by line.")
    ] = None,
    minutes: Annotated[float, typer.Option(help="Training time in all; drives the schedule.")] = 40.0,
    steps: Annotated[int | None, typer.Option(help="Number of steps, instead of minutes.")] = None,
    seed: Annotated[int, typer.Option(help="Of order and masks.")] = 0,
    lr: Annotated[float, typer.Option(help="Peak learning rate.")] = PEAK_LR,
    matching_head: Annotated[
        bool, typer.Option(help="Begin with a head that looks for the same word in the other text.")
    ] = False,
) -> None:
    """Fine-tune the pre-trained trunk for sentiment and NLI."""
    tokenizer = BertTokenizerFast.from_pretrained(model)
    sets = load_sets(
        tokenizer,
        nsmc=nsmc,
        nli=nli,
        held_out_nsmc=held_out_nsmc,
        held_out_nli=held_out_nli,
        rated=(rated_texts, ratings) if rated_texts and ratings else None,
    )
    typer.echo(
        f"sentiment {len(sets.sentiment):,} + dev {len(sets.sentiment_dev):,}; "
        f"NLI {len(sets.nli):,} + dev {len(sets.nli_dev):,}"
    )
    replay = Corpora(Corpus.load(korean), Corpus.load(english), Singles(Corpus.load(reviews)))
    network = BertForFourTasks.from_pretrained(
        model, hidden_dropout_prob=DROPOUT, attention_probs_dropout_prob=DROPOUT, use_safetensors=True
    )
    if matching_head and not has_state(out):
        give_matching_head(network)
    finetune(network, tokenizer, sets, replay, out, budget=Budget(minutes, steps), seed=seed, lr=lr)


if __name__ == "__main__":
    typer.run(main)
