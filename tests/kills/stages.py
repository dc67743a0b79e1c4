"""Telling of each step that work takes, so that kills fall between any two of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

from tests.kills.killing import Tell


@contextmanager
def telling(tell: Tell, module: ModuleType, *names: str) -> Iterator[None]:
    """Tell when these functions of a module begin and when they have returned, while the block runs."""
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(patch.object(module, name, _told(tell, name, getattr(module, name))))
        yield


def _told(tell: Tell, name: str, does: Callable[..., Any]) -> Callable[..., Any]:
    async def later(*given: object, **options: object) -> object:
        tell(f"{name} begins", None)
        found = await does(*given, **options)
        tell(f"{name} is done", None)
        return found

    def at_once(*given: object, **options: object) -> object:
        tell(f"{name} begins", None)
        found = does(*given, **options)
        tell(f"{name} is done", None)
        return found

    return later if inspect.iscoroutinefunction(does) else at_once
