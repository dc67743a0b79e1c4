"""How many cores this process may really use."""

from __future__ import annotations

import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(quota: Path = _QUOTA) -> int:
    """Cores by affinity, or fewer by a container's quota (``docker run --cpus``).

    Args:
        quota: ``cpu.max`` of cgroup v2: microseconds of CPU time, or ``max``, per period of microseconds
            (https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files).

    Returns:
        At least 1; a part of a core counts as one.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        limit, period = quota.read_text(encoding="ascii").split()
        return cores if limit == "max" else max(1, min(cores, -(-int(limit) // int(period))))
    except (OSError, ValueError):  # no cgroup v2 here
        return cores
