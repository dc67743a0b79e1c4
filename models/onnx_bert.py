"""BERT on the CPU: packed batches through ONNX Runtime, in float32 or int8.

ONNX Runtime starts in a quarter of a second where torch takes two, and needs half of torch's time for the few
rows of a single question. Requests of about one length run together, so that the rectangle that attention
needs has few empty places.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import accumulate, pairwise, repeat, starmap
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.cores import adds_bytes_in_32_bits
from models.encoding import Query
from models.onnx_graph import trunk_graph, words_graph
from models.precision import Precision
from models.results import Task
from models.weights import Shape, Weights, check_trunk, lacking

Logits = NDArray[np.float32]

CHUNK = 256
"""Tokens that run together at most, unless a single sequence has more: more are not faster."""
MOST_CORES = 4
"""For one question: a few dozen rows are no work for more."""
SPIN = 400
"""Microseconds that a helping core waits busily: longer than the gap between two operators, shorter than that
between two questions, in which others need the core."""
FULL = 0.65
"""Share of the rectangle's places that must be filled: less, and attention to nothing costs more than the
larger matrix products gain."""


class OnnxBert:
    """A trunk and its heads, ready to run; called from any number of threads at once.

    Args:
        weights: By the names of ``transformers.BertForPreTraining``.
        shape: Of the trunk.
        tasks: Heads to load, those of them that are there.
        precision: ``fp32`` or ``int8``.
        cores: How many one question may use while no other runs.

    Raises:
        ValueError: If a weight of the trunk is missing or has another shape than the configuration says.
    """

    def __init__(
        self, weights: Weights, shape: Shape, tasks: Sequence[Task], precision: Precision, cores: int = 1
    ) -> None:
        check_trunk(weights, shape)
        self._missing = {task: lacking(weights, task) for task in tasks}
        self._classes = [task for task in tasks if task is not Task.MASK and self._missing[task] is None]
        self._segments = len(weights["bert.embeddings.token_type_embeddings.weight"])
        bits = None if precision is Precision.FP32 else 8 if adds_bytes_in_32_bits() else 7
        trunk = trunk_graph(weights, shape, self._classes, bits)
        self._trunk = _session(trunk)
        # Holds the weights once more.
        self._alone = _session(trunk, min(cores, MOST_CORES)) if cores > 1 else self._trunk
        self._running = 0
        self._counting = threading.Lock()
        served = Task.MASK in tasks and self.lacks(Task.MASK) is None
        self._words = _session(words_graph(weights, shape, bits)) if served else None

    def lacks(self, task: Task) -> str | None:
        """The name of a parameter that a task needs and the checkpoint has not."""
        return self._missing[task]

    def logits(self, queries: Sequence[Query]) -> list[Logits]:
        """Run queries of any mix of tasks.

        Args:
            queries: At least one, of tasks that it doesn't lack.

        Returns:
            Per query, ``[positions, vocabulary]`` for ``mask``, else ``[classes]`` in the head's order.
        """
        answers: dict[int, Logits] = {}
        with self._counting:
            self._running += 1
            trunk = self._alone if self._running == len(queries) == 1 else self._trunk
        try:
            for chunk in chunks([len(query.encoding) for query in queries]):
                answers.update(zip(chunk, self._run(trunk, [queries[row] for row in chunk]), strict=True))
        finally:
            with self._counting:
                self._running -= 1
        return [answers[row] for row in range(len(queries))]

    def forget_words(self) -> None:
        """As ``PackedNetwork.forget_words``."""
        self._words = None

    def _run(self, trunk: onnxruntime.InferenceSession, queries: Sequence[Query]) -> list[Logits]:
        hidden, *classes = trunk.run(None, feed(queries, self._segments))
        by_task = dict(zip(self._classes, classes, strict=True))
        starts = list(accumulate((_reads(query) for query in queries), initial=0))
        rows = list(starmap(slice, pairwise(starts)))
        blanks = [row for row, query in enumerate(queries) if query.task is Task.MASK]
        words: dict[int, Logits] = {}
        if blanks and self._words is not None:
            (found,) = self._words.run(
                None, {"hidden": np.concatenate([hidden[rows[row]] for row in blanks])}
            )
            ends = np.cumsum([len(queries[row].positions) for row in blanks])
            words = dict(zip(blanks, np.split(found, ends[:-1]), strict=True))
        return [
            words[row] if query.task is Task.MASK else by_task[query.task][rows[row].start]
            for row, query in enumerate(queries)
        ]


def chunks(lengths: Sequence[int]) -> list[list[int]]:
    """Which sequences run together: those of about one length, up to ``CHUNK`` tokens.

    Args:
        lengths: Tokens of each.

    Returns:
        Indices; each once.
    """
    found: list[list[int]] = []
    tokens = 0
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        longest = lengths[index]  # they come in order
        tokens += longest
        if not found or tokens > CHUNK or tokens < FULL * longest * (len(found[-1]) + 1):
            found.append([])
            tokens = longest
        found[-1].append(index)
    return found


def feed(queries: Sequence[Query], segments: int) -> dict[str, NDArray[Any]]:
    """The inputs of the trunk's graph; see ``onnx_graph.INPUTS``.

    Lists, as one question is a handful of numbers: NumPy would take a tenth of its time.
    """
    lengths = [len(query.encoding) for query in queries]
    starts = accumulate(lengths, initial=0)
    reads = [
        start + at for start, query in zip(starts, queries, strict=False) for at in query.positions or (0,)
    ]
    longest, counts = max(lengths), list(map(_reads, queries))
    spread, gather = _rectangle(lengths)
    read_spread, read_gather = _rectangle(counts)
    seen = np.array([[[[True] * length + [False] * (longest - length)]] for length in lengths])
    return {
        "input_ids": np.array([each for query in queries for each in query.encoding.ids]),
        "position_ids": np.array([at for length in lengths for at in range(length)]),
        "token_type_ids": np.array(
            [min(each, segments - 1) for query in queries for each in query.encoding.segments]
        ),
        "spread": spread,
        "gather": gather,
        "mask": seen.repeat(longest, axis=2),
        "reads": np.array(reads),
        "read_spread": read_spread,
        "read_gather": read_gather,
        "read_mask": seen.repeat(max(counts), axis=2),
    }


def _reads(query: Query) -> int:
    """How many rows are read for it: its blanks', or that of ``[CLS]``."""
    return len(query.positions) or 1


def _rectangle(lengths: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that lie end to end, in a rectangle of a line for each sequence.

    Args:
        lengths: Rows of each sequence.

    Returns:
        ``[sequences, longest]`` the row of each place, any where it is empty; the place of each row.
    """
    longest, starts = max(lengths), accumulate(lengths, initial=0)
    spread = [
        [*range(start, start + length), *repeat(start, longest - length)]
        for start, length in zip(starts, lengths, strict=False)
    ]
    gather = [line * longest + at for line, length in enumerate(lengths) for at in range(length)]
    return np.array(spread), np.array(gather)


def _session(model: bytes, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what fails is raised, and said in one line
    options.enable_mem_pattern = False  # no two batches have one shape
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(SPIN))
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    session._model_bytes = None  # noqa: SLF001  # a whole copy, kept for changing the provider later
    return session
