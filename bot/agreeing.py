"""Finds out what the voters agree on, beside the bot: it takes seconds, in processes of their own."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.children import Command, own_command, run_child
from handlers.news import News
from models.traces import in_short
from storage.activity import LastChange
from storage.outlook import Outlook
from storage.store import StorageError, Store

_log = logging.getLogger(__name__)

PATIENCE_S = 120.0
"""Who asks waits no longer than this."""
_HUNG_S = 3_600.0  # whoever counts this long waits for something that never comes
_REMEMBERED_S = 60.0


class Agreeing:
    """Owns the processes that find out what voters agree on, and how far.

    Args:
        store: Where people vote.
        every: Seconds between two times that it is found out without being asked for; 0 for never.
        command: Makes a command line of a command of this program.
    """

    def __init__(self, store: Store, *, every: float = 600.0, command: Command = own_command) -> None:
        self._store, self._every, self._command = store, every, command
        self._news = News(600.0)
        self._counting, self._agreeing = asyncio.Lock(), asyncio.Lock()
        self._alphas: tuple[float, Mapping[str, float | None]] | None = None
        self._agreed: tuple[LastChange, Mapping[str, tuple[str, bool]]] | None = None
        self._outlooks: Mapping[str, Outlook] = {}
        self._asked: set[asyncio.Task[bool]] = set()
        self._over = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Agree again and again while the block runs; leaving it ends what is being found out."""
        # Owned and awaited right here.
        always = asyncio.create_task(self._always())  # noqa: TID251
        try:
            yield
        finally:
            self._over = True
            tasks = [always, *self._asked]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def agree(self) -> bool:
        """Find out what voters agree on, if that may have changed since it was done last.

        What fails is logged, and tried again the next time. What takes too long goes on unawaited.

        Returns:
            Whether that is known now.
        """
        if self._over:
            return False
        # Owned by `running`, which awaits those that are left.
        asked = asyncio.create_task(self._agree())  # noqa: TID251
        self._asked.add(asked)
        asked.add_done_callback(self._asked.discard)
        await asyncio.wait([asked], timeout=PATIENCE_S)
        if not asked.done():
            _log.warning("what voters agree on: not known after %.0f s, which goes on", PATIENCE_S)
            return False
        return not asked.cancelled() and asked.result()

    def outlook(self, task: str) -> Outlook | None:
        """Return what a training of a task would have had when it was last known what voters agree on."""
        return self._outlooks.get(task)

    async def agreement(self) -> Mapping[str, float | None]:
        """Krippendorff's alpha by task; nothing if it cannot be found out.

        It is remembered for a minute.
        """
        async with self._counting:
            if self._alphas is None or time.monotonic() - self._alphas[0] > _REMEMBERED_S:
                self._alphas = time.monotonic(), await self._count()
            return self._alphas[1]

    async def _count(self) -> Mapping[str, float | None]:
        try:
            async with asyncio.timeout(PATIENCE_S):
                ended = await run_child(self._command("feedback", "stats", "--json"))
            if ended.code == 0:
                return {each["task"]: each["alpha"] for each in json.loads(ended.output)}
            _log.warning("feedback stats: %s", ended.said)
        except (TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("feedback stats: %s", in_short(error))
        return {}

    async def _agree(self) -> bool:
        async with self._agreeing:
            try:
                last = await self._store.activity.last_change()
                now = last, await self._champions()
                if now == self._agreed or (self._agreed is None and not last.events and not last.imported):
                    return True
                async with asyncio.timeout(_HUNG_S):
                    ended = await run_child(self._command("feedback", "agree", "--json"))
                if ended.code == 0:
                    told = json.loads(ended.output)
                    self._outlooks = {task: Outlook(**its) for task, its in told.items()}
                    self._agreed = now
            except (StorageError, OSError, ValueError, TypeError, AttributeError) as error:
                _log.warning("what voters agree on: %s", in_short(error))
                return False
            if ended.code and self._news.is_news(("agree", ended.said)):
                _log.warning("feedback agree: %s", ended.said)
            return ended.code == 0

    async def _champions(self) -> Mapping[str, tuple[str, bool]]:
        """Who answers each task: what that has learnt from is no gold for the next."""
        standings = await self._store.checkpoints.standings()
        return {
            task: (each.champion.name, each.champion.tainted)
            for task, each in standings.items()
            if each.champion is not None
        }

    async def _always(self) -> None:
        while self._every:
            await asyncio.sleep(self._every)
            await self._agree()
