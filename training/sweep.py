"""A small search over hyper-parameters: each combination is a fine-tuning, judged by the development part."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from transformers import BertTokenizerFast

from training.job import Job
from training.jobs import finetune, origin_of
from training.pretrain import Text
from training.processes import Processes
from training.record import RECORD, Origin, read_record
from training.spans import Between
from training.telling import Say, quiet
from training.textfiles import DataError

Row = tuple[Mapping[str, float], float]
Wanted = Mapping[str, Sequence[float] | Between]


def combinations(wanted: Wanted, trials: int | None = None, seed: int = 0) -> list[dict[str, float]]:
    """All combinations of lists, or some of them at random; of ranges, draws (Bergstra & Bengio 2012).

    Where each trial has a value of its own, as many are tried of what matters as there are trials, and not as
    few as stand in a list.

    Args:
        wanted: Values to try, by name.
        trials: How many to draw; None for all, in order.
        seed: Of the draw.

    Raises:
        DataError: A range, and nothing says how often to draw from it.
    """
    ranges = {name: its for name, its in wanted.items() if isinstance(its, Between)}
    lists = {name: its for name, its in wanted.items() if not isinstance(its, Between)}
    found = [dict(zip(lists, values, strict=True)) for values in product(*lists.values())]
    rng = np.random.default_rng(seed)
    if not ranges:
        if trials is None or trials >= len(found):
            return found
        return [found[index] for index in rng.permutation(len(found))[:trials]]
    if trials is None:
        raise DataError(f"--{next(iter(ranges))} is a range: --trials says how many to draw from it")
    drawn = [
        {**found[rng.integers(len(found))], **{name: its.draw(rng) for name, its in ranges.items()}}
        for _ in range(trials)
    ]
    return [{name: each[name] for name in wanted} for each in drawn]


def sweep_over(base: Job, tried: Sequence[Mapping[str, float]], processes: Processes, say: Say) -> list[Row]:
    """Run each combination in a folder of its own; one that has its record is not run again.

    Returns:
        Each combination and its share of right answers on the development part.
    """
    rows: list[Row] = []
    for number, values in enumerate(tried, start=1):
        name = "-".join(f"{key}{value:g}" for key, value in values.items())
        job = replace(
            base,
            out=base.out / name,
            **_options(values),
        )
        say(f"{number} of {len(tried)}: " + ", ".join(f"{key} {value:g}" for key, value in values.items()))
        if not processes.agreed(int((job.out / RECORD).exists())):
            finetune(job, processes, say, _no_text)
            processes.agreed(0)  # the others wait for the leader's record
        else:
            _check(job, processes)
        record = json.loads((job.out / RECORD).read_text(encoding="utf-8"))
        rows.append((values, record["figures"]["best on the development part"]))
    return rows


def _options(values: Mapping[str, float]) -> dict[str, Any]:
    """A combination as a job names it."""
    return {{"batch": "scale"}.get(name, name): value for name, value in values.items()}


def told(base: Job, tried: Sequence[Mapping[str, float]], processes: Processes) -> str:
    """How long all combinations would take, by a few steps of the first."""
    with TemporaryDirectory() as folder:
        job = replace(base, out=Path(folder), **_options(tried[0]))
        run = finetune(job, processes, quiet, _no_text, dry_run=True)
    plan = run.planned
    assert plan is not None  # noqa: S101  # a dry run plans
    by_epochs = base.steps is None and base.minutes is None
    ratio = sum(values["epochs"] for values in tried) / tried[0]["epochs"] if by_epochs else len(tried)
    minutes = plan.seconds * plan.steps * ratio / 60
    return (
        f"would train {len(tried)} times, {plan.steps:,} steps at first: about {minutes:.1f} minutes in all"
    )


def _check(job: Job, processes: Processes) -> None:
    """A trial that was made with other data or settings has no place in this table."""
    record = read_record(job.out) or {}
    then, now = record.get("origin"), origin_of(job, processes)
    changes = ["nothing says how"] if then is None else Origin(**then).changes(now)
    was = record.get("settings", {})
    changes += [
        f"{name} was {was.get(name)} and is {getattr(job, name)}"
        for name in ("steps", "minutes")
        if was.get(name) != getattr(job, name)
    ]
    if changes:
        raise DataError(
            f"{job.out}: this trial was made otherwise ({'; '.join(changes)[:300]}); take another --out"
        )


def _no_text(_: BertTokenizerFast) -> Text:
    raise AssertionError("a sweep is over labelled sets")


def table(rows: Sequence[Row]) -> str:
    """What was tried, the best first, as a Markdown table."""
    names = list(rows[0][0])
    lines = [
        f"| {' | '.join(names)} | development part |",
        "| " + " | ".join(["---"] * (len(names) + 1)) + " |",
    ]
    for values, score in sorted(rows, key=lambda row: -row[1]):
        lines.append(f"| {' | '.join(f'{values[name]:g}' for name in names)} | {100 * score:.2f} % |")
    return "\n".join(lines)
