"""Does a premise entail a hypothesis, contradict it, or neither? Natural language inference."""

from __future__ import annotations

from models.results import Task
from models.tasks.classification import ClassificationJob, classify


def nli_job(premise: str, hypothesis: str, model: str) -> ClassificationJob:
    """Ask what follows from ``premise`` for ``hypothesis``; the order matters."""
    return classify(Task.NLI, model, premise, hypothesis)
