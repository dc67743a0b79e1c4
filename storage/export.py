"""Votes as rows to learn from, one per vote."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from storage.cast_votes import votes_that_count
from storage.engine import Database
from storage.privacy.pseudonym import SHORT
from storage.tables import Annotator, Input, ModelVersion, Prediction, Vote

_PAGE = 500


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One vote with everything it is about.

    Attributes:
        prediction_id: The answer voted on.
        task: Its task.
        text_a: The text, or the first of a pair.
        text_b: The second of a pair.
        model: The model that answered.
        version: First digits of the SHA-256 of its weights; empty if unknown.
        shown: The label shown.
        probabilities: What the model gave.
        slot: The blank's index for mask, else 0.
        label: The label voted for.
        kind: ``confirm``, ``correct`` or ``skip``.
        annotator: The first 16 hexadecimal digits of the voter's pseudonym.
        created_at: When the vote was first given, UTC.
        updated_at: When it was last changed, UTC.
        choice: The index of the button; below 0 as in ``storage.values``.
        blind: Whether the voter had not been shown the answer.
        options: Per slot the labels of its buttons.
    """

    prediction_id: int
    task: str
    text_a: str
    text_b: str | None
    model: str
    version: str
    shown: str
    probabilities: Mapping[str, object]
    slot: int
    label: str
    kind: str
    annotator: str
    created_at: datetime
    updated_at: datetime
    choice: int
    blind: bool
    options: Sequence[Sequence[str]]

    def as_json(self) -> dict[str, object]:
        """Return the row as JSON-able values, times in ISO 8601."""
        return asdict(self) | {
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
        }


async def feedback_rows(database: Database) -> AsyncIterator[FeedbackRow]:
    """Yield every vote, oldest first; none of, or about a question of, somebody who withdrew their consent.

    Each page has its own transaction, so a slow reader holds no connection and keeps no log from shrinking.
    """
    last = 0
    query = (
        votes_that_count(
            Vote.id,
            Vote.prediction_id,
            Input.task,
            Input.text_a,
            Input.text_b,
            ModelVersion.name.label("model"),
            ModelVersion.version,
            Prediction.label.label("shown"),
            Prediction.probabilities,
            Vote.slot,
            Vote.label,
            Vote.kind,
            Annotator.pseudonym,
            Vote.created_at,
            Vote.updated_at,
            Vote.choice,
            Vote.blind,
            Prediction.options,
        )
        .join(ModelVersion, ModelVersion.id == Prediction.model_version_id)
        .order_by(Vote.id)
        .limit(_PAGE)
    )
    while True:
        async with database.read() as connection:
            page = (await connection.execute(query.where(Vote.id > last))).all()
        for row in page:
            yield FeedbackRow(
                prediction_id=row.prediction_id,
                task=row.task,
                text_a=row.text_a,
                text_b=row.text_b,
                model=row.model,
                version=row.version,
                shown=row.shown,
                probabilities=row.probabilities,
                slot=row.slot,
                label=row.label,
                kind=row.kind,
                annotator=row.pseudonym[:SHORT],
                created_at=row.created_at,
                updated_at=row.updated_at,
                choice=row.choice,
                blind=row.blind,
                options=row.options,
            )
            last = row.id
        if len(page) < _PAGE:
            return
