"""Who serves a task: promoted, taken back, retired, and by which rules, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.aliases import CHAMPION, PREVIOUS, Aliases
from storage.checkpoint_rows import CheckpointRows
from storage.checkpoint_values import (
    ChampionChange,
    ChampionChanged,
    CheckpointState,
    NotPromotable,
    Obstacle,
    TrainedCheckpoint,
)
from storage.teaching_tables import Checkpoint
from storage.verdicts import Verdict

_OWN = "the preset's own model"


@dataclass(frozen=True, slots=True)
class Promotions:
    """Changes the aliases of a task; where a name or id is None, it is the catalogue's own checkpoint."""

    connection: AsyncConnection
    task: str

    async def champion(self, seen: str | None) -> int | None:
        """Hold the task's aliases until the transaction ends, and return the champion's id.

        Args:
            seen: Who it is expected to be.

        Raises:
            ChampionChanged: It is another one.
        """
        champion = await self._aliases.lock()
        if await self._rows.name_of(champion) != seen:
            raise ChampionChanged(self.task)
        return champion

    async def roll_back(self, before: int | None, actor: str, reason: str, *, force: bool) -> ChampionChange:
        """Let the champion from before serve again.

        Args:
            before: The champion.
            actor: Who wants it.
            reason: Why.
            force: Whether it may be one that was refused.

        Raises:
            NotPromotable: There is none from before, or it may not serve.
        """
        has_previous, previous = await self._aliases.previous()
        if not has_previous:
            raise NotPromotable(Obstacle.NO_PREVIOUS, self.task)
        name = await self._rows.name_of(previous)
        after = None if name is None else await self._rows.lock(name)
        self.require(before, after, None)  # first what no force overrules
        # What has served once may do so again, whatever it was compared with, but not what was refused.
        if not force and after is not None and after.state is CheckpointState.REFUSED:
            raise NotPromotable(Obstacle.REFUSED, after.name, after.refusal)
        return await self.promote(before, name, actor, reason, rival=None)

    async def judge(self, name: str, verdict: Verdict) -> None:
        """Keep how a checkpoint did against the champion; one that failed is refused.

        Raises:
            UnknownCheckpoint: There is none of this name.
            NotPromotable: It is retired.
        """
        await self._aliases.lock()
        checkpoint = await self._rows.lock(name)
        if checkpoint.state is CheckpointState.RETIRED:
            raise NotPromotable(Obstacle.RETIRED, name)
        await self._rows.judge(checkpoint.id, verdict)

    async def promote(
        self, before: int | None, name: str | None, actor: str, reason: str, *, rival: str | None
    ) -> ChampionChange:
        """Let a checkpoint serve, and keep who served before it.

        Args:
            before: The champion.
            name: Who serves from now on.
            actor: Who wants it.
            reason: Why.
            rival: The name of the model that answers now, with which it must have been compared; None to
                overrule any verdict.

        Raises:
            NotPromotable: It may not serve the task.
            UnknownCheckpoint: There is none of this name.
        """
        after = None if name is None else await self._rows.lock(name)
        self.require(before, after, rival)
        after_id = None if after is None else after.id
        await self._aliases.put(CHAMPION, after_id)
        await self._aliases.put(PREVIOUS, before)
        return await self._aliases.log(before, after_id, actor, reason)

    def require(self, before: int | None, after: TrainedCheckpoint | None, rival: str | None) -> None:
        """See that a checkpoint may take a champion's place; the arguments are those of ``promote``.

        Raises:
            NotPromotable: It may not.
        """
        obstacle = self._obstacle(before, after, rival)
        if obstacle is not None and not (rival is None and obstacle.yields_to_force):
            raise NotPromotable(
                obstacle,
                _OWN if after is None else after.name,
                after.refusal if after is not None and obstacle is Obstacle.REFUSED else None,
            )

    async def withdraw(self, failed: str, serves: str | None, actor: str, reason: str) -> ChampionChange:
        """Let what serves take the place of a champion that cannot, which is refused.

        Args:
            failed: The champion.
            serves: What serves; the catalogue's own does where that may not.
            actor: Who noticed.
            reason: What is wrong with the champion.
        """
        broken = await self._rows.lock(failed)
        after = None if serves is None else await self._rows.lock(serves)
        if after is not None and (after.tainted or after.state is CheckpointState.RETIRED):
            after = None
        after_id = None if after is None else after.id
        if broken.state is CheckpointState.READY:
            await self._rows.set_state(broken.id, CheckpointState.REFUSED)
        await self._aliases.put(CHAMPION, after_id)
        if await self._aliases.previous() == (True, after_id):  # it would be rolled back to itself
            await self._renew_previous()
        return await self._aliases.log(broken.id, after_id, actor, reason)

    async def retire(self, checkpoint_id: int) -> bool:
        """Retire a checkpoint, unless it serves; returns whether it did."""
        if await self._aliases.lock() == checkpoint_id:
            return False
        await self._rows.set_state(checkpoint_id, CheckpointState.RETIRED)
        if await self._aliases.previous() == (True, checkpoint_id):
            await self._renew_previous()
        return True

    async def discard(self, name: str) -> bool:
        """Retire a checkpoint, unless it ever served; returns whether it did.

        Its row stays, so that its folder is deleted whatever becomes of this process.

        Raises:
            UnknownCheckpoint: There is none of this name.
        """
        await self._aliases.lock()
        checkpoint = await self._rows.lock(name)
        if await self.has_served(name):
            return False
        await self._rows.set_state(checkpoint.id, CheckpointState.RETIRED)
        return True

    async def refuges(self) -> tuple[TrainedCheckpoint | None, ...]:
        """Return who served before the champion, the last first, of those that may again."""
        ready = (Checkpoint.state == CheckpointState.READY.value, Checkpoint.tainted.is_(False))
        may: dict[str | None, TrainedCheckpoint | None] = {None: None}
        may.update((each.name, each) for each in await self._rows.all(*ready))
        may.pop(await self._rows.name_of(await self._aliases.champion()), None)
        served = dict.fromkeys(change.before for change in reversed(await self._aliases.changes()))
        return tuple(may[name] for name in served if name in may)

    async def has_served(self, name: str) -> bool:
        """Whether a checkpoint was ever the champion."""
        return any(change.after == name for change in await self._aliases.changes())

    async def _renew_previous(self) -> None:
        """Let who served last of those that may again be the one to roll back to."""
        refuges = await self.refuges()
        if refuges:
            await self._aliases.put(PREVIOUS, None if refuges[0] is None else refuges[0].id)
        else:
            await self._aliases.drop(PREVIOUS)

    def _obstacle(
        self, before: int | None, after: TrainedCheckpoint | None, rival: str | None
    ) -> Obstacle | None:
        """Say why a checkpoint may not take a champion's place; what nobody can overrule first."""
        if before == (None if after is None else after.id):
            return Obstacle.IS_CHAMPION
        if after is None:
            return None
        holds = {
            Obstacle.OTHER_TASK: after.task != self.task,
            Obstacle.RETIRED: after.state is CheckpointState.RETIRED,
            Obstacle.TAINTED: after.tainted,
            Obstacle.REFUSED: after.state is CheckpointState.REFUSED,
            Obstacle.UNJUDGED: after.verdict is None,
            Obstacle.OTHER_RIVAL: after.verdict is not None and not after.verdict.is_about(rival),
        }
        return next((obstacle for obstacle, is_so in holds.items() if is_so), None)

    @property
    def _aliases(self) -> Aliases:
        return Aliases(self.connection, self.task)

    @property
    def _rows(self) -> CheckpointRows:
        return CheckpointRows(self.connection)
