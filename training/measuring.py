"""An evaluation from its files to its report, as ``evaluate`` runs it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm
from transformers import BertTokenizerFast

from training.corpus import Corpus, corpus_of
from training.datasets import Example, Labelled, read, without
from training.evaluate import Classified, Figure, classification
from training.evaluate_text import BATCH, LENGTH, pairs_of, pretraining, require_pairs
from training.learnt import Learnt
from training.processes import Processes
from training.record import write_record
from training.report import as_json, pictures, report
from training.start import Start, load_start
from training.telling import Say
from training.textfiles import DataError

REPORT = "report.md"
_TRIED = 256  # rows that a dry run times


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that an evaluation needs.

    Attributes:
        model: A preset, folder or hub id.
        out: Folder for the report.
        files: Labelled files by task.
        tuning: Another file by task, to fit the temperature on.
        documents: Running text, or encoded held-out folders.
        skip_bad: Leave out rows that cannot be used.
    """

    model: str
    out: Path
    files: Mapping[str, list[str]] = field(default_factory=dict)
    tuning: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    skip_bad: bool = False

    @property
    def labelled(self) -> list[tuple[str, str]]:
        """Each task and a labelled file that is read for it."""
        files = [(task, source) for task, sources in self.files.items() for source in sources]
        return [*files, *self.tuning.items()]

    @property
    def sources(self) -> list[str]:
        """All files and folders that are read."""
        labelled = [source for each in self.files.values() for source in each]
        return [*labelled, *self.tuning.values(), *self.documents, self.model]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found: each classification task, and the figures of each text by its name."""

    classified: list[Classified]
    pretrained: dict[str, list[Figure]]
    weights: Path
    """The folder that they were read from."""

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return as_json(self.classified, self.pretrained)

    def lines(self) -> list[str]:
        """A line for each figure that sums up."""
        figures = [each.accuracy for each in self.classified]
        return [str(each) for each in (*figures, *(one for its in self.pretrained.values() for one in its))]


def measure(wanted: Measurement, processes: Processes, say: Say, *, dry_run: bool = False) -> Measured | None:
    """Read, measure, write the report; by the leading process alone.

    Args:
        wanted: What to measure.
        processes: Who is there.
        say: Is told what is left out, and in a dry run what would happen.
        dry_run: Stop before measuring.

    Returns:
        What was found; None after a dry run, and in the processes that wait.

    Raises:
        DataError: Something cannot be used, or the model never learnt the task.
    """
    if not any(wanted.files.values()) and not wanted.documents:
        raise DataError("nothing to measure on: --sentiment, --nli or --documents")
    for task in wanted.tuning:
        if not wanted.files.get(task):
            raise DataError(f"--tune-{task} is given, but there is no --{task} to measure on")
    if not processes.leads:
        return None
    # Before a model is loaded, or even fetched.
    found = {each: read(*each, skip_bad=wanted.skip_bad) for each in wanted.labelled}
    start = load_start(wanted.model, dropout=0.0, device=processes.device)
    learnt = Learnt.load(start.folder)
    rows = {
        task: [
            example
            for source in files
            for example in _told_of(learnt.unread(found[task, source], source), say)
        ]
        for task, files in wanted.files.items()
        if files
    }
    to_fit = {
        task: _told_of(learnt.unread(found[task, source], source, to_fit=True), say)
        for task, source in wanted.tuning.items()
    }
    tuning = {
        task: _tuning(wanted.tuning[task], to_fit[task], examples, say) if task in to_fit else None
        for task, examples in rows.items()
    }
    start.require([*rows, *(("mask", "nsp") if wanted.documents else ())], wanted.model)
    if wanted.documents and not isinstance(start.tokenizer, BertTokenizerFast):
        raise DataError(f"{wanted.model}: masks and pairs need a WordPiece tokenizer")
    start.model.train(mode=False).to(processes.device)
    if dry_run:
        say(_told(start, rows, wanted.documents))
        return None
    texts = _texts(wanted, start)
    for cutter, corpus in texts.values():
        require_pairs(cutter, corpus)  # before minutes are spent on the rest
    with tqdm(
        total=sum(map(len, rows.values())) + sum(map(len, filter(None, tuning.values()))) + pairs_of(texts),
        desc="measuring",
        unit="text",
        mininterval=1,
    ) as bar:
        return Measured(
            [
                classification(start.model, start.tokenizer, task, examples, tuning[task], bar.update)
                for task, examples in rows.items()
            ],
            {
                source: pretraining(start.model, cutter, corpus, Path(source).name, progress=bar.update)
                for source, (cutter, corpus) in texts.items()
            },
            start.folder,
        )


def write(wanted: Measurement, found: Measured, settings: Mapping[str, Any]) -> Path:
    """Write ``report.md``, its pictures and ``record.json``; returns the report."""
    wanted.out.mkdir(parents=True, exist_ok=True)
    path = wanted.out / REPORT
    of = [*(source for _, source in wanted.labelled), *wanted.documents]
    path.write_text(report(wanted.model, of, found.classified, found.pretrained), encoding="utf-8")
    pictures(found.classified, wanted.out)
    write_record(wanted.out, settings, [*wanted.sources, str(found.weights)], found.as_json())
    return path


def as_text(found: Measured) -> str:
    """One JSON object."""
    return json.dumps(found.as_json(), ensure_ascii=False)


def _told_of(found: Labelled, say: Say) -> list[Example]:
    for note in found.notes:
        say(note)
    return found.examples


def _tuning(source: str, found: list[Example], examples: list[Example], say: Say) -> list[Example]:
    """What the temperature is fitted on, without anything that is measured."""
    other = without(found, examples)
    if lost := len(found) - len(other):
        say(f"{source}: {lost:,} rows with a text that is measured left out")
    if not other:
        raise DataError(f"{source}: all of it is measured; the temperature needs another file")
    return other


def _texts(wanted: Measurement, start: Start) -> dict[str, tuple[BertTokenizerFast, Corpus]]:
    cutter = start.tokenizer
    if not isinstance(cutter, BertTokenizerFast):  # and there are no documents
        return {}
    return {
        source: (cutter, corpus_of(source, cutter, wanted.out / "text", part="heldout"))
        for source in wanted.documents
    }


@torch.inference_mode()
def _told(start: Start, rows: Mapping[str, list[Example]], documents: tuple[str, ...]) -> str:
    """What would be measured and how long it would take, by measuring a little of it."""
    seconds, said = 0.0, []
    for task, examples in rows.items():
        some = examples[:: max(1, len(examples) // _TRIED)]
        begin = time.monotonic()
        classification(start.model, start.tokenizer, task, some)
        seconds += (time.monotonic() - begin) * len(examples) / len(some)
        said.append(f"{len(examples):,} rows of {task}")
    for source in documents:
        ids = torch.from_numpy(np.random.default_rng(0).integers(5, 99, (BATCH, LENGTH)))
        begin = time.monotonic()
        start.model(input_ids=ids.to(start.model.device))
        pairs = pairs_of([source])
        seconds += (time.monotonic() - begin) * pairs / BATCH
        said.append(f"{pairs:,} pairs of {source}")
    said[-1] += ", which is encoded first, unless it was before" if documents else ""
    return f"would measure {'; '.join(said)}: about {seconds / 60:.1f} minutes"
