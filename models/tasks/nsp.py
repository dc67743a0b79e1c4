"""Does the second text follow the first? Next-sentence prediction (Devlin et al. 2018, section 3.1)."""

from __future__ import annotations

from models.results import Task
from models.tasks.classification import ClassificationJob, classify


def nsp_job(first: str, second: str, model: str) -> ClassificationJob:
    """Ask whether ``second`` is the text that came after ``first``."""
    return classify(Task.NSP, model, first, second)
