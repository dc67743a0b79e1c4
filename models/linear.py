"""The linear layers of a packed BERT, in the precision that was chosen for it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Linear = Callable[[Tensor], Tensor]
"""Maps ``[rows, in]`` to ``[rows, out]``."""


class Precision(StrEnum):
    """What the matrix products are computed in; everything between them is float32 or bfloat16."""

    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"

    @property
    def dtype(self) -> torch.dtype:
        """Of the hidden states."""
        return torch.bfloat16 if self is Precision.BF16 else torch.float32


def linear(weight: Tensor, bias: Tensor | None, precision: Precision) -> Linear:
    """Prepare a layer once, to be called often.

    Args:
        weight: ``[out, in]``, float32.
        bias: ``[out]``, float32.
        precision: ``int8`` needs a CPU.
    """
    if precision is Precision.INT8:
        return _int8(weight, bias)
    weight = weight.to(precision.dtype)
    bias = None if bias is None else bias.to(precision.dtype)
    return lambda rows: functional.linear(rows, weight, bias)


def _int8(weight: Tensor, bias: Tensor | None) -> Linear:
    """Weights in 8 bits, one scale per output; activations in 8 bits, one scale per call.

    torch's ``x86`` backend takes FBGEMM or oneDNN, whichever it knows to be faster for the processor.
    Processors without VNNI add pairs of products in 16 bits, which 8-bit activations can overflow: they get 7
    (https://docs.pytorch.org/docs/stable/quantization.html, "reduce_range").
    """
    scales = weight.abs().amax(1).clamp(min=1e-8).double() / 127
    zeros = torch.zeros(len(weight), dtype=torch.int64)
    with warnings.catch_warnings():  # torch means to drop these kernels one day: `has_int8` looks for them
        warnings.simplefilter("ignore", UserWarning)
        quantized = torch.quantize_per_channel(weight.contiguous(), scales, zeros, 0, torch.qint8)
    operators: Any = torch.ops.quantized
    packed = operators.linear_prepack(quantized, bias)
    narrow = not has_vnni()
    run: Callable[[Tensor, Any, bool], Tensor] = operators.linear_dynamic
    return lambda rows: run(rows, packed, narrow)


def has_vnni() -> bool:
    """Whether the processor adds 8-bit products in 32 bits (AVX-512 VNNI, AVX-VNNI)."""
    return bool(torch.cpu._is_vnni_supported())  # noqa: SLF001  # torch has no public question for it


def has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 natively (AVX-512 BF16, which AMX chips have too)."""
    return bool(torch.cpu._is_avx512_bf16_supported())  # noqa: SLF001  # as above


def has_int8() -> bool:
    """Whether torch has 8-bit kernels for this processor (x86 with AVX2 or better)."""
    return (
        hasattr(torch.ops.quantized, "linear_dynamic")
        and "x86" in torch.backends.quantized.supported_engines
        and bool(torch.cpu._is_avx2_supported())  # noqa: SLF001  # as above
    )
