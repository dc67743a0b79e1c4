"""``kobert-bot train …``: what the commands take, and in which order things happen.

What a command needs is imported when it runs: torch and transformers take seconds that ``--help`` needn't
wait for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

if TYPE_CHECKING:
    from transformers import BertTokenizerFast

    from training.corpus import Corpus
    from training.pretrain import Text
    from training.processes import Processes

app = typer.Typer(
    help="Make BERT: tokenizer, pre-training, fine-tuning, measuring. A run that was stopped goes on.",
    no_args_is_help=True,
)
Arguments = ParamSpec("Arguments")
_RESUMED = ("pretrain", "finetune", "sweep")

Steps = Annotated[int | None, typer.Option(min=1, help="Number of steps, instead of minutes.")]
Seed = Annotated[int, typer.Option(min=0, help="Of weights, data and dropout.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and how long it would take.")]
Masking = Annotated[float, typer.Option(min=0.01, max=0.9, help="Share of the tokens to predict.")]
WholeWords = Annotated[bool, typer.Option("--whole-words", help="Mask all pieces of a word together.")]
NspWeight = Annotated[float, typer.Option(min=0.0, help="Weight of the next-sentence loss in the sum.")]
SameDocument = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Share of the wrong pairs that come from one document.")
]
DocumentsOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Running text: a sentence a line, an empty line between documents; or an encoded folder. "
        "FILE=SHARE weighs it. May be given several times."
    ),
]
SinglesOption = Annotated[
    list[str] | None, typer.Option(help="Single sentences, one a line: masking only. Several times.")
]


def _configured(context: typer.Context, value: Path | None) -> Path | None:
    """Take the defaults of a command from a TOML file: ``lr = 3e-4``; the command line goes before it."""
    if value is None or context.resilient_parsing:
        return value
    try:
        given = tomllib.loads(value.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise typer.BadParameter(f"{value}: {error}", ctx=context) from None
    known = {str(each.name): each for each in context.command.params}
    defaults = {name.replace("-", "_"): setting for name, setting in given.items()}
    if unknown := sorted(defaults.keys() - known):
        raise typer.BadParameter(f"{value}: no option {', '.join(unknown)}", ctx=context)
    for name, setting in defaults.items():
        if getattr(known[name], "multiple", False) and not isinstance(setting, list):
            defaults[name] = [setting]
    context.default_map = {**(context.default_map or {}), **defaults}
    return value


Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        is_eager=True,
        callback=_configured,
        help="TOML file with options: lr = 3e-4, minutes = 60.",
    ),
]


def _in_one_line(command: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """What is wrong with the data is a line and an exit code."""

    @wraps(command)
    def guarded(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        from training.textfiles import DataError  # torch and others, which may be missing, come later

        try:
            command(*arguments, **options)
        except DataError as error:
            typer.echo(f"kobert-bot: {error}", err=True)
            raise typer.Exit(1) from None
        except ModuleNotFoundError as error:
            typer.echo(
                f"kobert-bot: training needs {error.name}, which is not installed: pip install -e '.[train]'",
                err=True,
            )
            raise typer.Exit(1) from None
        except OSError as error:  # a file where a folder should be, no room on the disk …
            typer.echo(f"kobert-bot: {' '.join(str(error).split())}", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            more = "; the same command goes on from the last checkpoint"
            typer.echo(f"\nkobert-bot: stopped{more if command.__name__ in _RESUMED else ''}", err=True)
            raise typer.Exit(130) from None

    return guarded


@contextmanager
def _processes(device: str) -> Iterator[Processes]:
    from training.processes import Processes
    from training.textfiles import DataError

    try:
        together = Processes.join(device)
    except (RuntimeError, ValueError) as error:
        raise DataError(f"{device}: {' '.join(str(error).split())[:200]}") from None
    yield together
    together.leave()  # not after an error: the others, who may not have it, would be waited for in vain


def _say(processes: Processes, *lines: str) -> None:
    if processes.leads:
        for line in lines:
            typer.echo(line)


@app.command()
@_in_one_line
def tokenizer(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder to write the tokenizer to.")],
    korean: Annotated[list[str], typer.Option(help="Korean text file or URL; several times.")],
    english: Annotated[list[str] | None, typer.Option(help="English text; several times.")] = None,
    characters: Annotated[int, typer.Option(min=1, help="Korean characters to learn from.")] = 30_000_000,
    vocab_size: Annotated[int, typer.Option(min=100, help="Entries, special tokens included.")] = 16_000,
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Train a WordPiece tokenizer on text files (.txt, .xz, .gz)."""
    from training.record import write_record
    from training.tokenizer import sample, train_tokenizer, would_learn

    sources = [*korean, *(english or [])]
    if dry_run:
        typer.echo(would_learn(sources, characters, vocab_size))
        return
    made = train_tokenizer(korean, english or [], characters=characters, vocab_size=vocab_size)
    made.save_pretrained(out)
    write_record(out, context.params, sources, {"entries": made.vocab_size})
    for text in sample(sources, 3):
        typer.echo(" ".join(made.tokenize(text)))
    typer.echo(f"{made.vocab_size:,} entries in {out}")


