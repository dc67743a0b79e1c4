"""``transformers.pipeline``, what a first version is usually made of."""

from __future__ import annotations

from typing import Any

from benchmarks.engines import Spec
from benchmarks.engines.library import Library
from benchmarks.front import Answerer


def build_pipeline(spec: Spec, *, batch: int, remark: str) -> Library:
    """Serve a text-classification pipeline.

    Args:
        spec: What to serve.
        batch: ``batch_size`` of the pipeline, and most texts that wait together.
        remark: For the report.
    """

    def load() -> Answerer:
        import torch  # noqa: PLC0415
        from transformers import pipeline  # noqa: PLC0415

        torch.set_num_threads(spec.layout.threads)
        # One per worker: the tokenizer keeps its padding as state, which two threads must not share.
        folder = str(spec.checkpoint)
        classify: Any = pipeline("text-classification", model=folder, tokenizer=folder, device=-1, top_k=None)
        order = [classify.model.config.id2label[index] for index in range(2)]

        def answer(texts: list[str]) -> list[list[float]]:
            found = classify(texts, batch_size=batch, truncation=True, max_length=spec.positions)
            scores = [{each["label"]: each["score"] for each in row} for row in found]
            return [[row[label] for label in order] for row in scores]

        return answer

    return Library(load, workers=spec.layout.workers, batch=batch, remark=remark)
