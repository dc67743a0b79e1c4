"""What people call a task: by its command's name, or as the bot calls it in their language."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.replies.texts import TEXTS, Language
from models.results import Task


def named_task(said: str, tasks: Iterable[Task], language: Language) -> tuple[Task | None, str]:
    """The one of some tasks whose name a text begins with, None if it names none, and what follows."""
    for task in tasks:
        for name in (task.value, TEXTS[language].task_name[task].lower()):
            begins, rest = said[: len(name)].lower() == name, said[len(name) :]
            if begins and (not rest or rest[0].isspace()):
                return task, rest.strip()
    return None, said
