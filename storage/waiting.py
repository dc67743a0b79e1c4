"""Which trained models wait to be promoted.

It is found anew each time in what is kept of them, so that it is right whatever was killed when.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.aliases import CHAMPION
from storage.checkpoint_rows import CheckpointRows
from storage.checkpoint_values import CheckpointState, TrainedCheckpoint
from storage.teaching_tables import Alias, Checkpoint, Promotion
from storage.training_endings import unwanted


async def candidates(connection: AsyncConnection) -> Mapping[str, TrainedCheckpoint]:
    """Return the newest model of each task that passed, may serve and never has.

    What is older than the champion waits no longer, unless that makes way for the catalogue's own. Nor does
    what came of a training that has been told to stop.
    """
    served = select(Promotion.to_id).where(Promotion.to_id.is_not(None))
    champion = (
        select(Alias.checkpoint_id)
        .where(Alias.task == Checkpoint.task, Alias.alias == CHAMPION)
        .scalar_subquery()
    )
    found = await CheckpointRows(connection).all(
        Checkpoint.state == CheckpointState.READY.value,
        Checkpoint.tainted.is_(False),
        Checkpoint.id > func.coalesce(champion, 0),
        Checkpoint.id.not_in(served),
        Checkpoint.id.not_in(unwanted()),
    )
    return {each.task: each for each in found if each.verdict is not None}