def _text(
    documents: list[str] | None,
    singles: list[str] | None,
    tokenizer: BertTokenizerFast,
    cache: Path,
    processes: Processes,
) -> Text:
    """Read pre-training text, encoding what is not encoded yet."""
    from training.corpus import corpus_of, joined
    from training.examples import Singles
    from training.pretrain import Documents, Text
    from training.textfiles import shares

    def read(source: str, *, single: bool) -> Corpus:
        if processes.leads:  # the others wait, and find it encoded
            corpus_of(source, tokenizer, cache, single=single)
        processes.agreed(0)
        return corpus_of(source, tokenizer, cache, single=single)

    parts = [Documents(read(source, single=False), share) for source, share in shares(documents or [])]
    alone = [read(source, single=True) for source in singles or []]
    if not alone:
        return Text(parts)
    sentences = Singles(joined(alone))
    if sentences.left_out:
        _say(
            processes, f"{sentences.left_out:,} single sentences too short or too long to be masked left out"
        )
    return Text(parts, sentences)


@app.command()
@_in_one_line
def pretrain(
    context: typer.Context,
    tokenizer: Annotated[Path, typer.Option(help="Folder of the tokenizer.")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, logs and the model.")],
    documents: DocumentsOption = None,
    singles: SinglesOption = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="Training time in all.")] = 60.0,
    steps: Steps = None,
    lr: Annotated[float, typer.Option(min=0.0, help="Peak learning rate.")] = 1e-3,
    tokens: Annotated[int, typer.Option(min=64, help="Tokens of a step, in each process.")] = 4_096,
    masking: Masking = 0.15,
    whole_words: WholeWords = False,
    nsp_weight: NspWeight = 1.0,
    same_document: SameDocument = 0.0,
    singles_share: Annotated[
        float, typer.Option(min=0.0, max=0.9, help="Share of the tokens that single sentences have.")
    ] = 0.2,
    layers: Annotated[int, typer.Option(min=1, help="Layers of the network.")] = 4,
    hidden: Annotated[int, typer.Option(min=8, help="Width of the network.")] = 256,
    heads: Annotated[int, typer.Option(min=1, help="Attention heads; they divide the width.")] = 4,
    count_first: Annotated[
        bool, typer.Option(help="Begin with word vectors from counting neighbours, not at random.")
    ] = True,
    matching_head: Annotated[
        bool, typer.Option(help="Begin with a head that looks for the same word in the other text.")
    ] = True,
    seed: Seed = 0,
    device: Device = "auto",
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Pre-train BERT: masked LM and next sentence, the two losses summed."""
    import torch

    from training.finishing import finish
    from training.initial import initialise
    from training.matching import give_matching_head
    from training.pretrain import Recipe, new_model, pretraining_run
    from training.record import Origin
    from training.run import has_state, told
    from training.schedule import Budget
    from training.start import load_tokenizer
    from training.textfiles import DataError, shares

    if hidden % heads:
        raise DataError(f"--hidden {hidden} is no multiple of --heads {heads}")
    if not documents:
        raise DataError("--documents: next-sentence prediction needs running text")
    with _processes(device) as processes:
        cutter = load_tokenizer(tokenizer)
        text = _text(documents, singles, cutter, out / "text", processes)
        torch.manual_seed(seed)
        model = new_model(cutter, layers=layers, hidden=hidden, heads=heads, device=processes.device)
        if not has_state(out) and not dry_run:
            corpora = [each.corpus for each in text.documents]
            if count_first:
                initialise(model, corpora, seed=seed)
            if matching_head:
                give_matching_head(model)
        sources = [
            str(tokenizer / "tokenizer.json"),
            *(name for name, _ in shares(documents)),
            *(singles or []),
        ]
        recipe = Recipe(masking, whole_words, nsp_weight, same_document, singles_share, tokens)
        run, make = pretraining_run(
            model,
            cutter,
            text,
            out,
            Budget(minutes, steps),
            recipe,
            lr=lr,
            seed=seed,
            processes=processes,
            origin=Origin.of(context.params, sources, processes.count),
        )
        _say(processes, told(run, run.plan(make)))
        if dry_run:
            return
        run.go(make)
        finish(run, cutter, context.params, sources, ["mask", "nsp"] if nsp_weight else ["mask"])
        _say(processes, f"{out / 'model'}: the model; {out / 'curve.png'}: its losses")


class TaskName(StrEnum):
    """What a head is fine-tuned for."""

    SENTIMENT = "sentiment"
    NLI = "nli"
    NSP = "nsp"
    MASK = "mask"


LabelledFiles = Annotated[list[str] | None, typer.Option(help="TSV file or URL as published; several times.")]
DevFile = Annotated[
    str | None, typer.Option(help="File to choose the best weights by; else a part of the first file.")
]
HeldOut = Annotated[list[str] | None, typer.Option(help="File whose texts must not train; several times.")]


@app.command()
@_in_one_line
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
        dropout=dropout,
        matching_head=matching_head,
        half=half,
        skip_bad=skip_bad,
        seed=seed,
    )
    with _processes(device) as processes:
        read_text = partial(_text, documents, singles, cache=out / "text", processes=processes)
        run = run_job(
            job, processes, partial(_say, processes), lambda its: read_text(tokenizer=its), dry_run=dry_run
        )
        if not dry_run:
            best = "" if run.best is None else f", {100 * run.best:.2f} % on the development part"
            _say(processes, f"{out / 'model'}: the model{best}")


def _rated(texts: str | None, ratings: str | None) -> tuple[str, str] | None:
    from training.textfiles import DataError

    if texts and ratings:
        return texts, ratings
    if texts or ratings:
        raise DataError(
            "--rated-texts and --ratings go together: a review a line, its stars on the same line"
        )
    return None


@app.command()
@_in_one_line
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
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out rows that cannot be used.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    device: Device = "auto",
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Measure a model on splits it never saw: accuracy, recall, calibration, masks, next sentences."""
    from training.measuring import Measurement, as_text, measure, write

    wanted = Measurement(
        model=model,
        out=out,
        files={"sentiment": sentiment or [], "nli": nli or []},
        tuning={task: file for task, file in (("sentiment", tune_sentiment), ("nli", tune_nli)) if file},
        documents=tuple(documents or ()),
        skip_bad=skip_bad,
    )
    with _processes(device) as processes:
        found = measure(wanted, processes, lambda line: typer.echo(line, err=not dry_run), dry_run=dry_run)
        if found is not None:
            path = write(wanted, found, context.params)
            typer.echo(as_text(found) if json_ else "\n".join(found.lines()))
            typer.echo(f"{path}: the whole report", err=json_)


@app.command()
@_in_one_line
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
    with _processes(device) as processes:
        say = partial(_say, processes)
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
