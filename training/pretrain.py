"""Pre-train BERT: masked LM and next-sentence prediction, the two losses summed.

    kobert-bot train pretrain --tokenizer var/tokenizer --documents ko_docs.txt.xz=3 \
        --documents en_docs.txt.xz=1 --singles reviews.txt.xz --out var/pretrain --minutes 72

Documents give sentence pairs, half of them consecutive; single sentences, which have no next one, are only
masked. Every sequence of a batch has one length, so nothing is padded. Run it again and it goes on where it
was stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from transformers import BertConfig, BertTokenizerFast

from models.multitask import BertForFourTasks
from training.ahead import Ahead, drawers
from training.corpus import Corpus
from training.examples import IGNORE, Batch, Singles, Vocabulary, longest_pair, mask_tokens, sample_pairs
from training.optimizers import muon_and_adamw
from training.precision import attention_of, bf16_pays
from training.processes import Processes
from training.record import Origin
from training.run import Run, Step
from training.schedule import Budget
from training.textfiles import DataError
from training.vocabulary_loss import vocabulary_loss

PEAK_LR = 1e-3  # a 4×256 model bears far more than a base model's 1e-4
# Chat messages are short, so many of the pairs are too; a few are long, to train every position.
Lengths = Sequence[tuple[int, float]]
LENGTHS: Lengths = ((128, 0.55), (64, 0.22), (32, 0.15), (256, 0.08))


@dataclass(frozen=True, slots=True)
class Documents:
    """A corpus of running text, and how much of the pairs comes from it, beside the others."""

    corpus: Corpus
    share: float


@dataclass(frozen=True, slots=True)
class Text:
    """What pre-training reads."""

    documents: Sequence[Documents]
    singles: Singles | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of the objective; the defaults are those of Devlin et al. 2018.

    Attributes:
        masking: Share of the tokens to predict.
        whole_words: Whether all pieces of a word are chosen together.
        nsp_weight: Of the next-sentence loss in the sum.
        same_document: Share of the negatives whose second text comes from the same document.
        singles: Share of the tokens of a step that single sentences have.
        tokens: Tokens of a step, in each process.
    """

    masking: float = 0.15
    whole_words: bool = False
    nsp_weight: float = 1.0
    same_document: float = 0.0
    singles: float = 0.2
    tokens: int = 4_096


def vocabulary_of(tokenizer: BertTokenizerFast) -> Vocabulary:
    """Ids of a BERT tokenizer whose special tokens come first."""
    pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
    return Vocabulary(
        cls=tokenizer.cls_token_id,
        sep=tokenizer.sep_token_id,
        mask=tokenizer.mask_token_id,
        size=len(tokenizer),
        first_word=1 + max(tokenizer.all_special_ids),
        continues=np.array([piece.startswith("##") for piece in pieces]),
    )


def lengths_of(text: Text, positions: int) -> Lengths:
    """The lengths of pairs that the model can read and the documents are long enough for, and their shares.

    Raises:
        DataError: Not even the shortest.
    """
    fitting = [(length, share) for length, share in LENGTHS if length <= positions]
    if not fitting:
        raise DataError(
            f"the model reads {positions} tokens at once, and pairs have {min(LENGTHS)[0]} or more"
        )
    longest = min(longest_pair(each.corpus) for each in text.documents)
    found = [(length, share) for length, share in fitting if length <= longest]
    if not found:
        raise DataError(
            f"most documents are too short: pairs of {min(LENGTHS)[0]} tokens are cut from them, and there "
            f"are {longest} (an empty line ends a document)"
        )
    whole = sum(share for _, share in found)
    return [(length, share / whole) for length, share in found]


