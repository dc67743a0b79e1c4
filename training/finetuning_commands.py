"""``kobert-bot train finetune`` and ``sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.command_line import (
    Config,
    DevFile,
    Device,
    DocumentsOption,
    DryRun,
    HeldOut,
    LabelledFiles,
    Masking,
    SameDocument,
    Seed,
    SinglesOption,
    Steps,
    TaskName,
    WholeWords,
    in_one_line,
    processes_on,
    tell,
)
from training.command_text import encoded_text


@in_one_line
def finetune(
    tasks: Annotated[list[TaskName], typer.Argument(help="One task, or several over one trunk.")],
    model: Annotated[str, typer.Option(help="A preset (builtin, klue, kobert), a folder or a hub id.")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, logs and the model.")],
    sentiment: LabelledFiles = None,
    nli: LabelledFiles = None,
    sentiment_dev: DevFile = None,
    nli_dev: DevFile = None,
    held_out_sentiment: HeldOut = None,
    held_out_nli: HeldOut = None,
    rated_texts: Annotated[str | None, typer.Option(help="More reviews, one a line …")] = None,
    ratings: Annotated[str | None, typer.Option(help="… and their stars from 1 to 10, line by line.")] = None,
    documents: DocumentsOption = None,
    singles: SinglesOption = None,
    epochs: Annotated[float, typer.Option(min=0.01, help="Over the first task's examples.")] = 2.0,
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Training time, instead of epochs.")] = None,
    steps: Steps = None,
    lr: Annotated[float, typer.Option(min=0.0, help="Peak learning rate.")] = 5e-5,
    layer_decay: Annotated[
        float, typer.Option(min=0.1, max=1.0, help="Learning rate of a layer in that of the one above.")
    ] = 1.0,
    smoothing: Annotated[float, typer.Option(min=0.0, max=0.5, help="Of labels.")] = 0.05,
    debias: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Inference: how much of what the second text alone gives away is taken out.",
        ),
    ] = 0.0,
    batch: Annotated[float, typer.Option(min=0.1, help="Size of the batches, in the usual one.")] = 1.0,
    masking: Masking = 0.15,
    whole_words: WholeWords = False,
    same_document: SameDocument = 0.0,
    dropout: Annotated[float, typer.Option(min=0.0, max=0.9, help="Of the trunk.")] = 0.1,
    matching_head: Annotated[
        bool, typer.Option("--matching-head", help="Begin with a head that looks for the same word.")
    ] = False,
    half: Annotated[bool, typer.Option("--half", help="Save in float16.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out rows that cannot be used.")] = False,
    seed: Seed = 0,
    device: Device = "auto",
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Fine-tune a BERT on NSMC, KLUE-NLI or KorNLI files, or on text.

    \b
    kobert-bot train finetune sentiment --model klue --sentiment ratings_train.txt --out var/nsmc
    """  # noqa: D301  # click's mark for "keep these lines" is a real backspace
    from functools import partial

    from training.jobs import Job
    from training.jobs import finetune as run_job

    job = Job(
        tasks=tuple(dict.fromkeys(map(str, tasks))),
        model=model,
        out=out,
        files={"sentiment": sentiment or [], "nli": nli or []},
        dev={name: file for name, file in (("sentiment", sentiment_dev), ("nli", nli_dev)) if file},
        held_out={"sentiment": held_out_sentiment or [], "nli": held_out_nli or []},
        rated=_rated(rated_texts, ratings),
        documents=documents or [],
        singles=singles or [],
        epochs=epochs,
        minutes=minutes,
        steps=steps,
        lr=lr,
        layer_decay=layer_decay,
        smoothing=smoothing,
        debias=debias,
        scale=batch,
        masking=masking,
        whole_words=whole_words,
        same_document=same_document,
        dropout=dropout,
        matching_head=matching_head,
        half=half,
        skip_bad=skip_bad,
        seed=seed,
    )
    with processes_on(device) as processes:
        read_text = partial(encoded_text, documents, singles, cache=out / "text", processes=processes)
        run = run_job(
            job, processes, partial(tell, processes), lambda its: read_text(tokenizer=its), dry_run=dry_run
        )
        if not dry_run:
            best = "" if run.best is None else f", {100 * run.best:.2f} % on the development part"
            tell(processes, f"{out / 'model'}: the model{best}")


def _rated(texts: str | None, ratings: str | None) -> tuple[str, str] | None:
    from training.textfiles import DataError

    if texts and ratings:
        return texts, ratings
    if texts or ratings:
        raise DataError(
            "--rated-texts and --ratings go together: a review a line, its stars on the same line"
        )
    return None


@in_one_line
def sweep(
    task: Annotated[TaskName, typer.Argument(help="sentiment or nli.")],
    model: Annotated[str, typer.Option(help="A preset, a folder or a hub id.")],
    out: Annotated[Path, typer.Option(help="Folder: a run for each trial, and the table.")],
    data: Annotated[list[str], typer.Option(help="TSV file or URL as published; several times.")],
    dev: DevFile = None,
    lr: Annotated[str, typer.Option(help="Peak learning rates to try.")] = "2e-5,5e-5,1e-4",
    epochs: Annotated[str, typer.Option(help="Numbers of epochs to try.")] = "2",
    batch: Annotated[str, typer.Option(help="Sizes of batches to try, in the usual one.")] = "1",
    smoothing: Annotated[str, typer.Option(help="Label smoothings to try.")] = "0.05",
    trials: Annotated[
        int | None, typer.Option(min=1, help="Try so many of the combinations, drawn at random.")
    ] = None,
    seed: Seed = 0,
    device: Device = "auto",
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Fine-tune with several hyper-parameters, and print which does best on the development part.

    What was tried already is not tried again.
    """
    from functools import partial

    from training.jobs import Job
    from training.sweep import combinations, sweep_over, table, told
    from training.textfiles import DataError

    if str(task) not in ("sentiment", "nli"):
        raise DataError("sweep searches over labelled files: sentiment or nli")
    grid = {"lr": lr, "epochs": epochs, "batch": batch, "smoothing": smoothing}
    tried = combinations({name: _numbers(name, values) for name, values in grid.items()}, trials, seed)
    with processes_on(device) as processes:
        say = partial(tell, processes)
        say(f"{len(tried)} runs: " + "; ".join(f"{name} {values}" for name, values in grid.items()))
        base = Job(
            tasks=(str(task),),
            model=model,
            out=out,
            files={str(task): data},
            dev={str(task): dev} if dev else {},
            seed=seed,
        )
        if dry_run:
            say(told(base, tried, processes))
            return
        rows = sweep_over(base, tried, processes, say)
        if processes.leads:
            (out / "table.md").write_text(table(rows) + "\n", encoding="utf-8")
        say(table(rows))


def _numbers(name: str, values: str) -> list[float]:
    from training.textfiles import DataError

    low, high = _RANGES[name]
    try:
        found = [float(value) for value in values.split(",")]
    except ValueError:
        raise DataError(f"--{name}: numbers with commas between, not {values!r}") from None
    if wrong := [number for number in found if not low <= number <= high]:
        raise DataError(f"--{name}: {wrong[0]:g} is not from {low:g} to {high:g}")
    return found


_RANGES = {"lr": (0.0, 1.0), "epochs": (0.01, 1e4), "batch": (0.1, 1e3), "smoothing": (0.0, 0.5)}
