"""From trained weights to a checkpoint that may serve: its folder first, whole, then its rows.

Each step can be done again: after a kill at any moment the next process finds what is done and does the rest.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.fingerprint import WEIGHTS, fingerprint
from storage.checkpoint_values import (
    ChampionChanged,
    NewCheckpoint,
    NotPromotable,
    Obstacle,
    TrainedCheckpoint,
)
from storage.store import Store
from storage.verdicts import Verdict
from training.feedback.snapshot_folder import sync
from training.gate.compare import Correctness
from training.record import RECORD


class Tainted(Exception):
    """A text that the weights learnt from was deleted meanwhile: they must not serve."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How a candidate did.

    Attributes:
        verdict: In numbers.
        correct: Which rows each model has right.
        against: Name of what it was compared with; None for the catalogue's own.
    """

    verdict: Verdict
    correct: Sequence[Correctness]
    against: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a retraining.

    Attributes:
        name: Of the checkpoint.
        verdict: How it did.
        promoted: Whether it serves now.
        overtaken: Whether it passed against a model that no longer answers, and so is not promoted.
        id: Row of the checkpoint.
    """

    name: str
    verdict: Verdict
    promoted: bool
    overtaken: bool
    id: int


def put_aside(run: Path, folder: Path) -> str:
    """Copy a run's model to where it is served from; it is there whole or not at all.

    Returns:
        The fingerprint of its weights.
    """
    if not folder.is_dir():
        draft = folder.with_name(f".{folder.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(run / "model", draft)
        shutil.copyfile(run / RECORD, draft / RECORD)
        for path in (*draft.iterdir(), draft):
            sync(path)
        draft.rename(folder)
        sync(folder.parent)
    return fingerprint(folder, WEIGHTS)


async def register(store: Store, new: NewCheckpoint, judged: Judged, training: int) -> TrainedCheckpoint:
    """Keep a checkpoint with what it got right and its verdict.

    Raises:
        CancelledRun: Somebody cancelled the training before that.
        Tainted: It may not serve.
    """
    added = await store.checkpoints.add(new, training=training)
    if added.tainted:
        raise Tainted
    kept = await store.checkpoints.evaluations(new.name)
    known = {(each.dataset, each.correct.get("task")) for each in kept}
    for each in judged.correct:
        if (each.name.value, each.task) not in known:
            await store.checkpoints.add_evaluation(
                new.name, against=judged.against, dataset=each.name.value, correct=each.as_json()
            )
    await store.checkpoints.judge(new.name, judged.verdict)
    return await store.checkpoints.get(new.name)


async def promote(store: Store, checkpoint: TrainedCheckpoint, training: int, preset: str) -> bool:
    """Let a checkpoint that passed serve, unless the model that answers is no longer its verdict's.

    Done again, because nobody heard that it was done, it changes nothing.

    Returns:
        Whether it serves now.

    Raises:
        CancelledRun: Somebody cancelled the training before that.
    """
    champion = (await store.checkpoints.standing(checkpoint.task)).champion
    if champion is not None and champion.name == checkpoint.name:
        return True
    try:
        await store.checkpoints.promote_learnt(
            training,
            checkpoint.name,
            reason=f"passed the gate in training {training}",
            seen=None if champion is None else champion.name,
            preset=preset,
        )
    except ChampionChanged:
        return False
    except NotPromotable as error:
        if error.obstacle is not Obstacle.OTHER_RIVAL:
            raise
        return False
    return True


def remove(folder: Path) -> None:
    """Delete a folder, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(folder.with_name(f".{folder.name}.draft"), ignore_errors=True)
