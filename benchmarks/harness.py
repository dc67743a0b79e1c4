"""The comparison: every engine, every checkpoint, interleaved rounds.

For each checkpoint, every engine starts in each layout that is tried, its answers are checked, and a short
trial tells in which layout it takes more load and in which it answers one client sooner; each is kept for its
kind of load, the others end. Then the rounds: in each, every engine in turn, in an order that is shuffled
anew, is put under saturation (64 clients), given a heap of texts at once, and put under light load (one
client), while the processes of all others are frozen. An engine that fails anywhere is carried on by name
with its reason.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.agreement import Agreement, compare
from benchmarks.engines import Entry, Layout, layouts
from benchmarks.lanes import EngineFailed, Lane
from benchmarks.machine import Disturbance, Watch
from benchmarks.shape import TRAINED
from benchmarks.traffic import BLOCK, SEED

Say = Callable[[str], None]
MakeLane = Callable[[Entry, Layout], Lane]


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how often.

    Attributes:
        rounds: Rounds.
        seconds: Of saturation per round and engine, at least.
        light_seconds: Of light load per round and engine.
        clients: Under saturation.
        at_least: Answers under saturation per round and engine.
        most_offline: Most texts at once.
        seed: Of the order of the engines.
    """

    rounds: int = 3
    seconds: float = 5.0
    light_seconds: float = 3.0
    clients: int = 64
    at_least: int = 192
    most_offline: int = 2048
    seed: int = SEED


@dataclass(slots=True)
class Loads:
    """What one kind of load showed over the rounds.

    Attributes:
        layout: Workers × threads it ran with.
        rates: Answers per second of each round.
        waits_ms: Every wait.
        lags_ms: Every lag of the loop; empty where the engine serves from another process.
        failed: Requests not answered.
        others: Share of the cores that other programs used, per round.
        steal: Share that other machines of the host took, per round.
    """

    layout: str = ""
    rates: list[float] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)
    lags_ms: list[float] = field(default_factory=list)
    failed: int = 0
    others: list[float] = field(default_factory=list)
    steal: list[float] = field(default_factory=list)

    def add(self, load: dict[str, Any], disturbance: Disturbance) -> None:
        """Take in a round's load, as the worker reports it."""
        self.rates.append(load["answered"] / load["elapsed"])
        self.waits_ms += load["waits_ms"]
        self.lags_ms += load["lags_ms"]
        self.failed += sum(load["failed"].values())
        self.others.append(disturbance.others)
        self.steal.append(disturbance.steal)


@dataclass(slots=True)
class Contestant:
    """One engine on one checkpoint.

    Attributes:
        entry: The engine.
        failure: Why it has no figures, or no more.
        heavy: Its process for saturation and for texts at once.
        light: Its process for light load, often the same.
        agreement: Of its answers; the worse of its layouts.
        saturated: Under saturation.
        relaxed: Under light load.
        offline: Texts per second of each round when given a heap at once.
        operations: Per second of each such round.
        memory: Resident bytes after saturation, the most.
        remark: What it is and how it runs.
        versions: Of its packages.
    """

    entry: Entry
    failure: str | None = None
    heavy: Lane | None = None
    light: Lane | None = None
    agreement: Agreement | None = None
    saturated: Loads = field(default_factory=Loads)
    relaxed: Loads = field(default_factory=Loads)
    offline: list[float] = field(default_factory=list)
    operations: list[float] = field(default_factory=list)
    memory: int = 0
    remark: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    trial_rate: float = 0.0

    def lanes(self) -> list[Lane]:
        """Its processes."""
        return list({id(lane): lane for lane in (self.heavy, self.light) if lane is not None}.values())

    def fail(self, reason: str) -> None:
        """Note a failure and end its processes."""
        self.failure = reason
        self.close()

    def close(self) -> None:
        """End its processes."""
        for lane in self.lanes():
            lane.close()
        self.heavy = self.light = None


