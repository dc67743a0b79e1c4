"""``kobert-bot train sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.command_line import (
    Config,
    DevFile,
    Device,
    DryRun,
    HeldOut,
    Minutes,
    Seed,
    SkipBad,
    Steps,
    TaskName,
    in_one_line,
    processes_on,
    tell,
)

if TYPE_CHECKING:
    from training.spans import Between


@in_one_line
def sweep(
    task: Annotated[TaskName, typer.Argument(help="sentiment or nli.")],
    model: Annotated[str, typer.Option(help="A preset, a folder or a hub id.")],
    out: Annotated[Path, typer.Option(help="Folder: a run for each trial, and the table.")],
    data: Annotated[list[str], typer.Option(help="TSV file or URL as published; several times.")],
    dev: DevFile = None,
    held_out_sentiment: HeldOut = None,
    held_out_nli: HeldOut = None,
    lr: Annotated[
        str, typer.Option(help="Peak learning rates to try, or a range as 1e-5..1e-3.")
    ] = "2e-5,5e-5,1e-4",
    epochs: Annotated[str, typer.Option(help="Numbers of epochs to try.")] = "2",
    batch: Annotated[str, typer.Option(help="Sizes of batches to try, in the usual one.")] = "1",
    smoothing: Annotated[str, typer.Option(help="Label smoothings to try.")] = "0.05",
    minutes: Minutes = None,
    steps: Steps = None,
    trials: Annotated[
        int | None,
        typer.Option(min=1, help="Try so many, drawn at random: of the combinations, or from ranges."),
    ] = None,
    skip_bad: SkipBad = False,
    seed: Seed = 0,
    device: Device = "auto",
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Fine-tune with several hyper-parameters, and print which does best on the development part.

    Each is a list of values, or a range that --trials draws from, each power of ten as often. What was tried
    already is not tried again.
    """
    from functools import partial

    from training.job import Job, require_model
    from training.textfiles import DataError, require_there

    if str(task) not in ("sentiment", "nli"):
        raise DataError("sweep searches over labelled files: sentiment or nli")
    grid = {"lr": lr, "epochs": epochs, "batch": batch, "smoothing": smoothing}
    wanted = {name: _numbers(name, values) for name, values in grid.items()}
    if (minutes or steps) and wanted["epochs"] != _numbers("epochs", "2"):
        raise DataError("--epochs says nothing where --minutes or --steps say how long a trial is")
    base = Job(
        tasks=(str(task),),
        model=model,
        out=out,
        files={str(task): data},
        dev={str(task): dev} if dev else {},
        held_out={"sentiment": held_out_sentiment or [], "nli": held_out_nli or []},
        minutes=minutes,
        steps=steps,
        skip_bad=skip_bad,
        seed=seed,
    )
    require_there(base.sources)
    require_model(model)
    from training.sweep import combinations, sweep_over, table, told  # torch: seconds, as for finetune

    tried = combinations(wanted, trials, seed)
    with processes_on(device) as processes:
        say = partial(tell, processes)
        say(f"{len(tried)} runs: " + "; ".join(f"{name} {values}" for name, values in grid.items()))
        if dry_run:
            say(told(base, tried, processes))
            return
        rows = sweep_over(base, tried, processes, say)
        if processes.leads:
            (out / "table.md").write_text(table(rows) + "\n", encoding="utf-8")
        say(table(rows))


def _numbers(name: str, values: str) -> list[float] | Between:
    from training.spans import Between
    from training.textfiles import DataError

    low, high = _RANGES[name]
    begin, dots, end = values.partition("..")
    try:
        found = [float(value) for value in ((begin, end) if dots else values.split(","))]
    except ValueError:
        wanted = "numbers with commas between, or a range as 1e-5..1e-3"
        raise DataError(f"--{name}: {wanted}, not {values!r}") from None
    if wrong := [number for number in found if not low <= number <= high]:
        raise DataError(f"--{name}: {wrong[0]:g} is not from {low:g} to {high:g}")
    if not dots:
        return found
    if not 0 < found[0] < found[1]:
        raise DataError(f"--{name}: a range goes from above 0 up, unlike {values}")
    return Between(*found)


_RANGES = {"lr": (0.0, 1.0), "epochs": (0.01, 1e4), "batch": (0.1, 1e3), "smoothing": (0.0, 0.5)}
