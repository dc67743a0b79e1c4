"""Whether to multiply in bfloat16."""

from __future__ import annotations

from pathlib import Path

import torch


def bf16_pays(device: torch.device) -> bool:
    """Whether a device multiplies bfloat16 natively: GPUs since Ampere, CPUs with AVX-512 BF16 or AMX."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    probe = Path("/proc/cpuinfo")
    return probe.exists() and "avx512_bf16" in probe.read_text(encoding="ascii", errors="replace")