def draw_pairs(
    text: Text,
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    tokens: int,
    recipe: Recipe,
    lengths: Lengths,
) -> Batch:
    """Draw sentence pairs of one random length from all documents, masked."""
    length = int(rng.choice([length for length, _ in lengths], p=[share for _, share in lengths]))
    shares = np.array([each.share for each in text.documents])
    counts = rng.multinomial(max(2, tokens // length), shares / shares.sum())
    parts = [
        sample_pairs(
            each.corpus, vocabulary, rng, n=int(n), length=length, same_document=recipe.same_document
        )
        for each, n in zip(text.documents, counts, strict=True)
        if n
    ]
    ids, types, labels = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return Batch(types, labels, *_masked(ids, vocabulary, rng, recipe))


def draw_singles(
    singles: Singles, vocabulary: Vocabulary, rng: np.random.Generator, tokens: int, recipe: Recipe
) -> Batch:
    """Draw single sentences of one random length, masked, without a next-sentence label."""
    ids = singles.sample(vocabulary, rng, tokens=tokens)
    labels = np.full(len(ids), IGNORE)
    return Batch(np.zeros_like(ids), labels, *_masked(ids, vocabulary, rng, recipe))


def _masked(
    ids: NDArray[np.int64], vocabulary: Vocabulary, rng: np.random.Generator, recipe: Recipe
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    return mask_tokens(ids, vocabulary, rng, rate=recipe.masking, whole_words=recipe.whole_words)


@dataclass(frozen=True, slots=True)
class Losses:
    """Mean losses of a batch (scalar tensors; ``nsp`` None without pairs) and the shares that were right.

    They stay tensors until somebody wants them: a GPU need not be waited for between.
    """

    mlm: torch.Tensor
    mlm_accuracy: torch.Tensor
    nsp: torch.Tensor | None
    nsp_accuracy: torch.Tensor | None

    def values(self) -> dict[str, float]:
        """Losses and accuracies by name; a GPU is waited for."""
        named = {
            "mlm": self.mlm,
            "mlm accuracy": self.mlm_accuracy,
            "nsp": self.nsp,
            "nsp accuracy": self.nsp_accuracy,
        }
        return {name: value.item() for name, value in named.items() if value is not None}


def pretraining_losses(model: BertForFourTasks, batch: Batch) -> Losses:
    """Run the trunk once, the vocabulary head at the masked positions only, the pair head on pairs only.

    Without masked positions the first loss is 0.
    """

    def on_device(values: NDArray[np.int64]) -> torch.Tensor:
        return torch.from_numpy(values).to(model.device)

    encoded = model.bert(input_ids=on_device(batch.input_ids), token_type_ids=on_device(batch.token_type_ids))
    hidden = encoded.last_hidden_state.flatten(0, 1)
    asked = model.cls.predictions.transform(hidden[on_device(batch.positions)])
    decoder = model.cls.predictions.decoder
    mlm = found = asked.sum().float()  # of nothing, where nothing is masked
    if len(asked):
        mlm, found = vocabulary_loss(asked, decoder.weight, decoder.bias, on_device(batch.targets))
    if batch.next_label[0] == IGNORE:
        return Losses(mlm, found, None, None)
    labels = on_device(batch.next_label)
    pair_logits = model.cls.seq_relationship(encoded.pooler_output).float()
    right = (pair_logits.detach().argmax(-1) == labels).float().mean()
    return Losses(mlm, found, functional.cross_entropy(pair_logits, labels), right)


def new_model(
    tokenizer: BertTokenizerFast,
    *,
    layers: int = 4,
    hidden: int = 256,
    heads: int = 4,
    device: torch.device | None = None,
) -> BertForFourTasks:
    """Make a randomly initialised model without dropout (one pass over the data overfits nothing).

    The default is for an hour or two on a processor: 7.6 million parameters, over half of them the
    vocabulary, 15 MB in float16. The built-in model has eight such layers. It reads as many tokens as
    ``load_tokenizer`` lets its tokenizer make.
    """
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
        attn_implementation=attention_of(device or torch.device("cpu")),
    )
    return BertForFourTasks(config)


def pretraining_run(
    model: BertForFourTasks,
    tokenizer: BertTokenizerFast,
    text: Text,
    out: Path,
    budget: Budget,
    recipe: Recipe,
    *,
    lr: float = PEAK_LR,
    seed: int = 0,
    processes: Processes | None = None,
    origin: Origin | None = None,
) -> tuple[Run, Callable[[int], Step]]:
    """Make a run, or take up the one in a folder.

    Every step draws from its own random stream (seed, step, process): a resumed run sees the text it would
    have seen.

    Args:
        model: The network, changed in place.
        tokenizer: The tokenizer that encoded the text.
        text: Encoded text.
        out: Folder for the state.
        budget: When to end.
        recipe: Settings of the objective.
        lr: Peak learning rate.
        seed: Of the data.
        processes: Who trains; None for this one alone, on the CPU.
        origin: What the weights come from.

    Returns:
        The run, and what a step of it computes.
    """
    processes = processes or Processes(torch.device("cpu"))
    run = Run(model.train(), out, budget, lr, "pre-training", processes, muon_and_adamw, seed, origin)
    return run, step_of(run, tokenizer, text, recipe)


def step_of(run: Run, tokenizer: BertTokenizerFast, text: Text, recipe: Recipe) -> Callable[[int], Step]:
    """What a step of pre-training computes: pairs, then single sentences, both losses summed."""
    vocabulary, bf16 = vocabulary_of(tokenizer), bf16_pays(run.processes.device)
    lengths = lengths_of(text, tokenizer.model_max_length)

    def draw(number: int) -> list[Batch]:
        rng = np.random.default_rng([run.seed, number, run.processes.rank])
        alone = round(recipe.tokens * recipe.singles) if text.singles is not None else 0
        batches = [draw_pairs(text, vocabulary, rng, recipe.tokens - alone, recipe, lengths)]
        if text.singles is not None and alone:
            batches.append(draw_singles(text.singles, vocabulary, rng, alone, recipe))
        return batches

    drawn = Ahead(draw, drawers(run.processes))

    def make(number: int) -> Step:
        batches = drawn(number)
        masks = sum(len(batch.targets) for batch in batches)
        of_pairs: Losses | None = None
        for batch in batches:
            with torch.autocast(run.processes.device.type, torch.bfloat16, enabled=bf16):
                losses = pretraining_losses(run.model, batch)
            loss = losses.mlm * (len(batch.targets) / max(1, masks))
            if losses.nsp is not None:
                loss = loss + recipe.nsp_weight * losses.nsp
                of_pairs = losses
            loss.backward()
        values = {} if of_pairs is None else of_pairs.values()
        return Step(sum(batch.input_ids.size for batch in batches), values)

    return make
