"""How fast fine-tuning is, beside Hugging Face's Trainer: same model, rows and number of epochs, in one run.

    python -m benchmarks.training --nsmc ratings_train.txt --rows 6000

Trainer runs as it is: batches of eight padded to the longest, fp32, AdamW, learning rate 5e-5 unless told
otherwise (several are tried, and its best accuracy is set beside ours). Both are measured on rows that
neither learnt from.
"""

from __future__ import annotations

import logging
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import torch
import typer
from torch import Tensor, nn
from tqdm import tqdm
from transformers import DataCollatorWithPadding, PreTrainedTokenizerBase, Trainer, TrainingArguments

from models.multitask import BertForFourTasks
from training.batches import LabelledExamples
from training.datasets import Example, read
from training.finetune import Settings, TaskData, accuracy, split_dev, step_of
from training.optimizers import adamw
from training.processes import Processes
from training.run import Run
from training.schedule import Budget
from training.start import load_start
from training.textfiles import DataError

LONGEST = 128
TOKENS = 1_280  # of a step of ours


@dataclass(frozen=True, slots=True)
class Timed:
    """One training.

    Attributes:
        name: Who, with which learning rate.
        seconds: Of training alone.
        accuracy: On the rows set aside, 0…1.
    """

    name: str
    seconds: float
    accuracy: float


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


def by_trainer(
    name: str, train: list[Example], dev: list[Example], *, epochs: int, lr: float, batch: int
) -> Timed:
    """Train with Hugging Face's Trainer."""
    start = load_start(name, dropout=0.1)
    rows: list[dict[str, Any]] = [
        {
            **start.tokenizer(example.text, truncation=True, max_length=LONGEST, return_token_type_ids=True),
            "labels": example.label,
        }
        for example in train
    ]
    with TemporaryDirectory() as folder:
        settings = TrainingArguments(
            folder,
            num_train_epochs=epochs,
            learning_rate=lr,
            per_device_train_batch_size=batch,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=True,
            logging_strategy="no",
        )
        trainer = Trainer(
            _Classifier(start.model),
            settings,
            train_dataset=rows,
            data_collator=DataCollatorWithPadding(start.tokenizer),
        )
        begin = time.monotonic()
        trainer.train()
        seconds = time.monotonic() - begin
    return Timed(
        f"Trainer, batches of {batch}, lr {lr:g}", seconds, _measured(start.model, start.tokenizer, dev)
    )


def by_ours(name: str, train: list[Example], dev: list[Example], *, epochs: int, lr: float) -> Timed:
    """Train with this project's loop."""
    start = load_start(name, dropout=0.1)
    data = TaskData(*(LabelledExamples(part, start.tokenizer, longest=LONGEST) for part in (train, dev)))
    steps = epochs * len(data.train.batches(TOKENS))
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
        run.go(step_of(run, {"sentiment": data}, None, start.tokenizer, Settings(smoothing=0.0)))
        seconds = time.monotonic() - begin
    return Timed(f"ours, lr {lr:g}", seconds, _measured(start.model, start.tokenizer, dev))


def _measured(model: BertForFourTasks, tokenizer: PreTrainedTokenizerBase, dev: list[Example]) -> float:
    model.train(mode=False)
    return accuracy(model, "sentiment", LabelledExamples(dev, tokenizer, longest=LONGEST))


def markdown(trainings: list[Timed]) -> str:
    """The table, and the ratio of the most accurate of each."""
    lines = ["| training | seconds | accuracy |", "| --- | --- | --- |"]
    lines += [f"| {each.name} | {each.seconds:.1f} | {each.accuracy:.2%} |" for each in trainings]
    theirs, ours = (
        max((each for each in trainings if each.name.startswith(kind)), key=lambda each: each.accuracy)
        for kind in ("Trainer", "ours")
    )
    lines += ["", f"ours is {theirs.seconds / ours.seconds:.1f} × as fast"]
    return "\n".join(lines)


def main(
    nsmc: Annotated[str, typer.Option(help="NSMC training file.")],
    model: Annotated[str, typer.Option(help="A preset, folder or hub id to start from.")] = "builtin",
    rows: Annotated[int, typer.Option(min=100, help="Rows of the file.")] = 6_000,
    epochs: Annotated[int, typer.Option(min=1, help="Over the rows.")] = 1,
    lr: Annotated[float, typer.Option(help="Ours.")] = 3e-4,
    trainer_lr: Annotated[list[float] | None, typer.Option(help="Trainer's; several.")] = None,
    batch: Annotated[int, typer.Option(min=1, help="Trainer's batches; its default.")] = 8,
) -> None:
    """Print seconds and accuracy of both."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    try:
        examples = read("sentiment", nsmc).examples[:rows]
        train, dev = split_dev(examples, rows // 5, 0)
        found = [by_ours(model, train, dev, epochs=epochs, lr=lr)]
        found += [
            by_trainer(model, train, dev, epochs=epochs, lr=rate, batch=batch)
            for rate in tqdm(trainer_lr or [5e-5, 3e-4], desc="Trainer")
        ]
    except DataError as error:
        typer.echo(f"benchmarks.training: {error}", err=True)
        raise typer.Exit(1) from None
    print(markdown(found))


if __name__ == "__main__":
    typer.run(main)
