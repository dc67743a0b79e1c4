"""Infinity: its engine called in process, without its HTTP server: its best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.engines import Engine, Spec

_BATCH = 32


class Infinity:
    """Its asynchronous engine, with its own queue, batches and threads.

    Args:
        spec: What to serve.
    """

    shares_loop = True
    remark = f"torch fp32, batches of {_BATCH}, called in process"

    def __init__(self, spec: Spec) -> None:
        from infinity_emb import AsyncEmbeddingEngine, EngineArgs  # noqa: PLC0415  # its environment only

        arguments = EngineArgs(
            model_name_or_path=str(spec.checkpoint),
            engine="torch",
            device="cpu",
            dtype="float32",
            batch_size=_BATCH,
            compile=False,
            bettertransformer=False,
            model_warmup=False,
        )
        self._engine: Any = AsyncEmbeddingEngine.from_args(arguments)

    async def start(self) -> None:
        """Load."""
        await self._engine.astart()

    async def ask(self, text: str) -> Sequence[float]:
        """Classify one text; Infinity gathers batches itself."""
        predictions, _ = await self._engine.classify(sentences=[text])
        scores = {each["label"]: each["score"] for each in predictions[0]}
        return [scores["negative"], scores["positive"]]

    async def close(self) -> None:
        """Stop its threads."""
        await self._engine.astop()


def build(spec: Spec) -> Engine:
    """Serve it."""
    return Infinity(spec)