class Contest:
    """All engines on one checkpoint.

    Args:
        entries: The engines.
        checkpoint: Folder of ``benchmarks.checkpoints``.
        operations: Arithmetic operations an answer needs, for each text of the traffic.
        settings: How long and how often.
        make_lane: Starts an engine in a layout; may raise.
        cores: How many there are.
        watch: Measures who else uses the machine.
        say: Called with every step, for a progress bar.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        checkpoint: Path,
        operations: Sequence[float],
        settings: Settings,
        *,
        make_lane: MakeLane,
        cores: int,
        say: Say,
        watch: Callable[[Lane], Watch] = Watch,
    ) -> None:
        self.contestants = [Contestant(entry) for entry in entries]
        self._operations = operations
        self._settings = settings
        self._make_lane = make_lane
        self._cores = cores
        self._say = say
        self._watch = watch
        self._trained = checkpoint.name == TRAINED
        self._reference = json.loads((checkpoint / "reference.json").read_text(encoding="utf-8"))
        self._random = random.Random(settings.seed)  # noqa: S311  # an order, no secret

    def run(self, between: Callable[[], None] = lambda: None) -> list[Contestant]:
        """Start everything, measure it, end everything.

        Args:
            between: Called before each round, while every engine is frozen.
        """
        try:
            for contestant in self.contestants:
                self._enter(contestant)
            for number in range(self._settings.rounds):
                between()
                running = [each for each in self.contestants if each.failure is None]
                self._random.shuffle(running)
                for contestant in running:
                    self._measure(contestant, number)
        finally:
            for contestant in self.contestants:
                contestant.close()
        return self.contestants

    def _enter(self, contestant: Contestant) -> None:
        """Try the layouts, keep the better ones, frozen."""
        tried: list[tuple[Lane, float, float]] = []
        reasons: list[str] = []
        try:
            for layout in layouts(contestant.entry, self._cores):
                self._say(f"{contestant.entry.name} {layout}: start, check, trial")
                try:
                    tried.append(self._try(contestant, layout))
                except Exception as error:  # noqa: BLE001  # named in the report, whatever it was
                    reasons.append(f"{layout}: {error}")
        except BaseException:  # an interruption
            for lane, _, _ in tried:
                lane.close()
            raise
        if not tried:
            contestant.failure = reasons[0].partition(": ")[2]
            return
        contestant.heavy, contestant.trial_rate, _ = max(tried, key=lambda each: each[1])
        contestant.light = min(tried, key=lambda each: each[2])[0]
        contestant.saturated.layout = str(contestant.heavy.place.layout)
        contestant.relaxed.layout = str(contestant.light.place.layout)
        for lane, _, _ in tried:
            if lane not in contestant.lanes():
                lane.close()

    def _try(self, contestant: Contestant, layout: Layout) -> tuple[Lane, float, float]:
        """Start, check and try one layout: the lane, frozen, its rate and its light wait."""
        lane = self._make_lane(contestant.entry, layout)
        try:
            lane.wait_started()
            contestant.remark, contestant.versions = lane.remark, dict(lane.versions)
            self._check(contestant, lane)
            settings = self._settings
            heavy = lane.order(
                do="load",
                clients=settings.clients,
                seconds=settings.seconds / 3,
                at_least=settings.clients,
            )
            light = lane.order(do="load", clients=1, seconds=settings.light_seconds / 3, at_least=BLOCK // 4)
            _require_answers(heavy)
            _require_answers(light)
            lane.freeze()
        except BaseException:
            lane.close()
            raise
        return lane, heavy["answered"] / heavy["elapsed"], fmean(light["waits_ms"])

    def _check(self, contestant: Contestant, lane: Lane) -> None:
        answers = lane.order(do="answer", texts=self._reference["texts"])["answers"]
        agreement = compare(answers, self._reference["answers"])
        fault = agreement.fault(contestant.entry.precision, trained=self._trained)
        if fault:
            raise EngineFailed(fault)
        if contestant.agreement is None or agreement.correlation < contestant.agreement.correlation:
            contestant.agreement = agreement

    def _measure(self, contestant: Contestant, number: int) -> None:
        """One turn of one engine."""
        settings = self._settings
        heavy, light = contestant.heavy, contestant.light
        assert heavy is not None  # noqa: S101  # it didn't fail
        assert light is not None  # noqa: S101
        start = number * BLOCK * 16  # every engine is asked the same texts in a round
        self._say(f"round {number + 1}: {contestant.entry.name}")
        try:
            heavy.thaw()
            watch = self._watch(heavy)
            load = heavy.order(
                do="load",
                clients=settings.clients,
                seconds=settings.seconds,
                at_least=settings.at_least,
                **{"from": start},
            )
            _require_answers(load)
            contestant.saturated.add(load, watch.read())
            contestant.memory = max(contestant.memory, heavy.memory())
            self._offline(contestant, heavy)
            if light is not heavy:
                heavy.freeze()
                light.thaw()
            watch = self._watch(light)
            load = light.order(do="load", clients=1, seconds=settings.light_seconds, **{"from": start})
            _require_answers(load)
            contestant.relaxed.add(load, watch.read())
            light.freeze()
        except Exception as error:  # noqa: BLE001  # named in the report, whatever it was
            contestant.fail(f"in round {number + 1}: {error}")

    def _offline(self, contestant: Contestant, lane: Lane) -> None:
        """A heap of texts at once: about as many as take the time of a saturation."""
        blocks = round(contestant.trial_rate * self._settings.seconds / BLOCK)
        count = min(max(blocks, 1) * BLOCK, self._settings.most_offline)
        elapsed = lane.order(do="offline", count=count)["elapsed"]
        contestant.offline.append(count / elapsed)
        contestant.operations.append(sum(self._operations[:count]) / elapsed)


def _require_answers(load: dict[str, Any]) -> None:
    if not load["answered"]:
        raise EngineFailed(f"answered nothing under load ({', '.join(load['failed'])})")
