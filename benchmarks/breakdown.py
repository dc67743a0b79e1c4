"""Where the time of an answer goes: step by step and operator by operator on one core, and the graph on all.

    python -m benchmarks.breakdown --checkpoint mini     # or base, builtin

Explains how far the model service is from what the processor could do: the products of eight-bit numbers
beside the fastest such product of a core (``benchmarks.peak``), and what is done around them. The checkpoints
are made by ``python -m benchmarks.serving --setup``.
"""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Annotated, Any, cast

import onnxruntime
import typer

from benchmarks.serving import WORKPLACE
from benchmarks.shape import BUILTIN, NAMES, TRAINED, is_made, shape
from benchmarks.traffic import Traffic
from models.catalog import Source
from models.cores import adds_bytes_in_32_bits, usable_cores
from models.encoding import Query
from models.engine import forward
from models.onnx_bert import chunks, feed
from models.onnx_graph import trunk_graph
from models.results import Task
from models.runtime import Loader
from models.tasks.sentiment import sentiment_job
from models.weights import Shape, read_bert_weights, read_config

TRIES = 5
BATCH = 16
PRODUCTS = "DynamicQuantizeMatMul"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Microseconds per text on one core, the best of several tries.

    Attributes:
        steps: By step of an answer, in batches of ``BATCH``.
        operators: By operator of the graph, texts sorted by length.
        alone: By operator, texts one by one.
        needed: Operations of matrix products that a text needs.
        multiplied: Of those, operations in eight bits: all but attention and heads.
        together: Texts per second of the graph alone, once per core at the same time, summed.
    """

    steps: dict[str, float]
    operators: dict[str, float]
    alone: dict[str, float]
    needed: float
    multiplied: float
    together: float


def measure(folder: Path, texts: int) -> Breakdown:
    """Take the time of every step and operator.

    Args:
        folder: Of a checkpoint.
        texts: How many of its traffic.
    """
    traffic, size = Traffic.load(folder / "traffic.json"), shape(folder)
    model = BUILTIN if folder.name == TRAINED else folder
    source = Source(str(model), str(model))
    runner = Loader("cpu", "int8").model(source, Task.SENTIMENT)
    jobs = [sentiment_job(text, "bench") for text in traffic.texts[:texts]]
    queries = [job.encode(runner.tokenizer) for job in jobs]
    batches = [queries[start : start + BATCH] for start in range(0, texts, BATCH)]
    logits = forward(runner.checkpoint, queries)

    def decode() -> None:
        for job, query, each in zip(jobs, queries, logits, strict=True):
            job.decode(query, each, runner.tokenizer)

    steps = {
        "tokenize": _best(lambda: [job.encode(runner.tokenizer) for job in jobs]),
        "network": _best(lambda: [forward(runner.checkpoint, batch) for batch in batches]),
        "decode": _best(decode),
    }
    heaps = [[queries[row] for row in heap] for heap in chunks([len(query.encoding) for query in queries])]
    lengths = [len(query.encoding) for query in queries]
    attention = sum(4 * size.hidden * (length**2 * (size.layers - 1) + length) for length in lengths)
    needed = sum(map(size.operations, lengths))
    return Breakdown(
        {name: 1e6 * seconds / texts for name, seconds in steps.items()},
        _operators(model, heaps, texts),
        _operators(model, [[query] for query in queries], texts),
        needed / texts,
        (needed - attention) / texts,
        _together(model, heaps, texts),
    )


def _best(function: Callable[[], object]) -> float:
    taken = []
    for _ in range(TRIES):
        begin = time.perf_counter()
        function()
        taken.append(time.perf_counter() - begin)
    return min(taken)


def _session(folder: Path, options: onnxruntime.SessionOptions) -> onnxruntime.InferenceSession:
    bits = 8 if adds_bytes_in_32_bits() else 7
    graph = trunk_graph(read_bert_weights(folder), Shape.of(read_config(folder)), [Task.SENTIMENT], bits)
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _segments(folder: Path) -> int:
    return len(read_bert_weights(folder)["bert.embeddings.token_type_embeddings.weight"])


def _operators(folder: Path, batches: Sequence[Sequence[Query]], texts: int) -> dict[str, float]:
    """Microseconds per text in each kind of node, by ONNX Runtime's own profile, the most first."""
    with tempfile.TemporaryDirectory() as place:
        options = onnxruntime.SessionOptions()
        options.enable_profiling = True
        options.profile_file_prefix = f"{place}/profile"
        session, segments = _session(folder, options), _segments(folder)
        for _ in range(TRIES):
            for batch in batches:
                session.run(None, feed(batch, segments))
        events: list[dict[str, Any]] = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    spent: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            spent[event["args"]["op_name"]] += event["dur"]
    return {name: micros / TRIES / texts for name, micros in spent.most_common()}


