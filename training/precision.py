"""How a device computes fastest: in bfloat16 or not, and which attention."""

from __future__ import annotations

from pathlib import Path

import torch


def bf16_pays(device: torch.device) -> bool:
    """Whether a device multiplies bfloat16 natively: GPUs since Ampere, CPUs with AVX-512 BF16 or AMX."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    probe = Path("/proc/cpuinfo")
    return probe.exists() and "avx512_bf16" in probe.read_text(encoding="ascii", errors="replace")


def attention_of(device: torch.device) -> str:
    """Name of the attention to train with, as ``transformers`` has it.

    On the CPU plain products and softmax: torch 2.13's fused attention spends more time on the way back there
    than all of a plain attention takes.
    """
    return "eager" if device.type == "cpu" else "sdpa"
