"""A runner that waits at a gate, and how to queue behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.batching import Batcher


class Killed(BaseException):
    """What no runner should raise."""


@dataclass(eq=False)
class Doubler:
    """Doubles numbers; waits at its gate before each batch."""

    batches: list[list[int]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)
    bad: int | None = None
    error: BaseException = field(default_factory=lambda: ValueError("poison"))

    def run(self, items: Sequence[int]) -> list[int | Exception]:
        self.entered.set()
        assert self.gate.wait(10)
        self.batches.append(list(items))
        if self.bad in items:
            raise self.error
        return [item * 2 for item in items]


async def occupied(batcher: Batcher, runner: Doubler) -> asyncio.Task[int]:
    """Keep the only worker busy with item 1 until the gate opens."""
    task: asyncio.Task[int] = asyncio.get_running_loop().create_task(batcher.submit(runner, 1, 1))
    await asyncio.to_thread(runner.entered.wait, 10)
    return task


async def queued(
    batcher: Batcher,
    runner: Doubler,
    items: Sequence[int],
    cost: int = 1,
    *,
    chat: int | None = None,
    deadline: float | None = None,
) -> list[asyncio.Task[int]]:
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[int]] = [
        loop.create_task(batcher.submit(runner, item, cost, chat=chat, deadline=deadline)) for item in items
    ]
    await asyncio.sleep(0)  # let them reach the queue
    return tasks
