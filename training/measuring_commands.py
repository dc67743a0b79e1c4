"""``kobert-bot train evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.command_line import Config, Device, DryRun, LabelledFiles, SkipBad, in_one_line, processes_on


@in_one_line
def evaluate(
    context: typer.Context,
    model: Annotated[str, typer.Option(help="A preset, a folder or a hub id.")],
    sentiment: LabelledFiles = None,
    nli: LabelledFiles = None,
    tune_sentiment: Annotated[
        str | None, typer.Option(help="Another file, to fit the temperature of the probabilities on.")
    ] = None,
    tune_nli: Annotated[str | None, typer.Option(help="The same for inference.")] = None,
    documents: Annotated[
        list[str] | None,
        typer.Option(
            help="Running text, of which the held-out documents are read, or an encoded folder: masks and "
            "pairs. Several times."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the report with pictures.")] = Path("var/evaluation"),
    skip_bad: SkipBad = False,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    device: Device = "auto",
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Measure a model on splits it never saw: accuracy, recall, calibration, masks, next sentences."""
    from training.job import require_model
    from training.textfiles import require_there

    require_model(model)
    require_there(
        [*(sentiment or []), *(nli or []), *filter(None, (tune_sentiment, tune_nli)), *(documents or [])]
    )
    # Of torch: seconds, as for finetune.
    from training.measuring import REPORT, Measurement, as_text, measure, write

    wanted = Measurement(
        model=model,
        out=out,
        files={"sentiment": sentiment or [], "nli": nli or []},
        tuning={task: file for task, file in (("sentiment", tune_sentiment), ("nli", tune_nli)) if file},
        documents=tuple(documents or ()),
        skip_bad=skip_bad,
    )
    with processes_on(device) as processes:
        found = measure(wanted, processes, lambda line: typer.echo(line, err=not dry_run), dry_run=dry_run)
        if found is not None:
            before = ", in place of the one that was there" if (out / REPORT).exists() else ""
            path = write(wanted, found, context.params)
            typer.echo(as_text(found) if json_ else "\n".join(found.lines()))
            typer.echo(f"{path}: the whole report{before}", err=json_)
