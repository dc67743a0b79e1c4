"""Is a text positive or negative? The two classes of the Naver movie review corpus (NSMC)."""

from __future__ import annotations

from models.results import Task
from models.tasks.classification import ClassificationJob, classify


def sentiment_job(text: str, model: str) -> ClassificationJob:
    """Ask for the feeling of a text."""
    return classify(Task.SENTIMENT, model, text)
