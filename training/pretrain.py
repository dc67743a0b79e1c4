r"""Pre-train the built-in BERT: masked LM and next-sentence prediction, the two losses summed.

    python -m training.pretrain --tokenizer var/tokenizer --korean var/corpus/ko --english var/corpus/en \
        --reviews var/corpus/reviews --out var/pretrain --minutes 72

Run it again and it goes on where it was stopped. A 4×256 model reads about 2,500-3,000 tokens a second in
fp32 on two AVX2 cores; where the processor multiplies bfloat16, that is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from torch.nn import functional
from transformers import BertConfig, BertTokenizerFast

from models.multitask import BertForFourTasks
from training.corpus import Corpus
from training.examples import IGNORE, Batch, Singles, Vocabulary, mask_tokens, sample_pairs
from training.initial import initialise
from training.schedule import Budget, Run, bf16_pays, has_state

LAYERS, HIDDEN, HEADS = 4, 256, 4  # 7.6 M parameters, over half of them the vocabulary: 15 MB in float16
PEAK_LR = 1e-3  # a 4×256 model bears far more than a base model's 1e-4
TOKENS_PER_STEP = (2_048, 4_096)  # first half, second half: many small steps first, calmer ones later
REVIEWS, ENGLISH = 0.22, 0.25  # share of the tokens of a step; share of English among the pairs
# Chat messages are short, so many of the pairs are too; a few are long, to train every position.
LENGTHS = ((128, 0.55), (64, 0.22), (32, 0.15), (256, 0.08))


@dataclass(frozen=True, slots=True)
class Corpora:
    """What pre-training reads."""

    korean: Corpus
    english: Corpus
    reviews: Singles


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of the objective: share of tokens to mask, share of negatives from the same document."""

    masking: float = 0.15
    same_document: float = 0.25


def vocabulary_of(tokenizer: BertTokenizerFast) -> Vocabulary:
    """Ids of a BERT tokenizer whose special tokens come first."""
    return Vocabulary(
        cls=tokenizer.cls_token_id,
        sep=tokenizer.sep_token_id,
        mask=tokenizer.mask_token_id,
        size=len(tokenizer),
        first_word=1 + max(tokenizer.all_special_ids),
    )


def draw_pairs(
    corpora: Corpora, vocabulary: Vocabulary, rng: np.random.Generator, tokens: int, recipe: Recipe
) -> Batch:
    """Draw Korean and English sentence pairs of one random length, masked."""
    length = int(rng.choice([length for length, _ in LENGTHS], p=[share for _, share in LENGTHS]))
    n = max(2, tokens // length)
    english = int(rng.binomial(n, ENGLISH))
    parts = [
        sample_pairs(corpus, vocabulary, rng, n=count, length=length, same_document=recipe.same_document)
        for corpus, count in ((corpora.korean, n - english), (corpora.english, english))
        if count
    ]
    ids, types, labels = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return Batch(types, labels, *mask_tokens(ids, vocabulary, rng, rate=recipe.masking))


def draw_reviews(
    corpora: Corpora, vocabulary: Vocabulary, rng: np.random.Generator, tokens: int, recipe: Recipe
) -> Batch:
    """Draw single sentences, masked, without a next-sentence label."""
    ids = corpora.reviews.sample(vocabulary, rng, tokens=tokens)
    labels = np.full(len(ids), IGNORE)
    return Batch(np.zeros_like(ids), labels, *mask_tokens(ids, vocabulary, rng, rate=recipe.masking))


@dataclass(frozen=True, slots=True)
class Losses:
    """Mean losses of a batch (scalar tensors; ``nsp`` None without pairs) and the share judged rightly."""

    mlm: torch.Tensor
    nsp: torch.Tensor | None
    nsp_accuracy: float


def pretraining_losses(model: BertForFourTasks, batch: Batch) -> Losses:
    """Run the trunk once, the vocabulary head at the masked positions only, the pair head on pairs only."""
    encoded = model.bert(
        input_ids=torch.from_numpy(batch.input_ids), token_type_ids=torch.from_numpy(batch.token_type_ids)
    )
    hidden = encoded.last_hidden_state.flatten(0, 1)
    logits = model.cls.predictions(hidden[torch.from_numpy(batch.positions)]).float()
    mlm = functional.cross_entropy(logits, torch.from_numpy(batch.targets))
    if batch.next_label[0] == IGNORE:
        return Losses(mlm, None, float("nan"))
    labels = torch.from_numpy(batch.next_label)
    pair_logits = model.cls.seq_relationship(encoded.pooler_output).float()
    right = float((pair_logits.detach().argmax(-1) == labels).float().mean())
    return Losses(mlm, functional.cross_entropy(pair_logits, labels), right)


def new_model(
    tokenizer: BertTokenizerFast, *, layers: int = LAYERS, hidden: int = HIDDEN, heads: int = HEADS
) -> BertForFourTasks:
    """Make a randomly initialised model without dropout (one pass over the data overfits nothing)."""
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * hidden,
        max_position_embeddings=tokenizer.model_max_length,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=tokenizer.pad_token_id,
    )
    return BertForFourTasks(config)


