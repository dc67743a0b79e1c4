"""OpenVINO: weights and activations quantised by NNCF after a calibration on the traffic."""

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
from benchmarks.traffic import Traffic

BATCH = 8
_FILE = "openvino-int8.xml"
_CALIBRATION = 128


def _convert(folder: Path) -> None:
    import nncf  # noqa: PLC0415
    import openvino  # noqa: PLC0415

    model: Any = openvino.convert_model(exported(folder))
    tokenizer = FastTokenizer(folder, shape(folder).positions)
    # Not the texts that answers are checked with.
    texts = Traffic.load(folder / "traffic.json").texts[-_CALIBRATION:]
    quantised: Any = nncf.quantize(
        model,
        nncf.Dataset([tokenizer.padded([text]) for text in texts]),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=_CALIBRATION,
    )
    unfinished, path = folder / "unfinished.xml", folder / _FILE
    openvino.save_model(quantised, unfinished)
    unfinished.with_suffix(".bin").rename(path.with_suffix(".bin"))
    unfinished.rename(path)


def build(spec: Spec) -> Engine:
    """Serve it: one compiled model with a stream per worker, an inference request each."""
    import openvino  # noqa: PLC0415

    workers, threads = spec.layout.workers, spec.layout.threads
    path = converted(__name__, spec.checkpoint, spec.checkpoint / _FILE)
    compiled: Any = openvino.Core().compile_model(
        path,
        "CPU",
        {
            "NUM_STREAMS": str(workers),
            "INFERENCE_NUM_THREADS": str(workers * threads),
            "PERFORMANCE_HINT": "THROUGHPUT" if workers > 1 else "LATENCY",
        },
    )
    tokenizer = FastTokenizer(spec.checkpoint, spec.positions)
    names = {each.get_any_name() for each in compiled.inputs}

    def load() -> Answerer:
        request = compiled.create_infer_request()

        def answer(texts: list[str]) -> list[list[float]]:
            inputs = {name: array for name, array in tokenizer.padded(texts).items() if name in names}
            return softmax(request.infer(inputs)[0])

        return answer

    return Library(
        load,
        workers=workers,
        batch=BATCH,
        remark=f"int8 by NNCF, {_CALIBRATION} texts of calibration, up to {BATCH} padded texts",
    )


if __name__ == "__main__":
    _convert(Path(sys.argv[1]))
