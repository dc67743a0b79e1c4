"""A fine-tuning from its files to its model, as ``finetune`` runs it once and ``sweep`` many times."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import ceil
from pathlib import Path

import torch
from transformers import BertTokenizerFast

from models.multitask import BertForFourTasks
from training.datasets import Example, Labelled, balanced, read, read_rated, without, without_public
from training.finetune import (
    CLASS_TASKS,
    TEXT_TASKS,
    TOKENS,
    Replay,
    Settings,
    TaskData,
    step_of,
    task_data,
    watch_of,
)
from training.finishing import finish
from training.learnt import Learnt
from training.matching import give_matching_head
from training.optimizers import adamw
from training.pretrain import Recipe, Text
from training.processes import Processes
from training.record import Origin, file_hash
from training.run import AfterStep, Run, told
from training.schedule import Budget
from training.start import load_start, weights_of
from training.state import has_state
from training.telling import Say, quiet
from training.textfiles import DataError, shares


@dataclass(frozen=True, slots=True)
class Job:
    """All that a fine-tuning needs.

    Attributes:
        tasks: Of ``sentiment``, ``nli``, ``mask``, ``nsp``; the first one's epochs count.
        model: A preset, folder or hub id.
        out: Folder for checkpoints, logs and the model.
        files: Labelled files by task.
        dev: Development file by task; a part of the first file where there is none.
        held_out: Files whose texts must not train, by task.
        rated: Reviews and their stars, files of equal length.
        replay: Labelled files of the first task to go through again, as many rows as the others have.
        documents: Pre-training text, for ``mask`` and ``nsp``.
        epochs: Over the first task's examples.
        minutes: Instead of epochs.
        steps: Instead of both.
        lr: Peak learning rate.
        layer_decay: Each layer's learning rate, from the top, in that of the one above.
        smoothing: Of labels.
        debias: How much of what the second text alone gives away is taken out, 0…1.
        scale: Size of the batches, in the usual one.
        masking: Share of masked tokens.
        whole_words: Whether all pieces of a word are masked together.
        same_document: Share of the wrong pairs that come from one document.
        dropout: Of the trunk; None for what its configuration says.
        matching_head: Begin with a head that looks for the same word in the other text.
        half: Save in float16.
        skip_bad: Leave out rows that cannot be used.
        seed: Of order, masks and dropout.
    """

    tasks: tuple[str, ...]
    model: str
    out: Path
    files: dict[str, list[str]] = field(default_factory=dict)
    dev: dict[str, str] = field(default_factory=dict)
    held_out: dict[str, list[str]] = field(default_factory=dict)
    rated: tuple[str, str] | None = None
    replay: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    singles: list[str] = field(default_factory=list)
    epochs: float = 2.0
    minutes: float | None = None
    steps: int | None = None
    lr: float = 5e-5
    layer_decay: float = 1.0
    smoothing: float = 0.05
    debias: float = 0.0
    scale: float = 1.0
    masking: float = 0.15
    whole_words: bool = False
    same_document: float = 0.0
    dropout: float | None = None
    matching_head: bool = False
    half: bool = False
    skip_bad: bool = False
    seed: int = 0


TextReader = Callable[[BertTokenizerFast], Text]


def finetune(
    job: Job,
    processes: Processes,
    say: Say,
    read_text: TextReader,
    *,
    dry_run: bool = False,
    after_step: AfterStep = quiet,
) -> Run:
    """Read, train, choose the best weights by the development part, save.

    Args:
        job: What to do.
        processes: Who trains.
        say: Is told what happens, line by line.
        read_text: Encodes the job's pre-training text.
        dry_run: Stop before the first step.
        after_step: Is given the run after every step.

    Raises:
        DataError: Something cannot be used.
    """
    _check(job)
    measured = _measured(job, say)
    files = {task: _read(job, task, measured, say) for task in job.tasks if job.files.get(task)}
    replayed = _replayed(job, measured, say)
    torch.manual_seed(job.seed)  # heads that the checkpoint lacks are drawn
    start = load_start(job.model, dropout=job.dropout, device=processes.device)
    wants_text = any(task in TEXT_TASKS and task not in files for task in job.tasks)
    if wants_text and not isinstance(start.tokenizer, BertTokenizerFast):
        raise DataError(f"{job.model}: masks and pairs need a WordPiece tokenizer")
    text = (
        read_text(start.tokenizer) if wants_text and isinstance(start.tokenizer, BertTokenizerFast) else None
    )
    dev = {task: _dev(job, task, say) for task in files}
    data = {
        task: task_data(
            [each.examples for each in parts],
            dev[task],
            start.tokenizer,
            task,
            debias=job.debias > 0,
            replay=replayed if task == job.tasks[0] else None,
            say=say,
        )
        for task, parts in files.items()
    }
    for task, each in data.items():
        say(f"{task}: {len(each.train):,} to learn from, {len(each.dev):,} to choose by")
    if job.matching_head and not has_state(job.out):
        give_matching_head(start.model)
    run = Run(
        start.model.train(),
        job.out,
        _budget(job, data, processes),
        job.lr,
        "fine-tuning",
        processes,
        lambda model, lr: adamw(model, lr, layer_decay=job.layer_decay),
        job.seed,
        origin_of(job, processes),
        after_step=after_step,
    )
    pairs = "nsp" in job.tasks and "nsp" not in files
    recipe = Recipe(
        job.masking if "mask" in job.tasks else 0.0,
        job.whole_words,
        nsp_weight=float(pairs),
        same_document=job.same_document,
    )
    make = step_of(run, data, text, start.tokenizer, Settings(job.smoothing, job.scale, job.debias, recipe))
    plan = run.plan(make)
    say(told(run, plan))
    if dry_run:
        return run
    # Now, while all files are there: a training takes hours, and a URL may be gone by then.
    learnt = _learnt(job, files, dev, replayed).and_(Learnt.load(start.folder)) if processes.leads else None
    run.go(make, watch_of(start.model, data))
    if learnt is not None:
        if run.best is not None:
            run.model = BertForFourTasks.from_pretrained(job.out / "best", use_safetensors=True)
        if job.half:
            run.model.to(torch.float16)  # type: ignore[arg-type]  # transformers' signature
        learnt.save(run.folder / "model")
        finish(run, start.tokenizer, asdict(job), sources_of(job), start.trained.union(job.tasks))
    return run


def _learnt(
    job: Job,
    files: Mapping[str, Sequence[Labelled]],
    dev: Mapping[str, list[Example] | None],
    replayed: Replay | None,
) -> Learnt:
    """What labels are learnt of, or weights chosen by."""
    rows = [row for parts in files.values() for part in parts for row in part.examples]
    rows += [row for its in dev.values() for row in its or ()]
    rows += [] if replayed is None else replayed.examples
    sources = [*(source for each in job.files.values() for source in each), *job.dev.values(), *job.replay]
    return Learnt.of(rows, [*sources, *(() if job.rated is None else job.rated[:1])])


def sources_of(job: Job) -> list[str]:
    """All files and folders that a job reads."""
    by_task = [
        *job.files.values(),
        job.dev.values(),
        *job.held_out.values(),
        job.replay,
        job.singles,
        job.rated or (),
    ]
    model = [job.model] if Path(job.model).is_dir() else []
    documents = [source for source, _ in shares(job.documents)]
    return [*(source for each in by_task for source in each), *documents, *model]


def origin_of(job: Job, processes: Processes) -> Origin:
    """What the weights of a job come from.

    Raises:
        DataError: There are no weights to begin with.
    """
    origin = Origin.of(asdict(job), sources_of(job), processes.count)
    if Path(job.model).is_dir():  # among the sources
        return origin
    # A preset or a hub id: the name alone doesn't say which weights.
    return replace(origin, data={**origin.data, job.model: file_hash(weights_of(job.model)[1])})


def _check(job: Job) -> None:
    for task in job.tasks:
        if task not in TEXT_TASKS and not job.files.get(task):
            raise DataError(f"{task} learns from a file: --{task} FILE")
        if task in TEXT_TASKS and not job.documents and not job.files.get(task):
            raise DataError(f"{task} learns from running text: --documents FILE")
    for task in CLASS_TASKS:
        unused = {task: job.files.get(task), f"{task}-dev": job.dev.get(task)}
        if task not in job.tasks and (names := [name for name, files in unused.items() if files]):
            raise DataError(f"--{names[0]} is given, but {task} is not among the tasks")
    if not any(task in TEXT_TASKS for task in job.tasks) and job.documents:
        raise DataError("--documents is for the tasks mask and nsp")
    given = (
        ("singles", job.singles, "mask"),
        ("whole-words", job.whole_words, "mask"),
        ("same-document", job.same_document, "nsp"),
        ("rated-texts", job.rated, "sentiment"),
        ("debias", job.debias, "nli"),
    )
    for option, setting, task in given:
        if setting and task not in job.tasks:
            raise DataError(f"--{option} is for the task {task}")


def _measured(job: Job, say: Say) -> list[Example]:
    """What is held out, of all tasks."""
    measured = []
    for name, sources in job.held_out.items():
        for source in sources:
            held = read(name, source, skip_bad=job.skip_bad)
            _say_all(held.notes, say)
            measured += held.examples
    return measured


def _read(job: Job, task: str, measured: list[Example], say: Say) -> list[Labelled]:
    """The files of a task, without what is held out."""
    found = [_read_file(job, task, source) for source in job.files[task]]
    if task == "sentiment" and job.rated is not None:
        stars = without_public(read_rated(*job.rated, skip_bad=job.skip_bad), job.rated[0])
        known = [example for each in found for example in each.examples]
        rest = without(stars.examples, known)
        again = (
            f"{job.rated[0]}: {len(stars.examples) - len(rest):,} rows that stand in another file left out"
        )
        kept = balanced(rest)
        more = f"{job.rated[0]}: {len(rest) - len(kept):,} rows of the more frequent label left out"
        found.append(Labelled(kept, (*stars.notes, again, more)))
    return [_cleaned(each, measured, say) for each in found]


def _replayed(job: Job, measured: list[Example], say: Say) -> Replay | None:
    """What is to be gone through again, without what is held out."""
    if not job.replay:
        return None
    task = job.tasks[0]
    parts = [_cleaned(_read_file(job, task, source), measured, say) for source in job.replay]
    rows = [example for part in parts for example in part.examples]
    return Replay(rows, max(1, round(job.epochs)), job.seed)


def _read_file(job: Job, task: str, source: str) -> Labelled:
    return without_public(read(task, source, skip_bad=job.skip_bad, flagged=False, scored=True), source)


def _cleaned(found: Labelled, measured: list[Example], say: Say) -> Labelled:
    _say_all(found.notes, say)
    clean = without(found.examples, measured)
    if lost := len(found.examples) - len(clean):
        say(f"{found.examples[0].source}: {lost:,} rows with a held-out text left out")
    return Labelled(clean)


def _dev(job: Job, task: str, say: Say) -> list[Example] | None:
    """What the weights are chosen by: no public test set, or its figure would flatter later."""
    source = job.dev.get(task)
    if source is None:
        return None
    found = without_public(read(task, source, skip_bad=job.skip_bad), source)
    _say_all(found.notes, say)
    return found.examples


def _say_all(notes: Sequence[str], say: Say) -> None:
    for note in notes:
        say(note)


def _budget(job: Job, data: dict[str, TaskData], processes: Processes) -> Budget:
    if job.steps is not None or job.minutes is not None:
        return Budget(job.minutes or 0.0, job.steps)
    if not data:
        raise DataError("--steps or --minutes: text without labels has no epochs")
    task, first = next(iter(data.items()))
    batches = len(first.train.batches(round(TOKENS[task] * job.scale)))
    return Budget(0.0, max(1, ceil(job.epochs / first.passes * batches / processes.count)))
