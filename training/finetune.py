"""Fine-tune a BERT for one task, or for several at once over one trunk.

    kobert-bot train finetune sentiment --model klue --sentiment ratings_train.txt --out var/nsmc
    kobert-bot train finetune sentiment nli mask nsp --model var/pretrain/model --out var/finetune
        --sentiment ratings_train.txt --nli klue_nli_train.tsv --documents ko_docs.txt.xz

The losses of a step are summed. A part of the first file of a task is set aside: it tells which weights of
the run are kept. Goes on where it was stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import BertTokenizerFast, PreTrainedTokenizerBase

from models.multitask import BertForFourTasks
from models.results import LABELS, Task
from storage.runs import FEWEST, Failure
from training.ahead import Ahead, drawers
from training.batches import LabelledBatch, LabelledExamples
from training.classes import accuracy, class_logits
from training.datasets import Example, without
from training.examples import Batch
from training.held_out import leak_key
from training.learnt import Learnt
from training.precision import bf16_pays
from training.pretrain import (
    Recipe,
    Text,
    draw_pairs,
    draw_singles,
    lengths_of,
    pretraining_losses,
    vocabulary_of,
)
from training.run import Run, Step
from training.telling import Say, quiet
from training.textfiles import DataError

TOKENS: Mapping[str, int] = {"sentiment": 2_048, "nli": 2_048, "nsp": 2_048, "text": 512}
"""Tokens of a step by task: small steps, many of them; a hundred reviews, forty pairs, a little text."""
LONGEST = 128
DEV_SIZE: Mapping[str, int] = {"sentiment": 4_000, "nli": 1_500, "nsp": 1_500}


@dataclass(frozen=True, slots=True)
class Settings:
    """Hyper-parameters.

    Attributes:
        smoothing: Of the labels: star ratings and crowd labels are noisy.
        scale: All batches are so many times as large as ``TOKENS``.
        debias: How much of what the second text alone gives away is taken out of what is learnt, 0…1.
        text: Of the pre-training losses.
    """

    smoothing: float = 0.05
    scale: float = 1.0
    debias: float = 0.0
    text: Recipe = Recipe()  # noqa: RUF009  # frozen


@dataclass(frozen=True, slots=True)
class TaskData:
    """What one classification task learns from, and what tells how well."""

    train: LabelledExamples
    dev: LabelledExamples
    given_away: NDArray[np.float32] | None = None
    """Log-probabilities of the labels of ``train`` from the second texts alone, ``[n, classes]``."""
    passes: int = 1
    """How often ``train`` holds what is to be learnt, each time among other replayed rows."""
    chosen_by: Sequence[Example] = ()
    """The rows of ``dev``."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a model learnt before, to go through again while it learns something new.

    Attributes:
        examples: All of it; as many rows as there are new ones are drawn for each pass.
        passes: How often the new rows are gone through.
        seed: Of the draw.
    """

    examples: list[Example]
    passes: int
    seed: int


def set_aside(examples: list[Example], size: int) -> list[Example]:
    """Choose up to ``size`` examples, each with all others of its first text, by the hash of that text.

    So they are chosen at random, and yet are the same ones, but for a few at the end, when rows come or go: a
    run may go on from the model of another.
    """
    room = min(size, len(examples) // FEWEST)
    together: dict[str, list[Example]] = {}
    for example in examples:
        together.setdefault(leak_key(example.text), []).append(example)
    dev: list[Example] = []
    for key in sorted(together, key=lambda key: hashlib.blake2b(key.encode()).digest()) if room else ():
        if not dev or len(dev) + len(together[key]) <= room:
            dev += together[key]
    return dev


def task_data(
    files: Sequence[list[Example]],
    dev: list[Example] | None,
    tokenizer: PreTrainedTokenizerBase,
    task: str,
    *,
    debias: bool = False,
    replay: Replay | None = None,
    before: Learnt | None = None,
    say: Say = quiet,
) -> TaskData:
    """Encode the files of a task.

    Args:
        files: Examples of each.
        dev: The development set; None to set a part of the first file aside.
        tokenizer: The model's.
        task: Which task.
        debias: Find out what the second texts alone give away.
        replay: What is mixed in so that it is not forgotten.
        before: What the model has learnt already: it tells nothing about which weights are best.
        say: Is told how many rows are left out.

    Raises:
        DataError: Too few rows, or none of a class.
    """
    usable = sum(map(len, files)) + (0 if replay is None else len(replay.examples))
    is_set_aside = dev is None
    if dev is None:
        dev = set_aside(files[0], DEV_SIZE[task])
        if not dev:
            raise DataError(
                f"{task}: rows to learn from: {len(files[0])}, too few to set some aside to choose weights "
                f"by: {FEWEST} are needed, unless a file is given for that",
                Failure.TOO_FEW,
            )
    dev = _to_choose_by(dev, before, task, say)
    train = [example for part in files for example in without(part, dev)]
    found = {example.label for example in train}
    if missing := [name for label, name in enumerate(LABELS[Task(task)]) if label not in found]:
        raise DataError(f"{task}: not one row to learn {' or '.join(missing)} from", Failure.MISSING_LABEL)
    kept = len(train)
    if replay is not None:
        replay = Replay(without(replay.examples, dev), replay.passes, replay.seed)
        kept += len(replay.examples)
        train = mixed(train, replay)
    if lost := usable - kept - (len(dev) if is_set_aside else 0):
        say(f"{task}: {lost:,} rows that share a text with the {len(dev):,} to choose by left out")
    given = None
    if debias and train[0].second is not None:
        from training.shortcuts import given_away  # noqa: PLC0415  # scikit-learn takes seconds to import

        try:
            given = given_away(train)
        except ValueError as error:
            raise DataError(f"{task}: too few rows for --debias ({error})") from error
    encoded, to_choose_by = (LabelledExamples(part, tokenizer, longest=LONGEST) for part in (train, dev))
    return TaskData(encoded, to_choose_by, given, 1 if replay is None else replay.passes, dev)


def _to_choose_by(dev: list[Example], before: Learnt | None, task: str, say: Say) -> list[Example]:
    """Leave out what the model to begin with has learnt, but for what would leave less than half."""
    new = dev if before is None else before.new(dev)
    lost, told = len(dev) - len(new), f"{task}: the model to begin with has learnt"
    if len(new) < len(dev) / 2:
        say(
            f"{told} {lost:,} of the {len(dev):,} rows to choose weights by: their accuracy flatters; "
            f"--{task}-dev, or --dev of a sweep, takes others"
        )
        return dev
    if lost:
        say(f"{told} {lost:,} rows that are not among those to choose by, then")
    return new


def mixed(new: list[Example], replay: Replay) -> list[Example]:
    """New rows once for each pass, and each time as many others that are replayed, as long as there are any.

    Replaying a part of what was learnt before is what keeps it best (Robins 1995,
    https://doi.org/10.1080/09540099550039318).
    """
    order = np.random.default_rng(replay.seed).permutation(len(replay.examples))
    drawn = [replay.examples[index] for index in order[: replay.passes * len(new)]]
    return [*(new * replay.passes), *drawn]


def step_of(
    run: Run,
    data: Mapping[str, TaskData],
    text: Text | None,
    tokenizer: PreTrainedTokenizerBase,
    settings: Settings,
) -> Callable[[int], Step]:
    """What a step of fine-tuning computes: a batch of each task, the losses summed."""
    device = run.processes.device
    bf16 = bf16_pays(device)
    streams = {
        task: each.train.numbered(round(TOKENS[task] * settings.scale), run.seed)
        for task, each in data.items()
    }
    known = {task: torch.from_numpy(_known(each, settings.debias)).to(device) for task, each in data.items()}
    draw_text = _text_draw(run, text, tokenizer, settings) if text is not None else None

    def draw(number: int) -> _Drawn:
        own = number * run.processes.count + run.processes.rank
        labelled = {task: stream(own) for task, stream in streams.items()}
        return _Drawn(labelled, None if draw_text is None else draw_text(number))

    drawn = Ahead(draw, 0 if draw_text is None else drawers(run.processes))

    def make(number: int) -> Step:
        batches = drawn(number)
        tokens, losses, right = 0, dict[str, Tensor](), dict[str, Tensor]()
        for task, batch in batches.labelled.items():
            labels = torch.from_numpy(batch.labels).to(device)
            before = known[task][torch.from_numpy(batch.rows).to(device)]
            with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
                logits = class_logits(run.model, task, batch)
            loss = functional.cross_entropy(logits + before, labels, label_smoothing=settings.smoothing)
            loss.backward()
            losses[task] = loss.detach()
            right[task] = (logits.detach().argmax(-1) == labels).float().mean()
            tokens += batch.input_ids.size
        read = None if batches.text is None else _read(run, batches.text, settings, bf16=bf16)
        # Asked for at the end: a GPU is waited for once.
        values = dict[str, float]()
        for task, its in losses.items():
            values[f"loss {task}"] = its.item()
            values[f"{task} accuracy"] = right[task].item()
        if read is not None:
            tokens, values = tokens + read.tokens, {**values, **read.values}
        return Step(tokens, values)

    return make


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What a step learns from: a batch of each task, and one of running text."""

    labelled: Mapping[str, LabelledBatch]
    text: Batch | None


def _known(data: TaskData, debias: float) -> NDArray[np.float32]:
    """What is known of each example's label without reading it, as log-probabilities ``[n, classes]``.

    It is added to the logits while learning and left out after. So rare classes count as much as frequent
    ones (Menon et al. 2021, https://arxiv.org/abs/2007.07314).
    """
    labels = data.train.labels
    prior = np.log(np.bincount(labels) / len(labels)).astype(np.float32)
    if data.given_away is None:
        return np.broadcast_to(prior, (len(labels), len(prior))).copy()
    mixed: NDArray[np.float32] = (1 - debias) * prior + debias * data.given_away
    return mixed


def _text_draw(
    run: Run, text: Text, tokenizer: PreTrainedTokenizerBase, settings: Settings
) -> Callable[[int], Batch]:
    """Masks and pairs of pre-training text: pairs on two steps of three, single sentences on the third."""
    assert isinstance(tokenizer, BertTokenizerFast)  # noqa: S101  # checked where text is asked for
    vocabulary, room = vocabulary_of(tokenizer), round(TOKENS["text"] * settings.scale)
    lengths = lengths_of(text, tokenizer.model_max_length)

    def draw(number: int) -> Batch:
        rng = np.random.default_rng([run.seed, number, run.processes.rank])
        if text.singles is not None and number % 3 == 2:
            return draw_singles(text.singles, vocabulary, rng, room, settings.text)
        return draw_pairs(text, vocabulary, rng, room, settings.text, lengths)

    return draw


def _read(run: Run, batch: Batch, settings: Settings, *, bf16: bool) -> Step:
    """Learn from running text: the gradients of its masks and pairs."""
    with torch.autocast(run.processes.device.type, torch.bfloat16, enabled=bf16):
        losses = pretraining_losses(run.model, batch)
    loss = losses.mlm if losses.nsp is None else losses.mlm + settings.text.nsp_weight * losses.nsp
    loss.backward()
    values = losses.values()
    if not len(batch.targets):
        values = {name: value for name, value in values.items() if not name.startswith("mlm")}
    if not settings.text.nsp_weight:
        values = {name: value for name, value in values.items() if not name.startswith("nsp")}
    return Step(batch.input_ids.size, values)


def watch_of(model: BertForFourTasks, data: Mapping[str, TaskData]) -> Callable[[], float] | None:
    """Mean accuracy over the development parts; None if there are none (masks and pairs alone)."""
    if not data:
        return None
    return lambda: float(np.mean([accuracy(model, task, each.dev) for task, each in data.items()]))
