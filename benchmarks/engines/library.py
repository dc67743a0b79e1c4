"""A library behind the benchmark's own front."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.front import Answerer, Front


class Library:
    """An ``Engine`` made of a function that answers lists of texts.

    Args:
        load: Called in each worker thread.
        workers: Threads.
        batch: Most texts per call.
        remark: For the report.
    """

    shares_loop = True

    def __init__(self, load: Callable[[], Answerer], *, workers: int, batch: int, remark: str) -> None:
        self._front = Front(load, workers=workers, batch=batch)
        self.remark = remark

    async def start(self) -> None:
        """Load in every worker."""
        await self._front.start()

    async def ask(self, text: str) -> Sequence[float]:
        """Queue a text."""
        return await self._front.ask(text)

    async def close(self) -> None:
        """End the workers."""
        await self._front.close()
