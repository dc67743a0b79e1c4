"""The engines side by side, one small file each; this one says which there are and what they need.

Each file has a function ``build(spec)`` that gives back an ``Engine``; it runs in a process of its own
(``benchmarks.worker``) in the environment named here. No file here imports a peer before ``build`` is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Layout:
    """How an engine is spread over the cores.

    Attributes:
        workers: Batches worked on at the same time; 0 where the engine decides.
        threads: Threads that share one batch; 0 where the engine decides.
    """

    workers: int
    threads: int

    def __str__(self) -> str:
        return f"{self.workers}×{self.threads}" if self.workers else "its own"


@dataclass(frozen=True, slots=True)
class Spec:
    """What an engine is to serve.

    Attributes:
        checkpoint: A folder of ``benchmarks.checkpoints``.
        positions: Longest input in tokens; longer ones are cut.
        layout: Workers and threads.
        precision: For ours: ``auto``, ``fp32``, ``bf16`` or ``int8``.
    """

    checkpoint: Path
    positions: int
    layout: Layout
    precision: str = "auto"


class Engine(Protocol):
    """One engine, started in this process."""

    @property
    def remark(self) -> str:
        """What is served and how, for the report."""

    @property
    def shares_loop(self) -> bool:
        """Whether it serves on the event loop of its clients, so that their ticker tells its lag."""

    async def start(self) -> None:
        """Load."""

    async def ask(self, text: str) -> Sequence[float]:
        """Probabilities of the two classes."""

    async def close(self) -> None:
        """End threads and processes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An engine of the comparison.

    Attributes:
        name: Its short name on the command line.
        title: Its name in the report.
        module: Has ``build``.
        precision: What it computes in, which decides how near its answers must be.
        packages: Whose versions are reported.
        venv: Exact requirements where it needs an environment of its own.
        own_layout: Whether it spreads itself over the cores.
        quick: Whether it's part of ``make bench-quick``.
    """

    name: str
    title: str
    module: str
    precision: str
    packages: tuple[str, ...]
    venv: tuple[str, ...] = ()
    own_layout: bool = False
    quick: bool = False


_TORCH = ("torch==2.13.0", "transformers==4.57.6")

OURS = "ours"
BASELINE = "hf-one"

ENTRIES = (
    Entry(
        BASELINE,
        "HF pipeline, one at a time",
        "benchmarks.engines.hf_one",
        "fp32",
        ("transformers", "torch"),
        quick=True,
    ),
    Entry(
        "hf-batched",
        "HF pipeline, batches of 32",
        "benchmarks.engines.hf_batched",
        "fp32",
        ("transformers", "torch"),
    ),
    Entry(
        "onnxruntime",
        "ONNX Runtime int8, fused",
        "benchmarks.engines.onnx_runtime",
        "int8",
        ("onnxruntime", "onnx"),
        quick=True,
    ),
    Entry(
        "openvino", "OpenVINO int8, calibrated", "benchmarks.engines.open_vino", "int8", ("openvino", "nncf")
    ),
    Entry("ctranslate2", "CTranslate2 int8", "benchmarks.engines.ctranslate_2", "int8", ("ctranslate2",)),
    Entry(
        "infinity",
        "Infinity",
        "benchmarks.engines.infinity",
        "fp32",
        ("infinity-emb", "torch"),
        venv=(*_TORCH, "infinity-emb[torch]==0.0.78"),
        own_layout=True,
    ),
    Entry(
        "litserve",
        "LitServe",
        "benchmarks.engines.lit_serve",
        "fp32",
        ("litserve", "torch"),
        venv=(*_TORCH, "litserve==0.2.19"),
    ),
    Entry(
        "ray-serve",
        "Ray Serve",
        "benchmarks.engines.ray_serve",
        "fp32",
        ("ray", "torch"),
        venv=(*_TORCH, "ray[serve]==2.60.0"),
    ),
    Entry(
        OURS,
        "kobert-bot",
        "benchmarks.engines.ours",
        "ours",
        ("onnxruntime", "tokenizers"),
        own_layout=True,
        quick=True,
    ),
)


def entry(name: str) -> Entry:
    """Find an engine by name.

    Raises:
        KeyError: If there is none; the message lists those there are.
    """
    for each in ENTRIES:
        if each.name == name:
            return each
    raise KeyError(f"no engine {name!r}; there are: {', '.join(each.name for each in ENTRIES)}")


def layouts(which: Entry, cores: int) -> tuple[Layout, ...]:
    """The layouts that are tried: one batch on all cores, or one batch per core."""
    if which.own_layout:
        return (Layout(0, 0),)
    return (Layout(1, cores), Layout(cores, 1)) if cores > 1 else (Layout(1, 1),)
