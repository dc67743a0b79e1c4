"""What the report shows, reduced from the measurements: plain frozen values that go to JSON and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from statistics import fmean, median
from typing import Any

from benchmarks.harness import Contestant, Loads
from benchmarks.machine import Machine


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """One kind of load.

    Attributes:
        layout: Workers × threads.
        per_second: Answers per second, the median of the rounds.
        rates: Of each round.
        p50_ms: Median wait over all rounds, milliseconds.
        p95_ms: 95th percentile.
        p99_ms: 99th percentile.
        lag_p99_ms: 99th percentile of the lag of the event loop that serves; None if it's another process's.
        failed: Requests that were not answered.
        others: Share of the cores that other programs used meanwhile, 0…1.
        steal: Share that other machines of the same host took, 0…1.
    """

    layout: str
    per_second: float
    rates: tuple[float, ...]
    p50_ms: float
    p95_ms: float
    p99_ms: float
    lag_p99_ms: float | None
    failed: int
    others: float
    steal: float


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """One engine on one checkpoint.

    Attributes:
        name: Its short name.
        title: Its name.
        failure: Why there are no figures; None if there are.
        remark: What it is and how it runs.
        versions: Of its packages.
        saturated: Under 64 clients.
        light: Under one client.
        offline: Texts per second of a heap asked at once, the best round.
        giga_operations: Per second in that round, in 10⁹: what the answers need, padding not counted.
        memory_mib: Resident, the most after saturation, all its processes.
        same: Share of checked texts with the same likelier class as transformers.
        correlation: Of the log odds with transformers'.
        worst: Largest difference of a probability.
    """

    name: str
    title: str
    failure: str | None = None
    remark: str = ""
    versions: Mapping[str, str] | None = None
    saturated: LoadFigures | None = None
    light: LoadFigures | None = None
    offline: float = 0.0
    giga_operations: float = 0.0
    memory_mib: float = 0.0
    same: float = 0.0
    correlation: float = 0.0
    worst: float = 0.0


@dataclass(frozen=True, slots=True)
class CheckpointFigures:
    """All engines on one checkpoint."""

    name: str
    engines: tuple[EngineFigures, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """One run.

    Attributes:
        date: When it began, ISO 8601.
        command: What was typed.
        machine: Where.
        settings: How long and how often.
        peaks: Billions of operations per second and core by precision, the best of the run.
        checkpoints: The results.
    """

    date: str
    command: str
    machine: Machine
    settings: Mapping[str, float]
    peaks: Mapping[str, float]
    checkpoints: tuple[CheckpointFigures, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, parts: dict[str, Any]) -> Figures:
        """Read what ``to_json`` gave."""
        checkpoints = tuple(
            CheckpointFigures(each["name"], tuple(map(_engine, each["engines"])))
            for each in parts["checkpoints"]
        )
        machine = Machine(**parts["machine"] | {"features": tuple(parts["machine"]["features"])})
        return cls(**parts | {"machine": machine, "checkpoints": checkpoints})


def reduce(contestant: Contestant) -> EngineFigures:
    """The figures of one engine, or its failure."""
    entry = contestant.entry
    agreement = contestant.agreement
    if contestant.failure is not None or agreement is None:
        return EngineFigures(entry.name, entry.title, contestant.failure or "it was not measured")
    return EngineFigures(
        name=entry.name,
        title=entry.title,
        remark=contestant.remark,
        versions=contestant.versions,
        saturated=_load(contestant.saturated),
        light=_load(contestant.relaxed),
        offline=median(contestant.offline),
        giga_operations=median(contestant.operations) / 1e9,
        memory_mib=contestant.memory / 2**20,
        same=agreement.same,
        correlation=agreement.correlation,
        worst=agreement.worst,
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share (0…1) of the values lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[round(share * (len(ordered) - 1))]


def _load(loads: Loads) -> LoadFigures:
    return LoadFigures(
        layout=loads.layout,
        per_second=median(loads.rates),
        rates=tuple(loads.rates),
        p50_ms=percentile(loads.waits_ms, 0.50),
        p95_ms=percentile(loads.waits_ms, 0.95),
        p99_ms=percentile(loads.waits_ms, 0.99),
        lag_p99_ms=percentile(loads.lags_ms, 0.99) if loads.lags_ms else None,
        failed=loads.failed,
        others=fmean(loads.others),
        steal=fmean(loads.steal),
    )


def _engine(parts: dict[str, Any]) -> EngineFigures:
    loads = {
        name: LoadFigures(**parts[name] | {"rates": tuple(parts[name]["rates"])}) if parts[name] else None
        for name in ("saturated", "light")
    }
    known = {field.name for field in fields(EngineFigures)}
    return EngineFigures(**{key: value for key, value in parts.items() if key in known} | loads)
