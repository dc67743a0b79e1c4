"""What a narrow lesson costs of the old skill, with and without going through the old rows again.

    python -m benchmarks.replay --old ratings_train.txt --old-test ratings_test.txt

The built-in model learns 300 café reviews whose words only their people know (``benchmarks.domain``), as
``kobert-bot train finetune sentiment --from-feedback`` does it, once with ``--replay`` and once without, and
is asked 200 other café reviews and the old test. Each is done with several seeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Annotated

import torch
import typer
from transformers import BertTokenizerFast

from benchmarks.domain import reviews
from models.catalog import BUILTIN
from training.batches import LabelledExamples
from training.classes import accuracy
from training.datasets import Example, read
from training.finetune import LONGEST
from training.job import Job
from training.jobs import finetune
from training.pretrain import Text
from training.processes import Processes
from training.retraining.wish import BATCH, Wish
from training.start import load_start
from training.telling import quiet
from training.textfiles import DataError

TASK = "sentiment"
LEARNT, ASKED = 300, 200


@dataclass(frozen=True, slots=True)
class Right:
    """Shares of right answers, 0…1."""

    new: float
    old: float


@dataclass(frozen=True, slots=True)
class Files:
    """What is learnt and asked.

    Attributes:
        new: Rows of the narrow lesson, to learn.
        new_test: Others of them, to ask.
        old: What the model learnt before.
        old_test: What it was measured on.
    """

    new: Path
    new_test: Path
    old: str
    old_test: str


def write_domain(folder: Path) -> tuple[Path, Path]:
    """Write the narrow lesson in the form of NSMC's files: what is learnt, and what is asked."""
    drawn = reviews(LEARNT + ASKED, seed=1)
    files = folder / "new.tsv", folder / "new_test.tsv"
    for file, part in zip(files, (drawn[:LEARNT], drawn[LEARNT:]), strict=True):
        rows = (f"{row}\t{each.text}\t{int(each.label == 'positive')}" for row, each in enumerate(part))
        file.write_text("\n".join(["id\tdocument\tlabel", *rows, ""]), encoding="utf-8")
    return files


def measured(model: str, tests: tuple[list[Example], list[Example]]) -> Right:
    """Ask a model the new test and the old one."""
    start = load_start(model, dropout=0.0)
    start.model.train(mode=False)
    new, old = (
        accuracy(start.model, TASK, LabelledExamples(rows, start.tokenizer, longest=LONGEST))
        for rows in tests
    )
    return Right(new, old)


def taught(files: Files, out: Path, *, replay: bool, seed: int) -> str:
    """Teach the built-in model the narrow lesson, and return the folder of what came of it."""
    wish = Wish(seed=seed)
    start = load_start(BUILTIN, dropout=0.0)
    job = Job(
        tasks=(TASK,),
        model=BUILTIN,
        out=out,
        files={TASK: [str(files.new)]},
        held_out={TASK: [str(files.new_test), files.old_test]},
        replay=[files.old] if replay else [],
        epochs=wish.epochs,
        lr=wish.rate(start.model.config.hidden_size),
        scale=BATCH,
        skip_bad=True,
        seed=seed,
    )
    finetune(job, Processes(torch.device("cpu")), quiet, _no_text)
    return str(out / "model")


def _no_text(_: BertTokenizerFast) -> Text:
    raise DataError("labels alone are learnt from")


def markdown(found: dict[str, list[Right]]) -> str:
    """The table: means, and the lowest and highest of the seeds."""

    def told(shares: list[float]) -> str:
        percent = [100 * share for share in shares]
        spread = f" ({min(percent):.2f} to {max(percent):.2f})" if len(percent) > 1 else ""
        return f"{mean(percent):.2f} %{spread}"

    lines = ["| model | new test | old test |", "| --- | --- | --- |"]
    for name, its in found.items():
        lines.append(f"| {name} | {told([each.new for each in its])} | {told([each.old for each in its])} |")
    return "\n".join(lines)


def main(
    old: Annotated[str, typer.Option(help="Labelled file that the model learnt from before.")],
    old_test: Annotated[str, typer.Option(help="Labelled file that it was measured on.")],
    seeds: Annotated[int, typer.Option(min=1, help="How often each is done.")] = 3,
    out: Annotated[Path, typer.Option(help="Folder for the runs.")] = Path("var/replay"),
) -> None:
    """Print the table."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        files = Files(*write_domain(out), old, old_test)
        tests = (read(TASK, str(files.new_test)).examples, read(TASK, old_test, skip_bad=True).examples)
        found = {"before": [measured(BUILTIN, tests)]}
        for name, replay in (("without --replay", False), ("with --replay", True)):
            models = (
                taught(files, out / f"{name.replace(' --', '-')}-{seed}", replay=replay, seed=seed)
                for seed in range(seeds)
            )
            found[name] = [measured(model, tests) for model in models]
    except (DataError, OSError) as error:
        typer.echo(f"benchmarks.replay: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(1) from None
    typer.echo(markdown(found))


if __name__ == "__main__":
    typer.run(main)
