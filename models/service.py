"""ModelService: the one thing that handlers and the command line know of models."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from models.batching import Batcher
from models.blanks import parse
from models.blocklist import Blocklist, load_blocklist
from models.catalog import BUILTIN, Catalog, Source
from models.downloads import DownloadProgress, Watch
from models.errors import CheckpointUnavailable, ModelServiceError, PreferredUnavailable, StillLoading
from models.loads import Loads, in_thread
from models.results import LabelResult, MaskResult, Task, TokensResult
from models.runners import Runners
from models.tasks.mask import mask_job
from models.tasks.nli import nli_job
from models.tasks.nsp import nsp_job
from models.tasks.sentiment import sentiment_job
from models.tasks.tokens import tokens_job
from models.text import Language, language_of
from models.traces import without_words

if TYPE_CHECKING:
    from models.tasks.job import Job

Result = TypeVar("Result")

_LOG = logging.getLogger(__name__)
_LONGEST_COST = 512


class ModelService:
    """Answers the five tasks; one instance for all chats.

    All tokenizer and model work is done in threads behind a bounded queue. Checkpoints load when they are
    first needed, once, and stay.

    Args:
        catalog: The presets.
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``fp32``, ``bf16`` or ``int8``.
        watch: Is told how far downloads are, from other threads.
        preset: The preset that answers when none is named. Where it has no checkpoint for a task and
            language, the built-in one answers.
        queue_size: How many requests may wait; more are refused as ``Busy``.
        load_patience: Seconds a request waits for its checkpoint to load or download before it is refused
            as ``Busy``; the load goes on for who asks later. None to wait for as long as it takes.
        answer_deadline: Seconds from when a request is queued until it is refused as ``TooLate``. None to
            wait for as long as it takes.

    Raises:
        UnknownPreset: If there is no such preset.

    Every coroutine that answers takes the ``chat`` that asks: chats share the workers by turns, and none may
    fill the queue alone. None shares with nobody. It takes the ``preset`` that answers, and no other does;
    or, for none, a preset to ``prefer`` to the default one where it has a checkpoint.

    It raises, besides what it names:
        Busy: If the queue, or the chat's share of it, is full, or a checkpoint is still loading.
        TooLate: If the deadline passed.
        EmptyText: If there is nothing to read in a text.
        UnknownPreset: If no preset has the name.
        TaskNotServed: If the named preset has no checkpoint for the task in the text's language.
        CheckpointUnavailable: If the checkpoint can't be loaded; ``PreferredUnavailable`` if it is the
            preferred preset's.
        ModelServiceError: If the service is closed.
    """

    def __init__(
        self,
        catalog: Catalog,
        *,
        device: str = "auto",
        precision: str = "auto",
        watch: Watch | None = None,
        preset: str = BUILTIN,
        queue_size: int = 256,
        load_patience: float | None = None,
        answer_deadline: float | None = None,
    ) -> None:
        self._catalog = catalog
        self._watch = watch
        self._download: DownloadProgress | None = None
        self._preset = catalog.checked(preset)
        self._blocklist: Blocklist = load_blocklist()
        self._batcher = Batcher(queue_size=queue_size)
        self._loads = Loads(most_waiting=queue_size, patience=load_patience)
        self._answer_deadline = answer_deadline
        self._active = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False
        self._warming: asyncio.Task[None] | None = None
        self._swapping = asyncio.Lock()
        self._coming: frozenset[tuple[Source, Task]] = frozenset()  # by a swap
        self._runners = Runners(device, precision, self._watched, self._wanted)

    @property
    def presets(self) -> tuple[str, ...]:
        """Names of all presets."""
        return tuple(self._catalog.presets)

    @property
    def preset(self) -> str:
        """The preset that answers when none is named."""
        return self._preset

    @property
    def download(self) -> DownloadProgress | None:
        """How far the download is that goes on, if one does."""
        return self._download

    async def start(self) -> None:
        """Begin to load the default preset, without waiting for it.

        Raises:
            ModelServiceError: If a device or precision is asked for that isn't there.
        """
        if not self._runners.run_anywhere:  # worth waiting for, to say that the machine hasn't got it
            await asyncio.shield(self._loads.begin("device", self._runners.ready))
        self._warming = asyncio.create_task(self._warm_up())  # noqa: TID251  # close() awaits it

    async def close(self) -> None:
        """Refuse new requests, answer those that were accepted, then stop."""
        self._closing = True
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        await self._idle.wait()
        await self._batcher.close()
        await self._loads.close()

    async def mask(
        self,
        text: str,
        *,
        preset: str | None = None,
        prefer: str | None = None,
        top_k: int = 5,
        chat: Hashable | None = None,
    ) -> MaskResult:
        """Fill the blanks of a text.

        Args:
            text: Has at least one ``[MASK]``, ``___``, ``(빈칸)`` or ``(blank)``.
            preset: Who answers; None for the default.
            prefer: Who answers rather than the default.
            top_k: Candidates per blank.
            chat: Who asks.

        Raises:
            NoBlank: If the text has no blank.
        """
        blanked = parse(text)
        name, source = self._find(preset, prefer, Task.MASK, blanked.language)
        with _telling_if_chosen(name, prefer):
            return await self._ask(source, mask_job(blanked, name, top_k, self._blocklist), chat)

    async def nsp(
        self,
        first: str,
        second: str,
        *,
        preset: str | None = None,
        prefer: str | None = None,
        chat: Hashable | None = None,
    ) -> LabelResult:
        """Tell whether ``second`` follows ``first``."""
        name, source = self._find(preset, prefer, Task.NSP, language_of(first, second))
        with _telling_if_chosen(name, prefer):
            return await self._ask(source, nsp_job(first, second, name), chat)

    async def sentiment(
        self,
        text: str,
        *,
        preset: str | None = None,
        prefer: str | None = None,
        chat: Hashable | None = None,
    ) -> LabelResult:
        """Tell whether a text is positive or negative."""
        name, source = self._find(preset, prefer, Task.SENTIMENT, language_of(text))
        with _telling_if_chosen(name, prefer):
            return await self._ask(source, sentiment_job(text, name), chat)

    async def nli(
        self,
        premise: str,
        hypothesis: str,
        *,
        preset: str | None = None,
        prefer: str | None = None,
        chat: Hashable | None = None,
    ) -> LabelResult:
        """Tell whether ``premise`` entails ``hypothesis``, contradicts it, or neither."""
        name, source = self._find(preset, prefer, Task.NLI, language_of(premise, hypothesis))
        with _telling_if_chosen(name, prefer):
            return await self._ask(source, nli_job(premise, hypothesis, name), chat)

    async def tokens(
        self,
        text: str,
        second: str | None = None,
        *,
        preset: str | None = None,
        prefer: str | None = None,
        compare: str | None = None,
        chat: Hashable | None = None,
    ) -> TokensResult:
        """Cut a text, or a pair, into subwords.

        Args:
            text: The text.
            second: The second text of a pair.
            preset: Whose tokenizer cuts.
            prefer: Whose tokenizer cuts rather than the default one's.
            compare: Whose tokenizer also cuts; None for the first other one that needs no download.
            chat: Who asks.
        """
        language = language_of(text, second or "")
        name, source = self._find(preset, prefer, Task.TOKENS, language)
        job = tokens_job(text, second, name)
        others = (
            {compare: self._catalog.source(compare, Task.TOKENS, language)}
            if compare
            else {
                other: self._catalog.source(other, Task.TOKENS, language)
                for other in self.presets
                if other != name and self._catalog.serves(other, Task.TOKENS, language)
            }
        )
        with self._accepted(), _telling_if_chosen(name, prefer):
            download = compare is not None
            key = (Task.TOKENS, source, tuple(others.items()), download)
            runner = await self._load(key, lambda: self._runners.tokens(source, others, download=download))
            return await self._batcher.submit(
                runner,
                job,
                1,
                chat=chat,
                deadline=self._answer_deadline,  # no network runs
            )

    async def swap(
        self, task: Task, source: Source, *, preset: str | None = None, language: str = "any"
    ) -> str:
        """Let another checkpoint serve a task from now on, without a pause.

        It is loaded and tried beside the one in service. Requests accepted before are answered by the old
        one, those after by the new one, none by both; the old one's memory is free after its last answer.

        Args:
            task: Any but ``tokens``.
            source: The checkpoint, in a folder or revision of its own: one that was loaded before isn't read
                again.
            preset: Whose line in the catalogue; None for the default one's.
            language: ``ko``, ``en``, or ``any`` for both.

        Returns:
            The new checkpoint's version, which its answers carry.

        Raises:
            CheckpointUnavailable: If it can't be loaded, lacks the head, or answers with what are not
                numbers; the old one stays, as after every other error.
            ModelServiceError: If the task or language can't be swapped.
            UnknownPreset: If there is no such preset.
        """
        if task is Task.TOKENS:
            raise ModelServiceError("tokens has a tokenizer, no checkpoint that could be swapped")
        name = preset or self._preset
        self._catalog.with_source(name, task, language, source)  # what can't be is refused before the reading
        self._require_open()
        async with self._swapping:  # one after the other: the one called last stays
            self._coming = frozenset({(source, task)})
            try:
                load = self._loads.begin((task, source), lambda: self._runners.model(source, task))
                runner = await asyncio.shield(load)  # may take minutes, which closing doesn't wait for
                with self._accepted():
                    self._start_workers()
                    self._catalog = self._catalog.with_source(name, task, language, source)
            finally:
                self._coming = frozenset()
                await self._release()
        return runner.checkpoint.version

    async def _release(self) -> None:
        """Let go of the models that the catalogue doesn't name; they go on to their last answer."""
        wanted = self._wanted()
        self._loads.forget(
            lambda key: (
                isinstance(key, tuple) and key[0] is not Task.TOKENS and (key[1], key[0]) not in wanted
            )
        )
        if self._runners.loader is not None:
            await in_thread(self._runners.let_go)

    def _wanted(self) -> frozenset[tuple[Source, Task]]:
        return self._catalog.sources() | self._coming

    def _find(
        self, preset: str | None, prefer: str | None, task: Task, language: Language
    ) -> tuple[str, Source]:
        """What the answer calls its model, and the checkpoint."""
        if preset is None:
            wanted = (name for name in (prefer, self._preset) if name is not None)
            preset = next((name for name in wanted if self._catalog.serves(name, task, language)), BUILTIN)
        source = self._catalog.source(preset, task, language)
        return source.name or preset, source

    async def _ask(self, source: Source, job: Job[Result], chat: Hashable | None) -> Result:
        with self._accepted():
            runner = await self._load((job.task, source), lambda: self._runners.model(source, job.task))
            return await self._batcher.submit(
                runner, job, _cost(job.characters), chat=chat, deadline=self._answer_deadline
            )

    def _require_open(self) -> None:
        if self._closing:
            raise ModelServiceError("the model service is closed")

    @contextlib.contextmanager
    def _accepted(self) -> Iterator[None]:
        """Count a request, so that closing can wait for it."""
        self._require_open()
        self._active += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._active -= 1
            if not self._active:
                self._idle.set()

    async def _load(self, key: Hashable, load: Callable[[], Result]) -> Result:
        try:
            result = await self._loads.get(key, load)
        except StillLoading as error:
            raise StillLoading(error.retry_after, self._download) from None
        self._start_workers()
        return result

    def _start_workers(self) -> None:
        if (loader := self._runners.loader) is not None:
            self._batcher.start(loader.workers, loader.batch_cost)

    async def _warm_up(self) -> None:
        """Load every checkpoint of the default preset, one after the other, as if it were asked for."""
        for (task, _), source in self._catalog.presets[self._preset].items():
            if (source, task) not in self._catalog.sources():
                continue  # swapped meanwhile
            load = partial(self._runners.first, task, source)
            try:
                await asyncio.shield(self._loads.begin((task, source), load))
            except ModelServiceError as error:
                _LOG.warning("%s of preset %s: %s", task, self._preset, error)
            except Exception as error:  # noqa: BLE001  # nobody awaits the warm-up; who asks later gets it too
                _LOG.error("%s of preset %s\n%s", task, self._preset, without_words(error))

    def _watched(self, progress: DownloadProgress | None) -> None:
        """Take note of a download, in a loading thread."""
        self._download = progress
        if self._watch is not None:
            self._watch(progress)


@contextlib.contextmanager
def _telling_if_chosen(name: str, prefer: str | None) -> Iterator[None]:
    """Say which preset it is that cannot be loaded, where somebody has chosen it and may choose another.

    Raises:
        PreferredUnavailable: It is the preferred one.
    """
    try:
        yield
    except CheckpointUnavailable as error:
        if name == prefer:
            raise PreferredUnavailable(str(error), name) from error
        raise


def _cost(characters: int) -> int:
    """Estimated tokens: about two characters each in Korean; in English three to five."""
    return min(characters // 2 + 4, _LONGEST_COST)
