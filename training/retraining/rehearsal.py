"""What a retraining would do: a data set is drawn in memory, and a few steps are timed and taken back.

Nothing is kept, neither in the database nor in the folder of the teaching. What a training reads is files, so
the rows lie in a folder of the system's for temporary ones, for its owner alone, until this ends; only one
that is killed outright (SIGKILL, no power) leaves them there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from models.results import LABELS, Task
from storage.snapshots import Member
from storage.store import Store
from storage.verdicts import LEAST_TESTED
from training.datasets import read
from training.feedback.ballots import Agreement
from training.feedback.behind import teachers
from training.feedback.deciding import agreement
from training.feedback.snapshot import drawn_in_memory, read_snapshot
from training.feedback.snapshot_folder import write_folder
from training.gate.answers import SetName
from training.gate.compare import LabelledSet
from training.gate.rules import Rules, Teachers
from training.jobs import finetune
from training.processes import Processes
from training.retraining.beginning import beginning, lesson, no_text
from training.retraining.learnt_before import learnt_by
from training.retraining.ledger import Ledger
from training.retraining.material import check_learnable, material, teachers_of, with_earlier
from training.retraining.one_model import one_rival
from training.retraining.outlook import too_short
from training.retraining.place import TeachingPlace
from training.retraining.wish import Wish
from training.telling import Say
from training.textfiles import DataError

_RULES = Rules()
_NEW = "a new data set"


@dataclass(frozen=True, slots=True)
class _Rows:
    """A data set that would be learnt from: what it is called, where it lies, its rows, who taught it."""

    name: str
    folder: Path
    members: Sequence[Member]
    taught: Teachers


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
    against = one_rival(ledger, place, task)
    wish = place.completed(wish, task)
    _check_files(task, wish)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        found = ledger.call(lambda store: agreement(store, task))
        rows = ledger.call(lambda store: _rows(store, task, wish.snapshot, found, folder / "drawn"))
        say(f"{rows.name}, which is not kept" if wish.snapshot is None else rows.name)
        for part, its in read_snapshot(rows.folder).items():
            counted = Counter(row.label for row in its)
            classes = ", ".join(f"{label} {counted[label]:,}" for label in LABELS[Task(task)])
            say(f"{part} {len(its):,}: {classes}")
        start = beginning(place, task, against.checkpoint)
        learnt = material(task, rows.name, rows.folder, wish.test, learnt_by(start.model))
        taught = rows.taught
        who = "whose votes have proved right" if taught.known else "whose votes agree"
        say(
            f"voters: {taught.voters} {who} ({_RULES.least_voters} needed); "
            f"the busiest has {100 * taught.largest_share:.4g}% of the votes "
            f"({100 * _RULES.voter_cap:.4g}% allowed)"
        )
        say(f"it would begin with {start.parent or start.base}")
        sets = ledger.call(lambda store: with_earlier(store, rows.members, learnt))
        asked = ", ".join(
            f"{each.name} {len(each.rows):,} (candidates judged by it before: {each.earlier})"
            for each in sets
        )
        say(f"it would be compared with {against.name or place.preset} on {asked}")
        if learnt.known:
            say(f"left out of gold, as that model learnt from their texts: {len(learnt.known):,}")
        for line in _outcome(learnt.sets, taught):
            say(line)
        if against.leaving is not None:
            say(f"{against.leaving} answers now, learnt from a text that was deleted since and has to go")
        job = lesson(task, wish, start.model, learnt, folder / "run")
        finetune(job, processes, say, no_text, dry_run=True, learnt_too=True)


def _outcome(sets: Sequence[LabelledSet], taught: Teachers) -> Iterator[str]:
    """Say what is known before of how the gate will judge."""
    asked = {each.name: each for each in sets}
    waits = "what passes waits until you promote it"
    if not taught.largest_share:
        yield (
            "only imported labels would be learnt, with no vote behind them: the gate never passes that, "
            f"as it takes votes of {_RULES.least_voters} people on what is learnt"
        )
    elif taught.voters < _RULES.least_voters or taught.largest_share > _RULES.voter_cap:
        yield "so few voters, or one with so large a share, are not enough for the gate: it would be refused"
    gold = len(asked[SetName.GOLD].rows) if SetName.GOLD in asked else 0
    if gold < _RULES.least_gold:
        few = f"known labels (gold): {gold}, of {_RULES.least_gold} that it takes to see a gain on them"
        if SetName.HELDOUT in asked:
            yield f"{few}; it is looked for on held-out rows, and {waits}"
        else:
            yield f"{few}, and no held-out row: no gain can be seen, so it would be refused"
    elif gold - asked[SetName.GOLD].voted < _RULES.least_gold:
        yield (
            f"of the known labels (gold) {gold - asked[SetName.GOLD].voted} came from you, of "
            f"{_RULES.least_gold} that it takes: {waits}"
        )
    if SetName.TEST not in asked:
        yield f"there is no test file: {waits}"
    elif (texts := too_short(asked[SetName.TEST].rows)) is not None:
        yield (
            f"the test file has {texts} texts, too few to show that nothing is lost (about {LEAST_TESTED} "
            f"do): unless some of them are gained, {waits}"
        )


def _check_files(task: str, wish: Wish) -> None:
    """See that the files can be used that were named, before anything is drawn.

    Raises:
        DataError: One cannot.
    """
    if wish.test is not None:
        read(task, wish.test)
    for file in wish.replay:
        read(task, file, flagged=False, scored=True)


async def _rows(store: Store, task: str, name: str | None, found: Agreement, folder: Path) -> _Rows:
    """The data set that was named, or one drawn anew and written to a folder that is not kept."""
    if name is None:
        settings, drawn = await drawn_in_memory(store, task, found)
        taught = teachers(found, drawn.members)
        write_folder(folder, settings, drawn, taught)
        return _Rows(_NEW, folder, drawn.members, taught)
    snapshot = await store.snapshots.get(name)
    if snapshot is None or snapshot.task != task or snapshot.state != "whole":
        raise DataError(f"there is no whole snapshot {name} of {task}")
    members = await store.snapshots.members(snapshot.id)
    return _Rows(name, snapshot.path, members, await teachers_of(store, snapshot))
