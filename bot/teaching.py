"""Runs the trainings that were asked for, one at a time and beside the bot, and shows how far they are.

What is asked for, how far it is and how it ended stands in the database alone. So a bot that starts anew goes
on with what another left, shows it in the same message, and tells the end of what ended meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.children import Command, Ended, own_command, run_child
from handlers.news import News
from handlers.replies.training import run_html, run_keyboard
from handlers.tolerance import refusal
from handlers.train import reader_language
from storage.base import utc_now
from storage.errors import WrongFolder
from storage.runs import Failure, Run, RunState
from storage.store import StorageError, Store
from storage.workers import is_gone, own_worker

_log = logging.getLogger(__name__)

LOOK_S = 1.0
"""Between two looks for a training to run."""
EDIT_S = 3.0
"""Between two edits of a message that shows one; Telegram lets a bot write once a second into a chat."""
CANCEL_PATIENCE_S = 60.0
"""A step that is being made may take so long before a training that is cancelled is killed."""
_FAILURES = 3
"""A training whose process ends so often without any progress is given up."""
_PAUSE_S = 5.0  # after a failure, doubled with each


@dataclass(slots=True)
class _Failures:
    """How often a training's process has ended by itself, and after which progress."""

    progress: Mapping[str, object]
    count: int = 0


class Teaching:
    """Owns the processes that teach.

    Args:
        store: Where trainings are asked for.
        admins: People who may have asked; only their chats can be found again.
        command: Makes a command line of a command of this program.
    """

    def __init__(self, store: Store, admins: Collection[int] = (), *, command: Command = own_command) -> None:
        self._store, self._admins, self._command = store, admins, command
        self._failures: dict[int, _Failures] = {}
        self._shown: dict[int, object] = {}
        self._news = News(600.0)

    @asynccontextmanager
    async def running(self, bot: Bot) -> AsyncIterator[None]:
        """Run trainings and show them while the block runs.

        Leaving it interrupts a training, which saves where it is.
        """
        # Owned and awaited right here.
        tasks = [
            asyncio.create_task(self._always(self._train, LOOK_S)),  # noqa: TID251
            asyncio.create_task(self._always(lambda: self._show_all(bot), EDIT_S)),  # noqa: TID251
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(StorageError, TelegramError):
                await self._show_all(bot)

    async def _always(self, do: Callable[[], Awaitable[None]], pause: float) -> None:
        """Do something again and again; what fails is logged once and done again."""
        while True:
            try:
                await do()
            except (StorageError, TelegramError, OSError) as error:
                if self._news.is_news((type(error), str(error))):
                    _log.warning("teaching: %s", refusal(error))
            await asyncio.sleep(pause)

    async def _train(self) -> None:
        """Run the first training that nobody runs, if there is one."""
        for run in await self._store.runs.unfinished():
            if _is_left(run) and await self._may_run(run):
                if run.worker is not None:
                    _log.info("training %d of %s goes on, which %s left", run.id, run.task, run.worker)
                await self._run(run)
                return

    async def _may_run(self, run: Run) -> bool:
        """Leave a training to who has the database's teaching folder, where this bot has another.

        The log says so. Who asked for it in a chat is told of that instead: there may be nobody else.
        """
        try:
            await self._store.teaching.require()
        except WrongFolder as error:
            if run.chat is None and self._news.is_news((run.id, str(error))):
                _log.warning("training %d of %s waits: %s", run.id, run.task, error)
            return run.chat is not None
        return True

    async def _run(self, run: Run) -> None:
        before = dict(run.progress)
        options = ("--from-feedback", "--run", str(run.id), "--polite")
        ended = await self._child(run, self._command("train", "finetune", run.task, *options))
        after = await self._store.runs.get(run.id)
        if after.state.ended:
            self._failures.pop(run.id, None)
            return
        if not _is_left(after):  # another process runs it, which was quicker to claim it
            return
        if after.cancelling:
            await self._end(after, RunState.CANCELLED)
            return
        failures = self._failures.setdefault(run.id, _Failures(before))
        if failures.progress != after.progress:
            failures.progress, failures.count = dict(after.progress), 0
        failures.count += 1
        # One that was killed said nothing of it: its last words are of something else.
        why = (ended.code > 0 and ended.said) or f"exit code {ended.code}"
        _log.warning("training %d of %s ended by itself: %s", run.id, run.task, why)
        if failures.count >= _FAILURES:
            failure = Failure.ENDED if ended.code > 0 else Failure.KILLED
            await self._end(after, RunState.FAILED, why, failure)
        else:
            await asyncio.sleep(_PAUSE_S * 2.0 ** (failures.count - 1))

    async def _child(self, run: Run, command: tuple[str, ...]) -> Ended:
        """Run a training's process; one that is told to stop and does not is killed."""
        # Owned and awaited right here.
        child = asyncio.create_task(run_child(command))  # noqa: TID251
        try:
            asked: float | None = None
            while not (await asyncio.wait([child], timeout=LOOK_S))[0]:
                with suppress(StorageError):
                    if (await self._store.runs.get(run.id)).cancelling:
                        asked = asked or time.monotonic()
                if asked is not None and time.monotonic() - asked > CANCEL_PATIENCE_S:
                    child.cancel()
                    await asyncio.wait([child])
                    return Ended(-9, b"", "it did not stop")
            return child.result()
        finally:
            if not child.done():
                child.cancel()
                await asyncio.wait([child])

    async def _end(
        self, run: Run, state: RunState, error: str | None = None, failure: Failure | None = None
    ) -> None:
        """End a training that its process has left."""
        worker = own_worker()
        dead = run.worker if _has_ended(run) else None
        if await self._store.runs.claim(run.id, worker, instead_of=dead) is not None:
            progress = {**run.progress, **({"failure": failure} if failure is not None else {})}
            await self._store.runs.finish(run.id, worker, state, progress=progress, error=error)
        self._failures.pop(run.id, None)

    async def _show_all(self, bot: Bot) -> None:
        for run in await self._store.runs.shown():
            await self._show(bot, run)

    async def _show(self, bot: Bot, run: Run) -> None:
        """Bring the message that shows a training up to date; after its end it shows it no longer."""
        chat = self._store.runs.chat_of(run, self._admins)
        assert run.message_id is not None  # noqa: S101  # it is shown
        if chat is None:  # who reads it runs the bot no longer
            await self._tells_no_more(run, run.message_id)
            return
        language = await reader_language(self._store, run, chat)
        words, keyboard = run_html(run, language), run_keyboard(run, language)
        there = (run.message_id, words)
        try:
            if self._shown.get(run.id) != there:
                await bot.edit_message_text(
                    words, chat, run.message_id, reply_markup=keyboard, parse_mode=ParseMode.HTML
                )
        except BadRequest as error:
            if "not modified" not in error.message.lower():  # its reader has deleted it
                _log.info("the message of training %d: %s", run.id, error.message)
                await self._store.runs.shows_no_longer(run.id, run.message_id)
        except Forbidden:
            await self._store.runs.shows_no_longer(run.id, run.message_id)
        self._shown[run.id] = there
        if run.state.ended:
            await self._tells_no_more(run, run.message_id)

    async def _tells_no_more(self, run: Run, message_id: int) -> None:
        await self._store.runs.shows_no_longer(run.id, message_id)
        self._shown.pop(run.id, None)


def _is_left(run: Run) -> bool:
    """Whether a training that has not ended waits for a process: no living one has it."""
    return run.is_free(utc_now()) or _has_ended(run)


def _has_ended(run: Run) -> bool:
    return run.worker is not None and is_gone(run.worker)
