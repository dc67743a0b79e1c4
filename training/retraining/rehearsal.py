"""What a retraining would do: a data set is drawn, and a few steps are timed and taken back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from models.results import LABELS, Task
from storage.snapshots import StoredSnapshot
from storage.store import Store
from training.datasets import read
from training.feedback.snapshot import read_snapshot, take_snapshot
from training.gate.rules import Rules
from training.jobs import finetune
from training.processes import Processes
from training.retraining.beginning import beginning, lesson, no_text
from training.retraining.ledger import Ledger
from training.retraining.material import check_learnable, material, teachers_of, with_earlier
from training.retraining.one_model import require_one_model
from training.retraining.place import TeachingPlace
from training.retraining.rivals import rival
from training.retraining.wish import Wish
from training.telling import Say
from training.textfiles import DataError

_RULES = Rules()


def rehearse(
    ledger: Ledger, place: TeachingPlace, task: str, wish: Wish, processes: Processes, say: Say
) -> None:
    """Say what there is to learn from, who taught it, what the gate would ask and how long it would take.

    Args:
        ledger: Speaks with the database.
        place: Where everything lies.
        task: What would be taught.
        wish: How.
        processes: Who would train.
        say: Is told, line by line.

    Raises:
        DataError: It could not be done; one line.
        StorageError: The database failed.
    """
    check_learnable(task)
    require_one_model(place, task)
    wish = place.completed(wish, task)
    if wish.test is not None:
        read(task, wish.test)  # one that cannot be used is told before a data set is drawn
    snapshot = ledger.call(lambda store: _snapshot(store, place, task, wish.snapshot))
    say(f"{snapshot.name}: --snapshot {snapshot.name} learns from just this")
    for part, rows in read_snapshot(snapshot.path).items():
        counted = Counter(row.label for row in rows)
        classes = ", ".join(f"{label} {counted[label]:,}" for label in LABELS[Task(task)])
        say(f"{part} {len(rows):,}: {classes}")
    found = material(snapshot, wish.test)
    teachers = ledger.call(lambda store: teachers_of(store, snapshot))
    who = "whose votes have proved right" if teachers.known else "whose votes agree"
    say(
        f"voters: {teachers.voters} {who} ({_RULES.least_voters} needed); "
        f"the busiest has {100 * teachers.largest_share:.4g} % of the votes "
        f"({100 * _RULES.voter_cap:.4g} % allowed)"
    )
    against = ledger.call(lambda store: rival(store, task))
    start = beginning(place, task, against.checkpoint)
    say(f"it would begin with {start.parent or start.base}")
    sets = ledger.call(lambda store: with_earlier(store, snapshot, found.sets, ""))
    asked = ", ".join(
        f"{each.name} {len(each.rows):,} (candidates judged by it before: {each.earlier})" for each in sets
    )
    say(f"it would be compared with {against.name or place.preset} on {asked}")
    if against.leaving is not None:
        say(f"{against.leaving} answers now, learnt from a text that was deleted since and has to go")
    with TemporaryDirectory() as scratch:
        job = lesson(task, wish, start.model, found, Path(scratch))
        finetune(job, processes, say, no_text, dry_run=True)


async def _snapshot(store: Store, place: TeachingPlace, task: str, name: str | None) -> StoredSnapshot:
    if name is None:
        return await take_snapshot(store, task, place.snapshots)
    found = await store.snapshots.get(name)
    if found is None or found.task != task or found.state != "whole":
        raise DataError(f"there is no whole snapshot {name} of {task}")
    return found
