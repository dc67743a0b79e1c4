"""``kobert-bot train finetune``."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Annotated, Any

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
    Minutes,
    SameDocument,
    Seed,
    SinglesOption,
    SkipBad,
    Steps,
    TaskName,
    WholeWords,
    in_one_line,
    processes_on,
    tell,
)
from training.command_text import encoded_text
from training.retraining.options import (
    Cancel,
    FromFeedback,
    NoPromote,
    Polite,
    ReplayFiles,
    RunNumber,
    RunOptions,
    SnapshotName,
    TestFile,
)

REFUSED = 3
"""Exit code where the gate refused what was learnt: a result and no error, but a script has to know it."""


@in_one_line
def finetune(
    context: typer.Context,
    tasks: Annotated[list[TaskName], typer.Argument(help="One task, or several over one trunk.")],
    model: Annotated[
        str | None,
        typer.Option(
            help="A preset (builtin, klue, kobert), a folder or a hub id. No mask and nsp for KoBERT: its "
            "tokenizer is no WordPiece."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for checkpoints, logs and the model.")] = None,
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
    minutes: Minutes = None,
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
    dropout: Annotated[
        float | None,
        typer.Option(min=0.0, max=0.9, help="Of the trunk; the model's own configuration without."),
    ] = None,
    matching_head: Annotated[
        bool, typer.Option("--matching-head", help="Begin with a head that looks for the same word.")
    ] = False,
    half: Annotated[bool, typer.Option("--half", help="Save in float16.")] = False,
    skip_bad: SkipBad = False,
    seed: Seed = 0,
    device: Device = "auto",
    dry_run: DryRun = False,
    config: Config = None,
    from_feedback: FromFeedback = False,
    snapshot: SnapshotName = None,
    test: TestFile = None,
    replay: ReplayFiles = None,
    no_promote: NoPromote = False,
    run_number: RunNumber = None,
    cancel_: Cancel = False,
    polite: Polite = False,
) -> None:
    """Fine-tune a BERT on NSMC, KLUE-NLI or KorNLI files, on text, or on what people said of the answers.

    \b
    kobert-bot train finetune sentiment --model klue --sentiment ratings_train.txt --out var/nsmc
    kobert-bot train finetune sentiment --from-feedback --replay ratings_train.txt --test ratings_test.txt

    It looks again and again how the weights do on the development part, and keeps those that did best, not
    the last ones.

    With --from-feedback it goes on from the model that serves the task, compares the result with it on gold
    that neither has learnt from and on what was held out, prints the verdict in words, and lets it serve if
    it passed on gold; if it was refused, the exit code is 3. Stopped or killed, the same command goes on; a
    bot that runs takes it up before, and the same command says so, or tells once how it ended. The new model
    serves this task alone: its other heads may answer worse than before.
    """  # noqa: D301  # click's mark for "keep these lines" is a real backspace
    if from_feedback:
        only = RunOptions(run_number, cancel_, polite, no_promote)
        _from_feedback(context, tasks, only)
        return
    _refuse(context, _FEEDBACK_ALONE, "goes with --from-feedback")
    if model is None or out is None:
        raise typer.BadParameter(f"give --{'out' if model is not None else 'model'}, or --from-feedback")
    from functools import partial

    from training.job import Job, require_model
    from training.textfiles import require_there

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
    job.check()
    require_there(job.sources)
    require_model(model)
    from training.jobs import finetune as run_job  # torch: seconds that a slip of the pen needn't wait for

    with processes_on(device) as processes:
        read_text = partial(
            encoded_text, documents, singles, cache=out / "text", processes=processes, keep=not dry_run
        )
        run = run_job(
            job, processes, partial(tell, processes), lambda its: read_text(tokenizer=its), dry_run=dry_run
        )
        if not dry_run:
            kept = "" if run.best is None else ", with the weights that did best on the development part: "
            share = "" if run.best is None else f"{100 * run.best:.2f} %"
            tell(processes, f"{out / 'model'}: the model{kept}{share}")


def _from_feedback(context: typer.Context, tasks: list[TaskName], only: RunOptions) -> None:
    """Retrain from votes; only what such a training takes may be given."""
    from training.retraining.place import Teaching
    from training.retraining.wish import Wish
    from training.textfiles import DataError

    given = _given(context)
    if len(tasks) != 1:
        raise typer.BadParameter("--from-feedback teaches one task at a time")
    _refuse(
        context, set(context.params) - _FEEDBACK_ALONE - _FEEDBACK_TOO, "does not go with --from-feedback"
    )
    teaching = context.obj
    if not isinstance(teaching, Teaching):
        raise DataError("--from-feedback needs the bot's settings: kobert-bot train finetune")
    task = str(tasks[0])
    dry_run = bool(context.params["dry_run"])
    if dry_run and (only.cancel or only.number is not None):
        raise typer.BadParameter("--dry-run tells of a new training: no --run and no --cancel with it")
    names = ("snapshot", "test", "epochs", "steps", "lr", "seed")
    wanted = {name: given[name] for name in names if name in given}
    if "replay" in given:
        wanted["replay"] = tuple(given["replay"])
    if only.no_promote:
        wanted["promote"] = False
    if not only.cancel and only.number is not None and wanted:
        raise typer.BadParameter("--run goes on as it was asked for: no other options with it")
    from training.retraining.command import be_polite, cancel, rehearse, retrain  # torch, as above

    if only.cancel:
        cancel(teaching, task)
        return
    if only.polite:
        be_polite()
    if dry_run:
        rehearse(teaching, task, Wish(**wanted), str(context.params["device"]))
        return
    passed = retrain(
        teaching,
        task,
        Wish(**wanted),
        only.number,
        str(context.params["device"]),
        polite=only.polite,
    )
    raise typer.Exit(0 if passed else REFUSED)


def _given(context: typer.Context) -> dict[str, Any]:
    """The options that somebody gave, here or in a file."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return {
        name: context.params[name]
        for name, source in sources.items()
        if source is not None and source.name != "DEFAULT"
    }


def _refuse(context: typer.Context, names: AbstractSet[str], why: str) -> None:
    if wrong := sorted(_given(context).keys() & names):
        raise typer.BadParameter(f"--{wrong[0].strip('_').replace('_', '-')} {why}")


_FEEDBACK_ALONE = frozenset(("snapshot", "test", "replay", "no_promote", "run_number", "cancel_", "polite"))
_FEEDBACK_TOO = frozenset(
    ("tasks", "from_feedback", "epochs", "steps", "lr", "seed", "device", "config", "dry_run")
)


def _rated(texts: str | None, ratings: str | None) -> tuple[str, str] | None:
    from training.textfiles import DataError

    if texts and ratings:
        return texts, ratings
    if texts or ratings:
        raise DataError(
            "--rated-texts and --ratings go together: a review a line, its stars on the same line"
        )
    return None
