"""How fast fine-tuning is, beside Hugging Face's Trainer: one epoch over the same rows, in one run.

    python -m benchmarks.training --model var/pretrain/model --train ratings_train.txt --test ratings_test.txt

Trainer runs as it is: batches of eight padded to the longest, fp32, AdamW. Both start from a trunk that never
saw a label, with the same new head, and are measured on rows of another file. Several of Trainer's learning
rates may be tried; the ratio is to the most accurate of them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm
from transformers import DataCollatorWithPadding

from benchmarks.trainer import let_trainer, silent
from models.multitask import BertForFourTasks
from training.batches import LabelledExamples
from training.classes import all_logits
from training.datasets import Example, read, without
from training.evaluate import Figure, figure
from training.finetune import TOKENS, Settings, TaskData, step_of
from training.gate.statistics import change
from training.optimizers import adamw
from training.processes import Processes
from training.run import Run
from training.schedule import Budget
from training.start import Start, load_start
from training.textfiles import DataError

LONGEST = 128
TASK = "sentiment"


@dataclass(frozen=True, slots=True)
class Timed:
    """One training.

    Attributes:
        name: Who, with which learning rate.
        seconds: Of training alone.
        right: Whether it has each row of the other file right, ``[n]``.
    """

    name: str
    seconds: float
    right: NDArray[np.bool_]

    @property
    def accuracy(self) -> Figure:
        """On the rows of the other file."""
        return figure("accuracy", self.right)


class _Classifier(nn.Module):
    """The sentiment head as Trainer wants a model."""

    def __init__(self, model: BertForFourTasks) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor, labels: Tensor
    ) -> dict[str, Tensor]:
        """Loss and logits of a padded batch."""
        encoded = self.model.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        )
        logits = self.model.sentiment(encoded.last_hidden_state[:, 0])
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


def _start(name: str, *, attention: str | None = None) -> Start:
    """A trunk and a new head, the same at every call.

    Raises:
        DataError: Its head knows labels already, perhaps of these very rows.
    """
    torch.manual_seed(0)
    start = load_start(name, dropout=None)  # the model's own, for both
    if TASK in start.trained:
        raise DataError(f"{name} has learnt {TASK} before; a pre-trained trunk is wanted")
    if attention is not None:
        start.model.set_attn_implementation(attention)
    return start


def by_trainer(name: str, train: list[Example], test: list[Example], *, lr: float, batch: int) -> Timed:
    """Train with Hugging Face's Trainer."""
    start = _start(name, attention="sdpa")  # transformers' default
    rows: list[dict[str, Any]] = [
        {
            **start.tokenizer(example.text, truncation=True, max_length=LONGEST, return_token_type_ids=True),
            "labels": example.label,
        }
        for example in train
    ]
    model, collator = _Classifier(start.model), DataCollatorWithPadding(start.tokenizer)
    seconds, _ = let_trainer(model, rows, collator, lr=lr, batch=batch, num_train_epochs=1)
    return Timed(f"Trainer, batches of {batch}, lr {lr:g}", seconds, _measured(start, test))


def by_ours(name: str, train: list[Example], test: list[Example], *, lr: float) -> Timed:
    """Train with this project's loop."""
    start = _start(name)
    encoded = LabelledExamples(train, start.tokenizer, longest=LONGEST)
    data = TaskData(encoded, encoded)  # nothing is chosen: the weights of the last step count
    steps = len(encoded.batches(TOKENS[TASK]))
    with TemporaryDirectory() as folder:
        begin = time.monotonic()
        run = Run(
            start.model.train(),
            Path(folder),
            Budget(0, steps),
            lr,
            "ours",
            Processes(torch.device("cpu")),
            adamw,
        )
        run.go(step_of(run, {TASK: data}, None, start.tokenizer, Settings(smoothing=0.0)))
        seconds = time.monotonic() - begin
    return Timed(f"ours, lr {lr:g}", seconds, _measured(start, test))


def _measured(start: Start, test: list[Example]) -> NDArray[np.bool_]:
    start.model.train(mode=False)
    encoded = LabelledExamples(test, start.tokenizer, longest=LONGEST)
    return np.asarray(all_logits(start.model, TASK, encoded).argmax(-1) == encoded.labels)


def markdown(trainings: list[Timed]) -> str:
    """The table, the ratio to the most accurate of Trainer's, and how far the accuracies are apart."""
    lines = ["| training | seconds | accuracy | 95 % interval |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {each.name} | {each.seconds:.1f} | {100 * each.accuracy.value:.2f} % | {each.accuracy.interval} |"
        for each in trainings
    ]
    theirs, ours = (
        max((each for each in trainings if each.name.startswith(kind)), key=lambda each: each.accuracy.value)
        for kind in ("Trainer", "ours")
    )
    apart = change(theirs.right, ours.right)
    said = (
        f"ours takes 1/{theirs.seconds / ours.seconds:.1f} of the time, its accuracy is "
        f"{100 * apart.gain:+.2f} points (95 %: {100 * apart.low:+.2f} to {100 * apart.high:+.2f}; "
        f"n = {apart.n:,})"
    )
    return "\n".join([*lines, "", said])


def _both(
    train: str, test: str, model: str, rows: int, test_rows: int, lr: float, rates: list[float], batch: int
) -> list[Timed]:
    """Train ours, then Trainer at each of its learning rates.

    Raises:
        DataError: A file or the model cannot be used.
    """
    measured = read(TASK, test).examples[:test_rows]
    learnt = without(read(TASK, train).examples[:rows], measured)
    ours = by_ours(model, learnt, measured, lr=lr)
    theirs = [
        by_trainer(model, learnt, measured, lr=rate, batch=batch) for rate in tqdm(rates, desc="Trainer")
    ]
    return [ours, *theirs]


def main(
    train: Annotated[str, typer.Option(help="NSMC's training file.")],
    test: Annotated[str, typer.Option(help="Another file of the same form, to measure on.")],
    model: Annotated[str, typer.Option(help="A pre-trained trunk: folder or hub id.")],
    rows: Annotated[int, typer.Option(min=20, help="Rows to train on.")] = 20_000,
    test_rows: Annotated[int, typer.Option(min=20, help="Rows to measure on.")] = 5_000,
    lr: Annotated[float, typer.Option(help="Ours.")] = 1e-4,
    trainer_lr: Annotated[list[float] | None, typer.Option(help="Trainer's; several.")] = None,
    batch: Annotated[int, typer.Option(min=1, help="Trainer's batches; its default.")] = 8,
) -> None:
    """Print seconds and accuracy of both."""
    try:
        with silent():
            print(markdown(_both(train, test, model, rows, test_rows, lr, trainer_lr or [5e-5, 1e-4], batch)))
    except DataError as error:
        typer.echo(f"benchmarks.training: {error}", err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
