"""Keep the model service at twice its capacity for minutes, with everything going wrong; count the outcomes.

    python -m benchmarks.soak                       # ten minutes
    python -m benchmarks.soak --minutes 1 --json

Questions arrive at twice the pace that the service was measured to keep: many chats of a few, and one chat of
many. Some askers go away, some answers come after the deadline, others have none and would wait forever, the
checkpoint of a task is swapped every 20 seconds for one that answers otherwise, and a worker is killed every
30. It fails, with exit code 1, unless every question had exactly one outcome, every answer was that of the
checkpoint it names, memory stayed flat and nothing was left running.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import psutil
import typer
from safetensors.numpy import load_file, save_file

from benchmarks.questions import QUESTIONS
from benchmarks.soak_report import Report
from models import batching
from models.catalog import BUILTIN, Catalog, Source, load_catalog
from models.errors import TooLate
from models.results import LabelResult, MaskResult, Task
from models.runtime import ModelRunner
from models.service import ModelService
from models.tasks.job import Job

QUEUE_SIZE = 256
OVERLOAD = 2.0
SWAP_EVERY = 20.0  # seconds
KILL_EVERY = 30.0
GO_AWAY = 0.1  # of those who ask
PATIENT = 0.25  # of the requests: no deadline
LOST = 60.0  # seconds after which who has no deadline was forgotten: no queue is as long
TOLERANCE = 0.02  # of a score: a question's company in its batch moves the last digits, more so in eight bits
SWAPPED = Task.SENTIMENT

Expected = dict[tuple[int, str], dict[str, float]]
"""Scores by question and version of the checkpoint that answers it."""


class Killed(BaseException):
    """What stops a worker."""


@dataclass(slots=True)
class Killer:
    """Stops the worker that takes the next batch after it was told to."""

    told: bool = False
    killed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self) -> Callable[[], None]:
        """Stand between the workers and the model; gives back how to step aside."""
        run = ModelRunner.run

        def run_or_die(runner: ModelRunner, items: Sequence[Job[Any]]) -> list[Any]:
            with self._lock:
                told, self.told = self.told, False
                self.killed += told
            if told:
                raise Killed
            return run(runner, items)

        def step_aside() -> None:
            ModelRunner.run = run  # type: ignore[method-assign]  # as it was

        ModelRunner.run = run_or_die  # type: ignore[assignment,method-assign]  # for the time of the soak
        return step_aside


@dataclass(slots=True)
class Soak:
    """One service under overload.

    Attributes:
        service: Built; it is started and closed here.
        expected: What each checkpoint answers.
        report: Filled in.
        swap: Swaps the checkpoint of :data:`SWAPPED`.
    """

    service: ModelService
    expected: Expected
    report: Report
    swap: Callable[[], Awaitable[None]]
    killer: Killer = field(default_factory=Killer)
    _random: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311  # no secret
    _outcomes: bytearray = field(default_factory=bytearray)  # how many each question had: small for millions

    async def run(self) -> None:
        """Ask for the report's minutes, then close the service and see what is left."""
        await self.service.start()
        for question in QUESTIONS:  # warm before the clock starts
            with contextlib.suppress(TooLate):
                await question.ask(self.service)
        step_aside, deliver = self.killer.watch(), batching._deliver  # noqa: SLF001  # looked at
        self._forget_deadlines()
        batching._deliver = self._deliver(deliver)  # noqa: SLF001
        self._sample()
        seconds = 60 * self.report.minutes
        try:
            async with asyncio.TaskGroup() as group:
                disturbers = [
                    group.create_task(self._every(1.0, self._sample)),
                    group.create_task(self._every(min(KILL_EVERY, seconds / 3), self._kill)),
                    group.create_task(self._every(min(SWAP_EVERY, seconds / 3), self._swap)),
                ]
                await self._arrive(group, seconds)
                for disturber in disturbers:
                    disturber.cancel()
                await self._swap()  # one more while the last are answered, so that a short soak has one too
                await self.service.close()
        finally:
            step_aside()
            batching._deliver = deliver  # noqa: SLF001
        self.report.kills = self.killer.killed
        self.report.without = self._outcomes.count(0)

    def _forget_deadlines(self) -> None:
        """Of some requests: else one that is lost would be taken for one that is late."""
        batcher = self.service._batcher  # noqa: SLF001  # the service gives all the same
        submit = batcher.submit

        async def submit_some(*args: Any, deadline: float | None = None, **kwargs: Any) -> object:  # noqa: ANN401  # handed on
            if self._random.random() < PATIENT:
                deadline = None
            return await submit(*args, deadline=deadline, **kwargs)

        batcher.submit = submit_some  # type: ignore[method-assign,assignment]  # for the time of the soak

    def _deliver(self, deliver: Callable[..., None]) -> Callable[..., None]:
        """Count who is answered again; who went away or is too late has cancelled."""

        def look_and_deliver(batch: Sequence[Any], outcomes: Sequence[Any]) -> None:
            self.report.twice += sum(each.future.done() and not each.future.cancelled() for each in batch)
            deliver(batch, outcomes)

        return look_and_deliver

    async def _arrive(self, group: asyncio.TaskGroup, seconds: float) -> None:
        begin = time.monotonic()
        while (passed := time.monotonic() - begin) < seconds:
            due = int(OVERLOAD * self.report.capacity * passed)
            self._outcomes.extend(bytes(due - self.report.asked))
            for number in range(self.report.asked, due):
                task = group.create_task(self._ask(number))
                if self._random.random() < GO_AWAY:
                    patience = self._random.expovariate(1 / 0.1)
                    asyncio.get_running_loop().call_later(patience, task.cancel)
            self.report.asked = due
            await asyncio.sleep(0.01)

    async def _ask(self, number: int) -> None:
        which = self._random.randrange(len(QUESTIONS))
        chat = 0 if self._random.random() < 0.5 else self._random.randrange(1, 100)  # half comes from one
        try:
            async with asyncio.timeout(LOST):
                result = await QUESTIONS[which].ask(self.service, chat=chat)
        except asyncio.CancelledError:
            outcome = "cancelled"
        except Exception as error:  # noqa: BLE001  # counted
            outcome = type(error).__name__
        else:
            outcome = "answered"
            expected = self.expected.get((which, result.version), {})
            self.report.wrong += not _same(_scores(result), expected)
        self.report.outcomes[outcome] += 1
        self._outcomes[number] += 1

    async def _every(self, seconds: float, disturb: Callable[[], Any]) -> None:
        while True:
            await asyncio.sleep(seconds)
            if (more := disturb()) is not None:
                await more

    def _sample(self) -> None:
        report, now = self.report, psutil.Process().memory_info().rss / 2**20
        report.rss_mib.append(now)
        if len(report.rss_mib) % 10 == 0:
            kinds = ", ".join(f"{count} {kind}" for kind, count in report.outcomes.most_common())
            print(f"{len(report.rss_mib):4d} s  {now:6.0f} MiB  {kinds}", file=sys.stderr, flush=True)

    def _kill(self) -> None:
        self.killer.told = True

    async def _swap(self) -> None:
        await self.swap()
        self.report.swaps += 1


