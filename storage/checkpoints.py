"""Access to models that were trained here: which there are, which of them serves, and who decided that."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.aliases import CHAMPION, PREVIOUS, Aliases
from storage.checkpoint_rows import CheckpointRows
from storage.checkpoint_values import (
    ChampionChange,
    ChampionChanged,
    CheckpointState,
    Evaluation,
    NewCheckpoint,
    NotPromotable,
    Obstacle,
    Standing,
    TrainedCheckpoint,
)
from storage.conflicts import again_after_conflict
from storage.engine import Database
from storage.errors import StorageError
from storage.privacy.pseudonym import Pseudonymizer
from storage.promotions import Promotions
from storage.snapshot_files import erase_kept
from storage.teaching_folder import TeachingFolder
from storage.teaching_tables import Alias, Checkpoint
from storage.training_endings import came_of, hold_uncancelled, is_unwanted
from storage.verdicts import Verdict
from storage.waiting import candidates

_log = logging.getLogger(__name__)


class Checkpoints:
    """Trained models and the aliases that say which of them serves.

    Every method may raise :class:`StorageError`, and those that write have committed when they return. Who
    acts (``actor``) is a person's id, kept as a pseudonym, or in words what does. Where a checkpoint's name
    may be None, that is the catalogue's own.

    Args:
        database: Where.
        pseudonymizer: Of people.
        teaching: Where their folders are.
    """

    def __init__(self, database: Database, pseudonymizer: Pseudonymizer, teaching: TeachingFolder) -> None:
        self._database = database
        self._pseudonymizer = pseudonymizer
        self._teaching = teaching

    async def next_name(self, task: str) -> str:
        """Return a name that no checkpoint has yet, such as ``sentiment-0003``."""
        numbered = re.compile(rf"{re.escape(task)}-(\d+)", re.ASCII)
        async with self._database.read() as connection:
            names = (await connection.scalars(select(Checkpoint.name))).all()
        taken = [int(found[1]) for name in names if (found := numbered.fullmatch(name))]
        return f"{task}-{max(taken, default=0) + 1:04}"

    @again_after_conflict
    async def add(self, new: NewCheckpoint, *, training: int | None = None) -> TrainedCheckpoint:
        """Keep a checkpoint, which is no candidate before it has passed; added again, this changes nothing.

        Args:
            new: The checkpoint.
            training: The training that it came of: who cancels that from now on retires it.

        Raises:
            CancelledRun: Somebody cancelled the training.
            UnknownCheckpoint: There is no such parent.
            NameTaken: Other weights have this name.
        """
        async with self._database.write() as connection:
            if training is not None:
                await hold_uncancelled(connection, training)
            await Aliases(connection, new.task).lock()
            kept = replace(new, path=self._teaching.places.kept(Path(new.path)))
            added = await CheckpointRows(connection).add(kept)
            if training is not None:
                await came_of(connection, training, added.id)
            return self._found(added)

    async def get(self, name: str) -> TrainedCheckpoint:
        """Return a checkpoint.

        Raises:
            UnknownCheckpoint: There is none of this name.
        """
        async with self._database.read() as connection:
            return self._found(await CheckpointRows(connection).get(name))

    async def all(self, task: str | None = None) -> tuple[TrainedCheckpoint, ...]:
        """Return the checkpoints of one task, or of all, oldest first."""
        where = () if task is None else (Checkpoint.task == task,)
        async with self._database.read() as connection:
            return tuple(map(self._found, await CheckpointRows(connection).all(*where)))

    async def standing(self, task: str) -> Standing:
        """Return who serves a task, who did, and who might."""
        return (await self.standings()).get(task, Standing(task))

    async def standings(self) -> Mapping[str, Standing]:
        """Return the same of every task for which anything was ever trained or promoted."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(Alias.task, Alias.alias, Alias.checkpoint_id))).all()
            named = [row.checkpoint_id for row in rows if row.checkpoint_id is not None]
            found = await CheckpointRows(connection).all(Checkpoint.id.in_(named)) if named else ()
            waiting = await candidates(connection)
        by_id = {each.id: self._found(each) for each in found}
        candidate = {task: self._found(each) for task, each in waiting.items()}
        aliases: dict[str, dict[str, TrainedCheckpoint | None]] = {}
        for row in rows:
            aliases.setdefault(row.task, {})[row.alias] = by_id.get(row.checkpoint_id)
        return {
            task: Standing(task, its.get(CHAMPION), PREVIOUS in its, its.get(PREVIOUS), candidate.get(task))
            for task, its in aliases.items()
        }

    @again_after_conflict
    async def judge(self, name: str, verdict: Verdict) -> None:
        """Keep how a checkpoint did against the champion; one that failed is refused.

        Raises:
            UnknownCheckpoint: There is none of this name.
            NotPromotable: It is retired.
        """
        async with self._database.write() as connection:
            task = (await CheckpointRows(connection).get(name)).task
            await Promotions(connection, task).judge(name, verdict)

    async def require_promotable(
        self, task: str, name: str | None, *, seen: str | None, preset: str, force: bool = False
    ) -> None:
        """See that a checkpoint may serve a task, as ``promote`` does at its moment, and change nothing.

        Raises:
            ChampionChanged: Another one is champion by now.
            NotPromotable: The checkpoint may not serve the task.
            UnknownCheckpoint: There is none of this name.
        """
        async with self._database.read() as connection:
            rows = CheckpointRows(connection)
            if await is_unwanted(connection, name):
                raise NotPromotable(Obstacle.CANCELLED, str(name))
            champion = await Aliases(connection, task).champion()
            if await rows.name_of(champion) != seen:
                raise ChampionChanged(task)
            after = None if name is None else await rows.get(name)
            Promotions(connection, task).require(champion, after, None if force else seen or preset)

    @again_after_conflict
    async def promote(
        self,
        task: str,
        name: str | None,
        *,
        actor: int | str,
        reason: str,
        seen: str | None,
        preset: str,
        force: bool = False,
    ) -> ChampionChange:
        """Let a checkpoint serve a task; the one that served can be rolled back to.

        Args:
            task: The task.
            name: The checkpoint.
            actor: Who wants it.
            reason: Why.
            seen: Who the champion was when that was decided.
            preset: Whose own model answers where there is no champion.
            force: Whether it is promoted though it was refused, or not compared with the model that answers.

        Raises:
            ChampionChanged: Another one is champion by now.
            NotPromotable: The checkpoint may not serve the task.
            UnknownCheckpoint: There is none of this name.
        """
        who, rival = self._pseudonymizer.actor(actor), None if force else seen or preset
        async with self._database.write() as connection:
            return await self._promote(connection, task, name, who, reason, seen, rival)

    @again_after_conflict
    async def promote_learnt(
        self, training: int, name: str, *, reason: str, seen: str | None, preset: str
    ) -> ChampionChange:
        """Let what came of a training serve its task, in the name of who asked for that.

        Args:
            training: Cancelled before this, it promotes nothing.
            name: What came of it.
            reason: As for :meth:`promote`, which raises the same otherwise.
            seen: The same.
            preset: The same.

        Raises:
            CancelledRun: Somebody cancelled the training.
        """
        async with self._database.write() as connection:
            run = await hold_uncancelled(connection, training)
            return await self._promote(connection, run.task, name, run.actor, reason, seen, seen or preset)

    @staticmethod
    async def _promote(
        connection: AsyncConnection,
        task: str,
        name: str | None,
        who: str,
        reason: str,
        seen: str | None,
        rival: str | None,
    ) -> ChampionChange:
        if await is_unwanted(connection, name):
            raise NotPromotable(Obstacle.CANCELLED, str(name))
        promotions = Promotions(connection, task)
        before = await promotions.champion(seen)
        return await promotions.promote(before, name, who, reason, rival=rival)

    @again_after_conflict
    async def rollback(
        self, task: str, *, actor: int | str, reason: str, seen: str | None, force: bool = False
    ) -> ChampionChange:
        """Let the champion from before serve again; done twice, all is as it was.

        Args:
            task: The task.
            actor: Who wants it.
            reason: Why.
            seen: Who the champion was when that was decided.
            force: Whether one that was refused, as what answers now may have been, serves again too.

        Raises:
            ChampionChanged: Another one is champion by now.
            NotPromotable: There is none from before, or it may no longer serve.
        """
        who = self._pseudonymizer.actor(actor)
        async with self._database.write() as connection:
            promotions = Promotions(connection, task)
            before = await promotions.champion(seen)
            return await promotions.roll_back(before, who, reason, force=force)

    @again_after_conflict
    async def withdraw(
        self, task: str, failed: str, *, serves: str | None, actor: int | str, reason: str
    ) -> ChampionChange:
        """Take a champion back that cannot serve, so that the alias names what does.

        It is refused from then on. What serves becomes champion, or the catalogue's own where that may not.

        Args:
            task: The task.
            failed: The champion.
            serves: What answers in its place.
            actor: Who noticed.
            reason: What is wrong with it.

        Raises:
            ChampionChanged: Another one is champion by now.
        """
        who = self._pseudonymizer.actor(actor)
        async with self._database.write() as connection:
            promotions = Promotions(connection, task)
            await promotions.champion(failed)
            return await promotions.withdraw(failed, serves, who, reason)

    async def lasting(self, standing: Standing) -> TrainedCheckpoint | None:
        """Return what goes on to answer a task if nothing else is trained; None for the catalogue's own.

        That is the champion, or where that learnt from a text which was deleted since, who follows it.
        """
        if standing.champion is None or not standing.champion.tainted:
            return standing.champion
        return next(iter(await self.refuges(standing.task)), None)

    async def refuges(self, task: str) -> tuple[TrainedCheckpoint | None, ...]:
        """Return who served a task before its champion, the last first, of those that may again."""
        async with self._database.read() as connection:
            refuges = await Promotions(connection, task).refuges()
        return tuple(None if each is None else self._found(each) for each in refuges)

    async def changes(self, task: str) -> tuple[ChampionChange, ...]:
        """Return every promotion and step back of a task, oldest first."""
        async with self._database.read() as connection:
            return await Aliases(connection, task).changes()

    @again_after_conflict
    async def add_evaluation(
        self, name: str, *, against: str | None, dataset: str, correct: Mapping[str, Any]
    ) -> None:
        """Keep which rows of a data set a checkpoint and the champion of the day got right.

        Raises:
            UnknownCheckpoint: There is none of one of the names.
        """
        async with self._database.write() as connection:
            rows = CheckpointRows(connection)
            against_id = None if against is None else (await rows.get(against)).id
            await rows.add_evaluation((await rows.get(name)).id, against_id, dataset, correct)

    async def evaluations(self, name: str) -> tuple[Evaluation, ...]:
        """Return what a checkpoint was measured on, oldest first.

        Raises:
            UnknownCheckpoint: There is none of this name.
        """
        async with self._database.read() as connection:
            rows = CheckpointRows(connection)
            return await rows.evaluations((await rows.get(name)).id)

    async def judged_on(
        self, task: str, rows: Collection[tuple[int, int]], *, beside: str | None = None
    ) -> int:
        """Count the checkpoints that were measured on rows, gold or held-out then, half of them at least.

        Args:
            task: Of which task.
            rows: The input and the slot of each.
            beside: The name of one that is not counted.
        """
        async with self._database.read() as connection:
            return await CheckpointRows(connection).judged_on(task, frozenset(rows), beside)

    async def retire_tainted(self) -> tuple[str, ...]:
        """Retire every checkpoint that learnt from a deleted text and does not serve; delete its folder.

        One that serves goes on to serve, and is retired once it no longer does.

        Returns:
            The names of those that were retired now.
        """
        serves = select(Alias.checkpoint_id).where(
            Alias.alias == CHAMPION, Alias.checkpoint_id == Checkpoint.id
        )
        bad = (Checkpoint.tainted.is_(True), Checkpoint.state != CheckpointState.RETIRED.value)
        async with self._database.read() as connection:  # a look every other second holds up no writer
            found = await CheckpointRows(connection).all(*bad, ~serves.exists())
        retired = [each for each in found if await self._retire(each)]
        try:
            await erase_kept(self._teaching, [each.path for each in retired])
        except StorageError as error:  # tried again with ``Store.erase_folders``
            _log.warning("%s", error)
        return tuple(each.name for each in retired)

    @again_after_conflict
    async def _retire(self, tainted: TrainedCheckpoint) -> bool:
        async with self._database.write() as connection:
            return await Promotions(connection, tainted.task).retire(tainted.id)

    def _found(self, kept: TrainedCheckpoint) -> TrainedCheckpoint:
        return replace(kept, path=str(self._teaching.places.found(kept.path)))
