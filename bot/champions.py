"""Keeps the model service at the champions of the database, whoever promoted them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from bot import promoting
from bot.promoting import Trial
from bot.rebuilding import see_to
from bot.serving import let_answer
from bot.troubles import Kind, Trouble
from handlers.news import News
from models.catalog import Catalog
from models.errors import CheckpointMissing, CheckpointUnavailable, ModelServiceError, Unfit, unfit
from models.own import OwnModel
from models.results import Task
from models.service import ModelService
from models.traces import without_words
from storage.checkpoint_values import ChampionChange, ChampionChanged, TrainedCheckpoint
from storage.store import StorageError, Store

_log = logging.getLogger(__name__)

TRAINED_TASKS = tuple(task for task in Task if task is not Task.TOKENS)
EVERY_S = 2.0
MISSING_S = 60.0
"""Between two looks whether a champion's files are there by now; they may have to be read for that."""
_QUIET_S = 600.0


Tell = Callable[[Trouble], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Failure:
    """What could not serve.

    Attributes:
        name: The champion; None for the catalogue's own.
        reason: Why, in one line of English.
        unfit: The same for a chat.
        again_at: When it is tried again, by the loop's clock, as its files are missing here; None for never.
    """

    name: str | None
    reason: str
    unfit: Unfit
    again_at: float | None


class Champions:
    """Lets the service of this process answer with the champions, and promotes others.

    One that cannot serve is taken back. Where only its files are missing, it stays champion, as they may
    come from the machine that trained it; the one before answers until they are there: after a start, who
    served last of those that can. The operator is told once.

    Args:
        store: Where the champions are.
        service: What answers.
        catalog: What answers where there is no champion.
        preset: Whose lines champions take over: the default one.
        trial: Tries what is to be promoted.
        missing_s: Seconds between two tries to find files that are missing.
    """

    def __init__(
        self,
        store: Store,
        service: ModelService,
        catalog: Catalog,
        preset: str,
        trial: Trial,
        *,
        missing_s: float = MISSING_S,
    ) -> None:
        self._store = store
        self._service = service
        self._catalog = catalog
        self._preset = catalog.checked(preset)
        self._own = OwnModel(catalog, self._preset)
        self._trial = trial
        self._missing_s = missing_s
        self._one_at_a_time = asyncio.Lock()
        self._serving: dict[Task, TrainedCheckpoint] = {}
        self._failed: dict[Task, _Failure] = {}
        self._troubles: list[Trouble] = []
        self._news = News(_QUIET_S)

    async def promote(
        self, task: Task, name: str | None, *, actor: int | str, reason: str, seen: str | None
    ) -> ChampionChange:
        """Try a checkpoint, let it serve, and return once it does in this process.

        Raises:
            ModelServiceError: It cannot serve, and nothing has changed, or not for long.
            StorageError: It may not; as ``Checkpoints.promote``.
        """
        change = await promoting.promote(
            self._store.checkpoints,
            self._trial,
            task,
            name,
            actor=actor,
            reason=reason,
            seen=seen,
            own=self._own,
        )
        return await self._followed(task, change)

    async def roll_back(
        self, task: Task, *, actor: int | str, reason: str, seen: str | None
    ) -> ChampionChange:
        """Try the champion from before, let it serve again, and return once it does in this process.

        Raises:
            ModelServiceError: It cannot serve, and nothing has changed, or not for long.
            StorageError: It may not; as ``Checkpoints.rollback``.
        """
        change = await promoting.roll_back(
            self._store.checkpoints,
            self._trial,
            task,
            actor=actor,
            reason=reason,
            seen=seen,
            own=self._own,
        )
        return await self._followed(task, change)

    async def follow(self) -> None:
        """Look who is champion, and let them serve.

        Raises:
            StorageError: The database failed.
        """
        async with self._one_at_a_time:
            await self._store.checkpoints.retire_tainted()
            standings = await self._store.checkpoints.standings()
            for task in TRAINED_TASKS:
                champion = standings[task].champion if task in standings else None
                await self._let_serve(task, champion)

    @asynccontextmanager
    async def following(self, tell: Tell, every: float = EVERY_S) -> AsyncIterator[None]:
        """Follow while the block runs.

        Args:
            tell: Tells the operator what is wrong with a champion.
            every: Seconds between two looks.
        """
        polling = asyncio.create_task(self._poll(tell, every))  # noqa: TID251  # awaited below
        try:
            yield
        finally:
            polling.cancel()
            with suppress(asyncio.CancelledError):
                await polling

    async def _followed(self, task: Task, change: ChampionChange) -> ChampionChange:
        await self.follow()
        failure = self._failed.get(task)
        if failure is None or failure.name != change.after:
            return change
        if failure.name is not None and failure.again_at is not None:  # its trial found the files
            await self._take_back(task, failure.name, failure)
        raise CheckpointUnavailable(failure.reason)

    async def _poll(self, tell: Tell, every: float) -> None:
        while True:
            try:
                await self.follow()
            except StorageError as error:
                if self._news.is_news(str(error)):
                    _log.warning("could not look who is champion, trying again: %s", error)
            while self._troubles:
                await tell(self._troubles.pop(0))
            await asyncio.sleep(every)

    async def _let_serve(self, task: Task, champion: TrainedCheckpoint | None) -> None:
        if champion is not None and champion.tainted:
            champion, trouble = await see_to(self._store, task, champion)
            self._troubles += [trouble] if trouble is not None else []
        if _same(champion, self._serving.get(task)):
            self._failed.pop(task, None)
        else:
            await self._replace(task, champion)

    async def _replace(self, task: Task, champion: TrainedCheckpoint | None) -> None:
        name, failure = _called(champion), self._failed.get(task)
        if failure is None or failure.name != name or self._is_due(failure):
            failure = await self._try(task, champion)
        if failure is None:
            self._failed.pop(task, None)
            self._note(task, champion)
            return
        is_news = not _same_failure(failure, self._failed.get(task))
        await self._let_another(task, is_news=is_news)
        self._failed[task] = failure
        if name is not None and failure.again_at is None:
            await self._take_back(task, name, failure)
        elif name is not None and is_news:
            serves = _called(self._serving.get(task))
            self._troubles.append(Trouble(Kind.NOT_HERE, task, name, serves, failure.reason, failure.unfit))

    async def _let_another(self, task: Task, *, is_news: bool) -> None:
        """Let who served last of those that can answer in place of a champion that cannot.

        A trained one that answered before goes on, unless it learnt from a deleted text.

        Args:
            task: The task.
            is_news: Whether it has just been found that the champion cannot: it is looked for but once.
        """
        checkpoints, serving = self._store.checkpoints, self._serving.get(task)
        if not (is_news if serving is None else (await checkpoints.get(serving.name)).tainted):
            return
        for each in await checkpoints.refuges(task):
            if _same(each, serving) or await self._try(task, each) is None:
                self._note(task, each)
                return

    def _note(self, task: Task, answers: TrainedCheckpoint | None) -> None:
        _log.info("%s is answered by %s", task, _name(answers))
        if answers is None:
            self._serving.pop(task, None)
        else:
            self._serving[task] = answers

    def _is_due(self, failure: _Failure) -> bool:
        return failure.again_at is not None and asyncio.get_running_loop().time() >= failure.again_at

    async def _try(self, task: Task, champion: TrainedCheckpoint | None) -> _Failure | None:
        """Let a champion answer; returns what is wrong if it cannot, and the one before goes on."""
        try:
            await let_answer(self._service, self._catalog, self._preset, task, champion)
        except Exception as error:  # noqa: BLE001  # whatever it is, the old one goes on
            unexpected = None if isinstance(error, ModelServiceError) else error
            reason = str(error) if unexpected is None else type(error).__name__
            again = isinstance(error, CheckpointMissing)
            again_at = asyncio.get_running_loop().time() + self._missing_s if again else None
            failure = _Failure(_called(champion), reason, unfit(error), again_at)
            if not _same_failure(failure, self._failed.get(task)):
                trace = "" if unexpected is None else f"\n{without_words(unexpected)}"
                _log.error("%s: %s cannot serve: %s%s", task, _name(champion), reason, trace)
            return failure
        return None

    async def _take_back(self, task: Task, name: str, failure: _Failure) -> None:
        serves = _called(self._serving.get(task))
        with suppress(ChampionChanged):  # somebody else has seen to it
            change = await self._store.checkpoints.withdraw(
                task, name, serves=serves, actor="bot", reason=failure.reason
            )
            trouble = Trouble(Kind.TAKEN_BACK, task, name, change.after, failure.reason, failure.unfit)
            self._troubles.append(trouble)


def _same(one: TrainedCheckpoint | None, other: TrainedCheckpoint | None) -> bool:
    return (None if one is None else one.id) == (None if other is None else other.id)


def _same_failure(one: _Failure, other: _Failure | None) -> bool:
    return other is not None and (one.name, one.reason) == (other.name, other.reason)


def _called(champion: TrainedCheckpoint | None) -> str | None:
    return None if champion is None else champion.name


def _name(champion: TrainedCheckpoint | None) -> str:
    return _called(champion) or "the catalogue's own checkpoint"
