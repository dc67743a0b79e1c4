"""Which model a retraining begins with and has to beat: the one that would answer without it."""

from __future__ import annotations

from dataclasses import dataclass

from storage.checkpoint_values import TrainedCheckpoint
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Rival:
    """Who would answer a task if nothing were trained.

    Attributes:
        checkpoint: What would go on to answer; None for the catalogue's own. That is the champion, unless it
            learnt from a text that was deleted since: it goes in any case, so to be as good as it is no
            reason to serve, and to be worse than it is none not to.
        leaving: The champion's name if it has to go, else None.
    """

    checkpoint: TrainedCheckpoint | None
    leaving: str | None = None

    @property
    def name(self) -> str | None:
        """Name of what would go on to answer; None for the catalogue's own."""
        return None if self.checkpoint is None else self.checkpoint.name


async def rival(store: Store, task: str) -> Rival:
    """Find what a model trained for a task has to beat, at this moment."""
    standing = await store.checkpoints.standing(task)
    champion = standing.champion
    leaving = champion.name if champion is not None and champion.tainted else None
    return Rival(await store.checkpoints.lasting(standing), leaving)
