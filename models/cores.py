"""How many cores this process may really use, and what they can do."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
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


def processor_flags(info: Path = _CPUINFO) -> frozenset[str]:
    """What an x86 Linux says its processor can do; nothing elsewhere.

    Args:
        info: ``/proc/cpuinfo``.
    """
    try:
        lines = info.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.partition(":")[2] for line in lines if line.startswith("flags")), "").split())


def adds_bytes_in_32_bits(info: Path = _CPUINFO) -> bool:
    """Whether sums of 8-bit products can't overflow on the way.

    x86 processors without VNNI add two products in 16 bits
    (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html, "reduce_range").
    """
    if platform.machine().lower() not in {"x86_64", "amd64", "i386", "i686"}:
        return True
    return bool(
        processor_flags(info) & {"avx512_vnni", "avx_vnni"}
    )  # unknown outside of Linux: then the safe way


def has_bf16(info: Path = _CPUINFO) -> bool:
    """Whether the processor multiplies bfloat16 natively, as every one with AMX does too."""
    return "avx512_bf16" in processor_flags(info)
