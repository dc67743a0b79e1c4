"""An HF pipeline that is asked up to 32 texts at a time."""

from __future__ import annotations

from benchmarks.engines import Engine, Spec
from benchmarks.engines.hf_pipeline import build_pipeline


def build(spec: Spec) -> Engine:
    """Serve it."""
    return build_pipeline(spec, batch=32, remark="text-classification pipeline, fp32, up to 32 padded texts")