def _scores(result: MaskResult | LabelResult) -> dict[str, float]:
    """By label, of a mask's one blank by word."""
    if isinstance(result, LabelResult):
        return dict(result.scores)
    return {candidate.token: candidate.score for candidate in result.masks[0]}


def _same(scores: dict[str, float], expected: dict[str, float]) -> bool:
    """Whether scores are those expected; a mask's last candidates may change places."""
    best = max(expected, key=lambda name: expected[name], default=None)
    return best in scores and all(
        abs(score - expected[name]) <= TOLERANCE for name, score in scores.items() if name in expected
    )


async def capacity(service: ModelService, *, clients: int = 64, seconds: float = 5.0) -> float:
    """Answers per second with closed-loop clients."""
    answered, begin = 0, time.monotonic()

    async def client(number: int) -> None:
        nonlocal answered
        for question in itertools.islice(itertools.cycle(QUESTIONS), number % len(QUESTIONS), None):
            if time.monotonic() - begin >= seconds:
                return
            await question.ask(service, chat=number)
            answered += 1

    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(client(number))
    return answered / (time.monotonic() - begin)


async def soak(catalog: Catalog, *, device: str, minutes: float, measure: float = 5.0) -> Report:
    """Measure a service, then soak another one in twice what that kept up with.

    Args:
        catalog: Its built-in preset answers.
        device: ``auto``, ``cpu`` or ``cuda``.
        minutes: How long questions arrive.
        measure: Seconds to measure for.
    """
    tasks, threads = asyncio.all_tasks(), set(threading.enumerate())
    source = catalog.source(BUILTIN, SWAPPED, "ko")
    with tempfile.TemporaryDirectory() as folder:
        turns = [
            replace(source, model=str(copy), tokenizer=str(copy)) for copy in _copies(source, Path(folder))
        ]
        measured = ModelService(catalog, device=device)
        expected: Expected = {}
        for each in turns:
            await measured.swap(SWAPPED, each, preset=BUILTIN)
            for number, question in enumerate(QUESTIONS):
                result = await question.ask(measured)
                expected[number, result.version] = _scores(result)
        report = Report(minutes, await capacity(measured, seconds=measure))
        await measured.close()
        print(
            f"{report.capacity:.0f} answers a second; now {OVERLOAD:g} times as many questions",
            file=sys.stderr,
        )
        deadline = QUEUE_SIZE / report.capacity  # what the last in a full queue waits: some are late
        service = ModelService(catalog, device=device, queue_size=QUEUE_SIZE, answer_deadline=deadline)
        await Soak(service, expected, report, _swapper(service, turns)).run()
    report.left = [task.get_name() for task in asyncio.all_tasks() - tasks]
    left = [each for each in threading.enumerate() if each not in threads]
    for thread in left:
        if thread.name.startswith("model-"):  # not asyncio's own pool
            thread.join(1.0)  # it has told its result, and may be about to end
            report.left += [thread.name] if thread.is_alive() else []
    return report


