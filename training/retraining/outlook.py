"""What a training that began now would have, and what of it the gate would count."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from storage.agreed import GOLD_BY_VOTERS
from storage.outlook import Outlook
from storage.store import Store
from storage.verdicts import LEAST_TESTED
from training.datasets import Example, read
from training.feedback.drawing import Drawn
from training.learnt import Learnt
from training.retraining.learnt_before import learnt_by, own_checkpoint
from training.retraining.rivals import rival
from training.textfiles import DataError


async def outlook(
    store: Store, task: str, drawn: Drawn, *, preset: str, catalog: Path | None, test: str | None
) -> Outlook:
    """Find out what the gate would count of a data set.

    Nothing is downloaded for it: a model on the hub tells nothing of what it learnt, and a test file that is
    not here is read when it is asked.

    Args:
        store: Where the models are that were trained.
        task: What would be taught.
        drawn: What it would be taught with.
        preset: Which models answer where nothing was trained.
        catalog: Another catalogue of presets; None for the one that ships.
        test: The original test file, if there is one.

    Raises:
        StorageError: The database failed.
    """
    champion = (await rival(store, task)).checkpoint

    def known() -> tuple[Learnt, int | None]:
        return _learnt(champion.path if champion else None, preset, catalog, task), _tested(task, test)

    learnt, tested = await asyncio.to_thread(known)
    gold = drawn.parts["gold"]
    was_read = learnt.has_read((row.text_a, row.text_b) for row in gold)
    asked = [row for row, known in zip(gold, was_read, strict=True) if not known]
    counts = {**drawn.counts, "gold": Counter(row.label for row in asked)}
    return Outlook(
        {part: dict(labels) for part, labels in counts.items()},  # which every process can read
        len(gold) - len(asked),
        sum(row.method == GOLD_BY_VOTERS for row in asked),
        tested,
    )


def too_short(rows: Iterable[Example]) -> int | None:
    """Count the texts of a test file, if they are too few to show that nothing was lost; None if not."""
    texts = len({row.text for row in rows})
    return texts if texts < LEAST_TESTED else None


def _learnt(trained: str | None, preset: str, catalog: Path | None, task: str) -> Learnt:
    try:
        return learnt_by(trained or own_checkpoint(preset, catalog, task), download=False)
    except DataError:  # a training says so
        return Learnt()


def _tested(task: str, test: str | None) -> int | None:
    if test is None or "://" in test:
        return None
    try:
        return too_short(read(task, test).examples)
    except DataError:  # the bot's start said so, and a training does
        return None
