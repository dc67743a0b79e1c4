"""ONNX Runtime: attention, GELU and layer norm fused, then weights and activations quantised on the fly."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.engines import Engine, Spec
from benchmarks.engines.conversion import converted
from benchmarks.engines.library import Library
from benchmarks.engines.onnx_export import exported
from benchmarks.engines.tokens import FastTokenizer, softmax
from benchmarks.front import Answerer
from benchmarks.shape import shape

BATCH = 8

_FILE = "onnxruntime-int8.onnx"


def _convert(folder: Path) -> None:
    from onnx import TensorProto  # noqa: PLC0415
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415
    from onnxruntime.transformers import optimizer  # noqa: PLC0415

    size = shape(folder)
    fused = folder / "onnxruntime-fused.onnx"
    graph: Any = optimizer.optimize_model(
        str(exported(folder)), model_type="bert", num_heads=size.heads, hidden_size=size.hidden, opt_level=0
    )
    graph.save_model_to_file(str(fused))
    unfinished = folder / "onnxruntime-int8.tmp"
    quantize_dynamic(
        fused,
        unfinished,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=not _vnni(),
        # ONNX can't infer the types behind ONNX Runtime's own fused operators.
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
    fused.unlink()
    unfinished.rename(folder / _FILE)


def _vnni() -> bool:
    """Whether the processor adds int8 products without overflow; else weights keep to 7 bits.

    https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
    """
    cpuinfo = Path("/proc/cpuinfo")
    return not cpuinfo.is_file() or "vnni" in cpuinfo.read_text(encoding="utf-8")


def build(spec: Spec) -> Engine:
    """Serve it: one session, called by every worker."""
    import onnxruntime  # noqa: PLC0415

    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = spec.layout.threads
    options.inter_op_num_threads = 1
    model = converted(__name__, spec.checkpoint, spec.checkpoint / _FILE)
    session: Any = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    names = {each.name for each in session.get_inputs()}
    tokenizer = FastTokenizer(spec.checkpoint, spec.positions)

    def answer(texts: list[str]) -> list[list[float]]:
        inputs = {name: array for name, array in tokenizer.padded(texts).items() if name in names}
        return softmax(session.run(["logits"], inputs)[0])

    def load() -> Answerer:
        return answer

    return Library(
        load,
        workers=spec.layout.workers,
        batch=BATCH,
        remark=f"dynamic int8 per channel, fused by onnxruntime.transformers, up to {BATCH} padded texts",
    )


if __name__ == "__main__":
    _convert(Path(sys.argv[1]))