def _together(folder: Path, batches: Sequence[Sequence[Query]], texts: int) -> float:
    """Texts per second of a process per core, all at once: what the cores leave to each other."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(usable_cores())
    rates: Queue[float] = context.Queue()
    processes = [
        context.Process(target=_rate, args=(folder, batches, texts, barrier, rates), daemon=True)
        for _ in range(barrier.parties)
    ]
    for process in processes:
        process.start()
    return sum(rates.get(timeout=600) for _ in processes)


def _rate(
    folder: Path, batches: Sequence[Sequence[Query]], texts: int, barrier: Barrier, rates: Queue[float]
) -> None:
    session, segments = _session(folder, onnxruntime.SessionOptions()), _segments(folder)
    inputs = [feed(batch, segments) for batch in batches]

    def run() -> None:
        for each in inputs:
            session.run(None, each)

    run()
    barrier.wait()
    rates.put(texts / _best(run))
    barrier.wait()  # nobody has the memory for itself while another is timed


def markdown(found: Breakdown, peak: float) -> str:
    """The tables.

    Args:
        found: What was measured.
        peak: Of one core, 10⁹ eight-bit operations per second.
    """
    total = sum(found.steps.values())
    lines = ["| step, batches of 16 | µs per text | share |", "| --- | --- | --- |"]
    lines += [f"| {name} | {micros:.0f} | {micros / total:.0%} |" for name, micros in found.steps.items()]
    whole = sum(found.operators.values())
    lines += [
        "",
        "| operator | µs per text, sorted by length | share | one by one |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {name} | {micros:.0f} | {micros / whole:.0%} | {found.alone.get(name, 0.0):.0f} |"
        for name, micros in found.operators.items()
    ]
    rate, least = found.multiplied / found.operators[PRODUCTS] / 1e3, found.needed / peak / 1e3
    lines.append("")
    lines.append(f"- products of eight bits: {rate:.0f} of {peak:.0f} · 10⁹ operations/s, {rate / peak:.0%}")
    lines.append(
        f"- {found.together:,.0f} texts a second with one such graph on every core, none else at work: "
        f"{found.together * found.needed / peak / usable_cores() / 1e9:.0%} of the peak of all"
    )
    lines.append(
        f"- {found.needed / 1e6:.0f} million operations a text: {least:.0f} µs at the peak; the graph takes "
        f"{whole:.0f} µs, {least / whole:.0%} of the peak"
    )
    return "\n".join(lines)


def main(
    checkpoint: Annotated[str, typer.Option(help="base, mini or builtin.")] = "mini",
    texts: Annotated[int, typer.Option(min=BATCH, help="How many texts.")] = 256,
) -> None:
    """Print where the time goes."""
    if checkpoint not in NAMES:
        raise typer.BadParameter(f"no checkpoint {checkpoint!r}; there are: {', '.join(NAMES)}")
    folder = WORKPLACE / "checkpoints" / checkpoint
    if not is_made(checkpoint, folder):
        typer.echo("benchmarks.breakdown: make it first: python -m benchmarks.serving --setup", err=True)
        raise typer.Exit(1)
    found = measure(folder, texts)
    taken = subprocess.run(
        [sys.executable, "-m", "benchmarks.peak"], check=True, capture_output=True, text=True
    )
    print(markdown(found, cast("dict[str, float]", json.loads(taken.stdout))["int8"]))


if __name__ == "__main__":
    typer.run(main)
