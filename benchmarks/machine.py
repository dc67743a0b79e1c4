"""The machine: what it is, and how much of it others used while an engine was measured."""

from __future__ import annotations

import platform
import re
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.lanes import Lane
from models.cores import usable_cores

_CPUINFO = Path("/proc/cpuinfo")
_FEATURES = re.compile(r"avx2|avx_vnni|avx512\w*|amx_\w+|asimd\w*|sve2?|i8mm|bf16")


@dataclass(frozen=True, slots=True)
class Machine:
    """What it is.

    Attributes:
        processor: Its name.
        features: Instructions that matter here.
        cores: Those this process may use.
        memory_gib: Installed.
        system: Operating system and Python.
        busy: Share of the cores in use before anything was started, 0…1.
        steal: Share taken by other machines of the same host in that time, 0…1.
    """

    processor: str
    features: tuple[str, ...]
    cores: int
    memory_gib: float
    system: str
    busy: float
    steal: float


def look(seconds: float = 3.0) -> Machine:
    """Describe this machine, and how busy it is during ``seconds``."""
    text = _CPUINFO.read_text(encoding="utf-8") if _CPUINFO.is_file() else ""
    name = re.search(r"model name\s*:\s*(.+)", text)
    flags = re.search(r"(?:flags|Features)\s*:\s*(.+)", text)
    before = _times()
    time.sleep(seconds)
    busy, steal = _shares(before, _times())
    return Machine(
        processor=name[1] if name else platform.processor() or platform.machine(),
        features=tuple(sorted(set(_FEATURES.findall(flags[1])))) if flags else (),
        cores=usable_cores(),
        memory_gib=psutil.virtual_memory().total / 2**30,
        system=f"{platform.platform()}, Python {platform.python_version()}",
        busy=busy,
        steal=steal,
    )


@dataclass(frozen=True, slots=True)
class Disturbance:
    """Who else used the cores while an engine was measured, as shares of all of them, 0…1.

    Attributes:
        others: Programs that are not the engine.
        steal: Other machines of the same host.
    """

    others: float
    steal: float


class Watch:
    """Measures the disturbance from its making until ``read``.

    Args:
        lane: The engine that is measured.
    """

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._before = _times()
        self._used = lane.cpu_seconds()

    def read(self) -> Disturbance:
        """The disturbance so far."""
        now = _times()
        total = sum(now.values()) - sum(self._before.values())
        busy, steal = _shares(self._before, now)
        own = (self._lane.cpu_seconds() - self._used) / total if total else 0.0
        return Disturbance(max(busy - own, 0.0), steal)


def _times() -> dict[str, float]:
    """Seconds by what the cores did; guests' time is left out, as it is counted as a user's too."""
    return {
        name: seconds
        for name, seconds in psutil.cpu_times()._asdict().items()
        if name not in {"guest", "guest_nice"}
    }


def _shares(before: dict[str, float], after: dict[str, float]) -> tuple[float, float]:
    spent = {name: after[name] - before[name] for name in after}
    total = sum(spent.values())
    if total <= 0:
        return 0.0, 0.0
    steal = spent.get("steal", 0.0)
    idle = spent["idle"] + spent.get("iowait", 0.0)
    return max(total - idle - steal, 0.0) / total, steal / total
