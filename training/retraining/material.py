"""What a retraining learns from and is measured on: a snapshot, and files that a maintainer names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.results import LABELS, Task
from storage.agreed import GOLD_BY_VOTERS
from storage.runs import FEWEST, Failure, lacks
from storage.snapshots import Member, StoredSnapshot
from storage.store import Store
from training.datasets import Example, read
from training.feedback.behind import teachers
from training.feedback.deciding import agreement
from training.feedback.drawing import SnapshotRow
from training.feedback.snapshot_folder import read_snapshot
from training.gate.answers import SetName
from training.gate.compare import LabelledSet
from training.gate.rules import Teachers
from training.learnt import Learnt
from training.textfiles import DataError

LEARNABLE = (Task.SENTIMENT, Task.NLI, Task.NSP)
"""What can be learnt from labels of whole texts and pairs."""
_LACKING = {
    Failure.NOTHING_TO_LEARN: "no row to learn from yet",
    Failure.TOO_FEW: (
        f"rows to learn from: {{rows}}, too few to set some aside to choose weights by: {FEWEST} are needed"
    ),
    Failure.NOTHING_TO_MEASURE: (
        "no gold and no held-out row to measure on yet; about one labelled text in ten is held out"
    ),
}


@dataclass(frozen=True, slots=True)
class Material:
    """Files and rows.

    Attributes:
        train: File of what is learnt; its parts have file names of their own.
        dev: File to choose the best weights by; None where the snapshot has no such rows.
        held_out: Files whose texts must not train.
        rows: Number of rows of each part.
        sets: What the gate asks.
        known: Which rows of gold it does not ask, as a model learnt from their texts.
    """

    train: str
    dev: str | None
    held_out: list[str]
    rows: dict[str, int]
    sets: tuple[LabelledSet, ...]
    known: frozenset[int]


def material(task: str, name: str, folder: Path, test: str | None, learnt: Learnt) -> Material:
    """Read a snapshot, and the original test file if there is one.

    Args:
        task: What its labels are of.
        name: What it is called where it is of no use.
        folder: Where it is.
        test: The file.
        learnt: What the models that are compared have learnt from: a text may have become gold after that.

    Raises:
        DataError: A file cannot be used, or nothing is there to learn from or to measure on; one line.
    """
    parts = read_snapshot(folder)
    rows = {part: len(its) for part, its in parts.items()}
    read_before = learnt.has_read((row.text_a, row.text_b) for row in parts["gold"])
    known = frozenset(number for number, was in enumerate(read_before) if was)
    gold = [row for number, row in enumerate(parts["gold"]) if number not in known]
    asked = {SetName.GOLD: gold, SetName.HELDOUT: parts["heldout"]}
    if (failure := lacks(rows | {"gold": len(gold)})) is not None:
        what = _LACKING[failure].format(rows=rows["train"])
        what += f"; a model learnt from all {len(known)} known texts" if known and not gold else ""
        raise DataError(f"{name}: {what}; people must label more of {task}", failure)
    # As they were drawn: /forgetme may have deleted gold of voters since, which is in the data set still.
    voted = {SetName.GOLD: sum(row.method == GOLD_BY_VOTERS for row in gold)}
    sets = [
        LabelledSet(each, task, _examples(task, its), voted=voted.get(each, 0))
        for each, its in asked.items()
        if its
    ]
    if test is not None:
        sets.append(LabelledSet(SetName.TEST, task, read(task, test).examples))
    held_out = [str(folder / f"{part}.jsonl") for part in ("gold", "heldout") if rows[part]]
    return Material(
        str(folder / "train.jsonl"),
        str(folder / "dev.jsonl") if rows["dev"] else None,
        [*held_out, *([test] if test is not None else [])],
        rows,
        tuple(sets),
        known,
    )


async def with_earlier(
    store: Store, members: Iterable[Member], its: Material, candidate: str | None = None
) -> tuple[LabelledSet, ...]:
    """Tell of each set that the gate asks how many candidates beside one its rows have judged before.

    Args:
        store: Where.
        members: Of the data set, in the order of its rows.
        its: What is asked of it.
        candidate: The one.
    """
    places: dict[str, list[tuple[int, int]]] = {}
    for member in members:
        places.setdefault(member.split, []).append((member.item, member.slot))
    gold = enumerate(places.get(SetName.GOLD, ()))
    places[SetName.GOLD] = [place for number, place in gold if number not in its.known]
    judged = store.checkpoints.judged_on
    return tuple(
        [
            replace(each, earlier=await judged(each.task, places.get(each.name, ()), beside=candidate))
            for each in its.sets
        ]
    )


async def teachers_of(store: Store, snapshot: StoredSnapshot) -> Teachers:
    """Return who taught what a data set has to learn from, as it was when that was drawn."""
    if (kept := snapshot.manifest.get("teachers")) is not None:
        return Teachers(**kept)
    # Drawn before they were kept: all that can be told is whose votes agree with it by now.
    return teachers(await agreement(store, snapshot.task), await store.snapshots.members(snapshot.id))


def check_learnable(task: str) -> None:
    """See that a task can be learnt from votes.

    Raises:
        DataError: It cannot.
    """
    if task not in LEARNABLE:
        raise DataError(
            f"{task} is not learnt from votes: {', '.join(LEARNABLE[:-1])} and {LEARNABLE[-1]} are"
        )


def _examples(task: str, rows: Sequence[SnapshotRow]) -> list[Example]:
    labels = LABELS[Task(task)]
    return [Example(row.text_a, row.text_b, labels.index(row.label)) for row in rows]
