"""Letting trained models answer in place of the catalogue's, in the bot and on the command line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from models.catalog import Catalog
from models.results import Task
from models.service import ModelService
from models.trial import require_intact, source_of

if TYPE_CHECKING:
    from storage.checkpoint_values import TrainedCheckpoint


async def let_answer(
    service: ModelService, catalog: Catalog, preset: str, task: Task, trained: TrainedCheckpoint | None
) -> None:
    """Let a model answer, in every language in which a preset has one for the task.

    Args:
        service: What answers.
        catalog: Whose lines it takes over.
        preset: Of the catalogue.
        task: Any but ``tokens``.
        trained: The model; None for the catalogue's own.

    Raises:
        CheckpointMissing: Its files are not on this machine.
        ModelServiceError: It cannot serve; the old one stays.
    """
    lines = catalog.lines(preset, task)
    if trained is not None:
        await asyncio.to_thread(require_intact, trained.path, trained.version)
        lines = dict.fromkeys(lines, source_of(trained.name, trained.path))
    for language, source in lines.items():
        await service.swap(task, source, preset=preset, language=language)
