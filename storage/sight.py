"""Whether somebody has been shown what the model answered to a text, as far as is kept."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.tables import Prediction, VoteEvent
from storage.values import PostStatus, VoteStatus


async def has_seen_the_answer(connection: AsyncConnection, annotator_id: int, prediction_id: int) -> bool:
    """Say whether a person saw the answer to a prediction's text, under this prediction or another.

    Those did who asked about the text, who ever gave a vote on it that was not blind, or who voted where its
    group's labelling was closed since. A text that is still put up, or given to label, comes without the
    answer. Of changes from before it was kept, whether they were blind is unknown, and counts as seen.

    Args:
        connection: A transaction; one that holds the annotator sees whatever the person was answered before.
        annotator_id: The person.
        prediction_id: Any prediction of the text.
    """
    given = aliased(Prediction)
    same_text = (given.id == prediction_id, given.input_id == Prediction.input_id)
    closed = Prediction.post == PostStatus.CLOSED.value
    asked = select(Prediction.id).where(
        *same_text, Prediction.asker_id == annotator_id, or_(Prediction.post.is_(None), closed)
    )
    in_sight = or_(VoteEvent.blind.is_(None), VoteEvent.blind.is_(False))
    voted = select(Prediction.id).where(
        *same_text,
        VoteEvent.prediction_id == Prediction.id,
        VoteEvent.annotator_id == annotator_id,
        VoteEvent.action != VoteStatus.UNDONE.value,  # which says of the vote no more than that it is gone
        or_(in_sight, closed),
    )
    for seen in (asked, voted):
        if (await connection.scalars(seen.limit(1))).first() is not None:
            return True
    return False
