"""The baseline: an HF pipeline that is asked one text after the other."""

from __future__ import annotations

from benchmarks.engines import Engine, Spec
from benchmarks.engines.hf_pipeline import build_pipeline


def build(spec: Spec) -> Engine:
    """Serve it."""
    return build_pipeline(spec, batch=1, remark="text-classification pipeline, fp32, no batching")
