"""What one core can do at most: large matrix products, the best of several tries and libraries.

    python -m benchmarks.peak        # a line of JSON: billions of operations per second, by precision

Run by the harness between rounds, so that it is taken on the machine as it was then.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable

import torch

_ROWS, _INNER, _COLUMNS = 512, 768, 3072
_TRIES = 8
_SECONDS = 0.05


def measure() -> dict[str, float]:
    """Peaks of one core in 10⁹ operations per second, a multiply-add counted as two."""
    torch.set_num_threads(1)
    left = torch.randn(_ROWS, _INNER)
    weight = torch.randn(_COLUMNS, _INNER)
    found = {"fp32": _rate(lambda: torch.nn.functional.linear(left, weight))}
    left16, weight16 = left.bfloat16(), weight.bfloat16()
    found["bf16"] = _rate(lambda: torch.nn.functional.linear(left16, weight16))
    # Of several libraries' products one is far behind on some processors: seconds a call. Once shows which.
    found["int8"] = _rate(min(_int8(left, weight), key=_once))
    return found


def _int8(left: torch.Tensor, weight: torch.Tensor) -> list[Callable[[], object]]:
    """Products of int8 with int32 sums, through each library that torch brings."""
    scales = weight.abs().amax(1) / 127
    products: list[Callable[[], object]] = []
    for engine in torch.backends.quantized.supported_engines:
        if engine not in {"fbgemm", "onednn", "x86"}:
            continue
        torch.backends.quantized.engine = engine
        quantised = torch.quantize_per_channel(
            weight, scales, torch.zeros(len(weight), dtype=torch.long), 0, torch.qint8
        )
        packed = torch.ops.quantized.linear_prepack(quantised, None)
        activations = torch.quantize_per_tensor(left, float(left.abs().max()) / 127, 128, torch.quint8)

        def product(packed: object = packed, activations: torch.Tensor = activations) -> object:
            return torch.ops.quantized.linear(activations, packed, 1.0, 0)

        products.append(product)
    if hasattr(torch, "_int_mm"):
        whole = torch.randint(-127, 127, (_ROWS, _INNER), dtype=torch.int8)
        right = torch.randint(-127, 127, (_INNER, _COLUMNS), dtype=torch.int8)
        products.append(lambda: torch._int_mm(whole, right))  # noqa: SLF001  # torch's only plain int8 product
    return products


@torch.inference_mode()
def _once(product: Callable[[], object]) -> float:
    """Seconds of a call, after one that may have been slow for being the first."""
    begin = time.perf_counter()
    product()
    if (first := time.perf_counter() - begin) > _SECONDS:
        return first
    begin = time.perf_counter()
    product()
    return time.perf_counter() - begin


@torch.inference_mode()
def _rate(product: Callable[[], object]) -> float:
    product()
    best = 0.0
    for _ in range(_TRIES):
        count = 0
        begin = time.perf_counter()
        while (elapsed := time.perf_counter() - begin) < _SECONDS:
            product()
            count += 1
        best = max(best, count / elapsed)
    return best * 2 * _ROWS * _INNER * _COLUMNS / 1e9


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # torch's notice that its quantised tensors will move to another package
    print(json.dumps(measure()))
