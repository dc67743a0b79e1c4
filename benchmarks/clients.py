"""Closed-loop clients and the ticker that shows how long the loop they share with an engine is held up.

Runs beside every engine, in environments of the engines' own: standard library only.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

TICK = 0.005

Question = TypeVar("Question")


@dataclass(frozen=True, slots=True)
class Load:
    """What the clients saw.

    Attributes:
        clients: How many asked at the same time.
        answered: Requests that were answered.
        failed: Requests that were not, by the name of the exception.
        elapsed: Seconds from the first question to the last answer.
        waits_ms: Milliseconds each answer took, in the order of the answers.
        lags_ms: Per tick, milliseconds by which the event loop was late.
    """

    clients: int
    answered: int
    failed: dict[str, int]
    elapsed: float
    waits_ms: list[float]
    lags_ms: list[float]

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.answered / self.elapsed


async def closed_loop(
    ask: Callable[[Question], Awaitable[object]],
    texts: Sequence[Question],
    *,
    clients: int,
    seconds: float,
    at_least: int = 0,
    at_most: float = 120.0,
) -> Load:
    """Let clients ask one text after the other, each as soon as its last one is answered.

    All questions that were begun are waited for and counted: an engine that works in large batches would
    otherwise win or lose one by chance at the end.

    Args:
        ask: Gives the answer or raises.
        texts: Asked in this order, again and again.
        clients: How many ask at the same time.
        seconds: No question begins after this, if
        at_least: as many were answered,
        at_most: or after this many seconds in any case.
    """
    waits: list[float] = []
    failed: Counter[str] = Counter()
    questions = itertools.cycle(texts)
    begin = time.perf_counter()

    async def client() -> None:
        for text in questions:
            asked = time.perf_counter()
            since = asked - begin
            if since >= at_most or (since >= seconds and len(waits) + failed.total() >= at_least):
                return
            try:
                await ask(text)
            except Exception as error:  # noqa: BLE001  # counted by name
                failed[type(error).__name__] += 1
                await asyncio.sleep(TICK)  # an engine that refuses at once must not spin the loop
            else:
                waits.append((time.perf_counter() - asked) * 1e3)

    lags: list[float] = []
    async with asyncio.TaskGroup() as group:
        ticker = group.create_task(tick(lags))
        async with asyncio.TaskGroup() as asking:
            for _ in range(clients):
                asking.create_task(client())
        elapsed = time.perf_counter() - begin
        ticker.cancel()
    return Load(clients, len(waits), dict(failed), elapsed, waits, lags)


async def all_at_once(ask: Callable[[Question], Awaitable[object]], texts: Sequence[Question]) -> float:
    """Ask everything together and give back the seconds until the last answer; raises what ``ask`` does."""
    begin = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for text in texts:
            group.create_task(_discard(ask, text))
    return time.perf_counter() - begin


async def _discard(ask: Callable[[Question], Awaitable[object]], text: Question) -> None:
    await ask(text)


async def tick(lags: list[float]) -> None:
    """Note by how many milliseconds the event loop is late at each tick, until cancelled."""
    while True:
        due = time.perf_counter() + TICK
        await asyncio.sleep(TICK)
        lags.append((time.perf_counter() - due) * 1e3)