def pretrain(
    model: BertForFourTasks,
    tokenizer: BertTokenizerFast,
    corpora: Corpora,
    out: Path,
    *,
    budget: Budget,
    recipe: Recipe | None = None,
    lr: float = PEAK_LR,
    seed: int = 0,
) -> None:
    """Train for a budget that also drives the schedule; continues ``out/state.pt``.

    Every step draws from its own random stream (seed, step): a resumed run sees the text it would have seen.

    Args:
        model: The network, changed in place and saved in ``out/model``.
        tokenizer: The tokenizer that encoded the corpora.
        corpora: Encoded text.
        out: Folder for the state and, at the end, the model.
        budget: When to end.
        recipe: Settings of the objective.
        lr: Peak learning rate.
        seed: Of the data.
    """
    recipe = recipe or Recipe()
    vocabulary, bf16 = vocabulary_of(tokenizer), bf16_pays()
    run = Run(model.train(), out, budget, lr, "pre-training")
    while not run.finished:
        room = TOKENS_PER_STEP[run.progress >= 0.5]
        rng = np.random.default_rng([seed, run.step])
        batches = (
            draw_pairs(corpora, vocabulary, rng, round(room * (1 - REVIEWS)), recipe),
            draw_reviews(corpora, vocabulary, rng, round(room * REVIEWS), recipe),
        )
        masks = sum(len(batch.targets) for batch in batches)
        for batch in batches:
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                losses = pretraining_losses(model, batch)
            loss = losses.mlm * (len(batch.targets) / masks)
            if losses.nsp is not None:
                loss = loss + losses.nsp
                run.note(mlm=losses.mlm.item(), nsp=losses.nsp.item(), acc=losses.nsp_accuracy)
            loss.backward()
        run.update(sum(batch.input_ids.size for batch in batches))
    run.close()
    model.save_pretrained(out / "model")
    tokenizer.save_pretrained(out / "model")


def main(
    tokenizer: Annotated[Path, typer.Option(help="Folder of the tokenizer.")],
    korean: Annotated[Path, typer.Option(help="Encoded Korean documents.")],
    english: Annotated[Path, typer.Option(help="Encoded English documents.")],
    reviews: Annotated[Path, typer.Option(help="Encoded single sentences: masking only.")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the model.")],
    minutes: Annotated[float, typer.Option(help="Training time in all; drives the schedule.")] = 72.0,
    steps: Annotated[int | None, typer.Option(help="Number of steps, instead of minutes.")] = None,
    seed: Annotated[int, typer.Option(help="Of weights and data.")] = 0,
    lr: Annotated[float, typer.Option(help="Peak learning rate.")] = PEAK_LR,
    layers: Annotated[int, typer.Option(help="Layers of the network.")] = LAYERS,
    hidden: Annotated[int, typer.Option(help="Width of the network.")] = HIDDEN,
    heads: Annotated[int, typer.Option(help="Attention heads.")] = HEADS,
    masking: Annotated[float, typer.Option(help="Share of the tokens to mask.")] = 0.15,
    same_document: Annotated[
        float, typer.Option(help="Share of the negatives from the same document.")
    ] = 0.25,
) -> None:
    """Pre-train the built-in BERT."""
    sources = [Corpus.load(folder) for folder in (korean, english, reviews)]
    cutter = BertTokenizerFast.from_pretrained(tokenizer)
    torch.manual_seed(seed)
    model = new_model(cutter, layers=layers, hidden=hidden, heads=heads)
    if not has_state(out):
        initialise(model, sources, seed=seed)
    corpora = Corpora(sources[0], sources[1], Singles(sources[2]))
    recipe = Recipe(masking, same_document)
    pretrain(model, cutter, corpora, out, budget=Budget(minutes, steps), recipe=recipe, lr=lr, seed=seed)


if __name__ == "__main__":
    typer.run(main)
