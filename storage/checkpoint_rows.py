"""Access to ``checkpoints`` and ``evaluations``."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.base import utc_now
from storage.checkpoint_values import (
    CheckpointState,
    Evaluation,
    NameTaken,
    NewCheckpoint,
    TrainedCheckpoint,
    UnknownCheckpoint,
)
from storage.teaching_tables import Checkpoint, Snapshot, SnapshotMember
from storage.teaching_tables import Evaluation as EvaluationRow
from storage.upsert import upsert
from storage.verdicts import Verdict

_PARTS = ("gold", "heldout")
"""The parts of a data set that judge."""


@dataclass(frozen=True, slots=True)
class CheckpointRows:
    """Reads and writes checkpoints in one transaction."""

    connection: AsyncConnection

    async def add(self, new: NewCheckpoint) -> TrainedCheckpoint:
        """Keep a checkpoint; added again, with the same weights, it is the one that is there.

        It is tainted from the start if its parent is, or its data set lost a text while it was trained.
        Both are held until the transaction ends, so that who is forgotten meanwhile taints it after this.

        Raises:
            UnknownCheckpoint: There is no such parent.
            NameTaken: Other weights have this name.
        """
        parent = None if new.parent is None else await self.lock(new.parent)
        snapshot = None
        if new.snapshot is not None:
            query = select(Snapshot.id, Snapshot.state).where(Snapshot.name == new.snapshot).with_for_update()
            snapshot = (await self.connection.execute(query)).one_or_none()
        # A data set that is not in the table any more was deleted, and so were texts of it.
        lost = new.snapshot is not None and (snapshot is None or snapshot.state != "whole")
        row = {
            "task": new.task,
            "name": new.name,
            "path": new.path,
            "version": new.version,
            "base": new.base,
            "parent_id": None if parent is None else parent.id,
            "snapshot_id": None if snapshot is None else snapshot.id,
            "seed": new.seed,
            "code": new.code,
            "metrics": dict(new.metrics or {}),
            "verdict": None,
            "state": CheckpointState.READY.value,
            "tainted": lost or (parent is not None and parent.tainted),
            "created_at": utc_now(),
        }
        await upsert(self.connection, Checkpoint, row, key=["name"])
        added = await self.get(new.name)
        if (added.task, added.version) != (new.task, new.version):
            raise NameTaken(new.name)
        return added

    async def get(self, name: str) -> TrainedCheckpoint:
        """Return a checkpoint.

        Raises:
            UnknownCheckpoint: There is none of this name.
        """
        found = (await self.connection.execute(_query().where(Checkpoint.name == name))).one_or_none()
        if found is None:
            raise UnknownCheckpoint(name)
        return _checkpoint(found)

    async def lock(self, name: str) -> TrainedCheckpoint:
        """Return a checkpoint and hold its row until the transaction ends.

        Raises:
            UnknownCheckpoint: There is none of this name.
        """
        await self.connection.execute(select(Checkpoint.id).where(Checkpoint.name == name).with_for_update())
        return await self.get(name)

    async def all(self, *where: ColumnElement[bool]) -> tuple[TrainedCheckpoint, ...]:
        """Return the checkpoints for which all of this holds, oldest first."""
        rows = await self.connection.execute(_query().where(*where).order_by(Checkpoint.id))
        return tuple(map(_checkpoint, rows.all()))

    async def name_of(self, checkpoint_id: int | None) -> str | None:
        """Return a checkpoint's name; None stays None, the catalogue's."""
        if checkpoint_id is None:
            return None
        return await self.connection.scalar(select(Checkpoint.name).where(Checkpoint.id == checkpoint_id))

    async def judge(self, checkpoint_id: int, verdict: Verdict) -> None:
        """Keep how a checkpoint did against the champion."""
        state = CheckpointState.READY if verdict.passed else CheckpointState.REFUSED
        await self._change(checkpoint_id, verdict=verdict.as_json(), state=state.value)

    async def set_state(self, checkpoint_id: int, state: CheckpointState) -> None:
        """Keep what may be done with a checkpoint."""
        await self._change(checkpoint_id, state=state.value)

    async def add_evaluation(
        self, checkpoint_id: int, against_id: int | None, dataset: str, correct: Mapping[str, Any]
    ) -> None:
        """Keep which rows two checkpoints got right."""
        row = {"checkpoint_id": checkpoint_id, "against_id": against_id, "dataset": dataset}
        added = insert(EvaluationRow).values(correct=dict(correct), at=utc_now(), **row)
        await self.connection.execute(added)

    async def evaluations(self, checkpoint_id: int) -> tuple[Evaluation, ...]:
        """Return what a checkpoint was measured on, oldest first."""
        query = (
            select(Checkpoint.name, EvaluationRow.dataset, EvaluationRow.correct, EvaluationRow.at)
            .outerjoin(Checkpoint, Checkpoint.id == EvaluationRow.against_id)
            .where(EvaluationRow.checkpoint_id == checkpoint_id)
            .order_by(EvaluationRow.id)
        )
        rows = (await self.connection.execute(query)).all()
        return tuple(Evaluation(row.name, row.dataset, row.correct, row.at) for row in rows)

    async def judged_on(self, task: str, rows: AbstractSet[tuple[int, int]], beside: str | None) -> int:
        """Count the checkpoints of a task beside one that were measured on at least half of these rows.

        It does not matter in which part a data set had them: held-out rows may have become gold since. A data
        set holds the rows of the one before and what was labelled since; so the count begins anew once most
        of them are new.
        """
        query = (
            select(Checkpoint.name, Checkpoint.snapshot_id, EvaluationRow.dataset)
            .join(EvaluationRow, EvaluationRow.checkpoint_id == Checkpoint.id)
            .where(Checkpoint.task == task, EvaluationRow.dataset.in_(_PARTS))
        )
        if not rows:
            return 0
        asked: dict[str, set[tuple[int, str]]] = {}
        for name, snapshot_id, part in await self.connection.execute(query):
            if snapshot_id is not None:
                asked.setdefault(name, set()).add((snapshot_id, part))
        asked.pop(beside or "", None)
        shared = {part: await self._members(*part) & rows for part in set().union(*asked.values())}
        return sum(
            2 * len(set().union(*(shared[part] for part in parts))) >= len(rows) for parts in asked.values()
        )

    async def _members(self, snapshot_id: int, part: str) -> set[tuple[int, int]]:
        query = select(SnapshotMember.input_id, SnapshotMember.slot).where(
            SnapshotMember.snapshot_id == snapshot_id, SnapshotMember.split == part
        )
        return {(item, slot) for item, slot in await self.connection.execute(query)}

    async def _change(self, checkpoint_id: int, **values: object) -> None:
        await self.connection.execute(update(Checkpoint).where(Checkpoint.id == checkpoint_id).values(values))


def _query() -> Select[Any]:
    parent = aliased(Checkpoint)
    return (
        select(Checkpoint.__table__, parent.name.label("parent"), Snapshot.name.label("snapshot"))
        .outerjoin(parent, parent.id == Checkpoint.parent_id)
        .outerjoin(Snapshot, Snapshot.id == Checkpoint.snapshot_id)
    )


def _checkpoint(row: Row[Any]) -> TrainedCheckpoint:
    return TrainedCheckpoint(
        id=row.id,
        task=row.task,
        name=row.name,
        path=row.path,
        version=row.version,
        base=row.base,
        parent=row.parent,
        snapshot=row.snapshot,
        seed=row.seed,
        code=row.code,
        metrics=row.metrics,
        verdict=None if row.verdict is None else Verdict.from_json(row.verdict),
        state=CheckpointState(row.state),
        tainted=bool(row.tainted),
        created_at=row.created_at,
    )
