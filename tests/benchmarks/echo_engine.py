"""An engine without a model, whose probabilities are made of a text's length: for tests of the harness."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engines import Engine, Entry, Spec
from benchmarks.traffic import Traffic

TEXTS = tuple("가" * size for size in range(1, 65))


def entry(name: str) -> Entry:
    """An entry whose engine is this one."""
    return Entry(name, name.title(), "tests.benchmarks.echo_engine", "fp32", ("psutil", "nope"))


def probabilities(text: str) -> list[float]:
    """What it answers, and so the reference."""
    share = (len(text) * 37 % 100) / 100
    return [1 - share, share]


def write_checkpoint(folder: Path) -> Path:
    """What the harness reads of a checkpoint."""
    import json  # noqa: PLC0415  # only tests write

    Traffic(TEXTS, tuple(len(text) + 2 for text in TEXTS)).save(folder / "traffic.json")
    reference = {"texts": TEXTS[:9], "answers": [probabilities(text) for text in TEXTS[:9]]}
    (folder / "reference.json").write_text(json.dumps(reference), encoding="utf-8")
    (folder / "config.json").write_text(
        json.dumps(
            {
                "num_hidden_layers": 2,
                "hidden_size": 8,
                "intermediate_size": 16,
                "num_attention_heads": 2,
                "max_position_embeddings": 64,
            }
        ),
        encoding="utf-8",
    )
    return folder


class Echo:
    """The engine."""

    shares_loop = True

    def __init__(self, spec: Spec) -> None:
        self.remark = f"echo {spec.layout} of {spec.positions} positions"

    async def start(self) -> None:
        """Nothing to load."""
        sys.stdout.write("a library's chatter\n")

    async def ask(self, text: str) -> Sequence[float]:
        """After a millisecond."""
        await asyncio.sleep(0.001)
        if text == "bad":
            raise ValueError("bad text")
        if text == "die":
            sys.exit(3)
        return probabilities(text)

    async def close(self) -> None:
        """Nothing to end."""


def build(spec: Spec) -> Engine:
    """The engine, or for 3 workers a failure."""
    if spec.layout.workers == 3:
        raise RuntimeError("three is too many")
    return Echo(spec)
