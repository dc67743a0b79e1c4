"""A fine-tuning from its files to its model, as ``finetune`` runs it once and ``sweep`` many times."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from math import ceil
from pathlib import Path

import torch
from transformers import BertTokenizerFast

from models.multitask import BertForFourTasks
from training.datasets import Example, Labelled, balanced, read, read_rated, without, without_public
from training.finetune import (
    TOKENS,
    Replay,
    Settings,
    TaskData,
    step_of,
    task_data,
    watch_of,
)
from training.finishing import finish
from training.job import TEXT_TASKS, Job
from training.learnt import Learnt
from training.matching import give_matching_head
from training.optimizers import adamw
from training.pretrain import Recipe, Text
from training.processes import Processes
from training.record import Origin, file_hash
from training.run import AfterStep, Run, told
from training.schedule import Budget
from training.start import load_start
from training.state import has_state
from training.telling import Say, quiet
from training.textfiles import DataError
from training.weights import weights_of

TextReader = Callable[[BertTokenizerFast], Text]


def finetune(
    job: Job,
    processes: Processes,
    say: Say,
    read_text: TextReader,
    *,
    dry_run: bool = False,
    learnt_too: bool = False,
    after_step: AfterStep = quiet,
) -> Run:
    """Read, train, choose the best weights by the development part, save.

    Args:
        job: What to do.
        processes: Who trains.
        say: Is told what happens, line by line.
        read_text: Encodes the job's pre-training text.
        dry_run: Stop before the first step.
        learnt_too: Choose by rows, too, that the model to begin with has learnt.
        after_step: Is given the run after every step.

    Raises:
        DataError: Something cannot be used.
    """
    job.check()
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
    before = Learnt.load(start.folder)
    data = {
        task: task_data(
            [each.examples for each in parts],
            dev[task],
            start.tokenizer,
            task,
            debias=job.debias > 0,
            replay=replayed if task == job.tasks[0] else None,
            before=None if learnt_too else before,
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
    learnt = _learnt(job, files, data, replayed).and_(before) if processes.leads else None
    run.go(make, watch_of(start.model, data))
    if learnt is not None:
        if run.best is not None:
            run.model = BertForFourTasks.from_pretrained(job.out / "best", use_safetensors=True)
        if job.half:
            run.model.to(torch.float16)  # type: ignore[arg-type]  # transformers' signature
        learnt.save(run.folder / "model")
        finish(run, start.tokenizer, asdict(job), job.sources, start.trained.union(job.tasks))
    return run


def _learnt(
    job: Job,
    files: Mapping[str, Sequence[Labelled]],
    data: Mapping[str, TaskData],
    replayed: Replay | None,
) -> Learnt:
    """What labels are learnt of, and apart from it what weights are chosen by."""
    rows = list[Example]()
    for task, parts in files.items():
        more = replayed.examples if replayed is not None and task == job.tasks[0] else []
        found = [*(row for part in parts for row in part.examples), *more]
        rows += without(found, list(data[task].chosen_by))
    sources = [*(source for each in job.files.values() for source in each), *job.replay]
    chosen = [row for each in data.values() for row in each.chosen_by]
    return Learnt.of(rows, [*sources, *(() if job.rated is None else job.rated[:1])]).and_(
        Learnt.chosen_by(chosen, job.dev.values())
    )


def origin_of(job: Job, processes: Processes) -> Origin:
    """What the weights of a job come from.

    Raises:
        DataError: There are no weights to begin with.
    """
    origin = Origin.of(asdict(job), job.sources, processes)
    if Path(job.model).is_dir():  # among the sources
        return origin
    # A preset or a hub id: the name alone doesn't say which weights.
    return replace(origin, data={**origin.data, job.model: file_hash(weights_of(job.model)[1])})


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
    if not rows:
        say("--replay: nothing is left to go through again")
        return None
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
    task, first = next(iter(data.items()))
    batches = len(first.train.batches(round(TOKENS[task] * job.scale)))
    return Budget(0.0, max(1, ceil(job.epochs / first.passes * batches / processes.count)))