def _copies(source: Source, folder: Path) -> tuple[Path, Path]:
    """A checkpoint twice; the second one's sentiment is another."""
    one, other = (Path(shutil.copytree(source.model, folder / name)) for name in ("one", "other"))
    file = other / "model.safetensors"
    weights = load_file(file)
    weights["sentiment.out.bias"] = weights["sentiment.out.bias"] + np.array([1, -1], np.float32).astype(
        weights["sentiment.out.bias"].dtype
    )
    save_file(weights, file, {"format": "pt"})
    return one, other


def _swapper(service: ModelService, sources: Sequence[Source]) -> Callable[[], Awaitable[None]]:
    """What swaps the checkpoint of :data:`SWAPPED` for the next of these, by turns."""
    turns = itertools.cycle(sources)

    async def swap() -> None:
        await service.swap(SWAPPED, next(turns), preset=BUILTIN)

    return swap


def main(
    minutes: Annotated[float, typer.Option(min=0.01, help="How long questions arrive.")] = 10.0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print all that was counted, as JSON.")] = False,
) -> None:
    """Soak the built-in model's service, and tell what it did not stand."""
    logging.getLogger("models.batching").setLevel(logging.CRITICAL + 1)  # the kills are meant
    report = asyncio.run(soak(load_catalog(), device=device, minutes=minutes))
    if as_json:
        print(json.dumps(report.as_json()))
    else:
        kinds = ", ".join(f"{count} {kind}" for kind, count in report.outcomes.most_common())
        print(f"{report.asked} questions in {minutes:g} minutes: {kinds}")
        share, growth = 100 * report.share, 100 * report.growth
        print(
            f"{report.swaps} swaps, {report.kills} kills; {share:.0f} % of capacity; memory {growth:+.1f} %"
        )
    for fault in report.faults:
        print(f"benchmarks.soak: {fault}", file=sys.stderr)
    if report.faults:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
