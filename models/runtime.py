"""Loading on demand and working on batches: the part of the service that lives in threads.

The only module that ``models.service`` imports late, as it brings what runs the models.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.catalog import Source
from models.checkpoints import Checkpoint, in_one_line, load_checkpoint, max_length, read_blueprint
from models.cores import usable_cores
from models.downloads import Watch
from models.encoding import Query
from models.engine import choose_device, forward
from models.hub import find_files
from models.memory import give_back
from models.precision import check_setting
from models.probes import probes
from models.results import Task, TokensResult
from models.tasks.job import Job
from models.tasks.tokens import TokensJob
from models.tokenizers import Tokenizer, load_tokenizer
from models.weights import CONFIG, read_config


@dataclass(frozen=True, slots=True, eq=False)
class ModelRunner:
    """A checkpoint with the tokenizer that cuts for it; works on jobs of all its heads together."""

    checkpoint: Checkpoint
    tokenizer: Tokenizer

    def run(self, items: Sequence[Job[Any]]) -> list[Any]:
        """Encode, run the trunk once, decode; a job that can't be encoded or decoded fails alone."""
        outcomes: list[Any] = [self._encoded(job) for job in items]
        rows = [row for row, outcome in enumerate(outcomes) if isinstance(outcome, Query)]
        if rows:
            logits = forward(self.checkpoint, [outcomes[row] for row in rows])
            for row, answer in zip(rows, logits, strict=True):
                outcomes[row] = self._decoded(items[row], outcomes[row], answer)
        return outcomes

    def _encoded(self, job: Job[Any]) -> Query | Exception:
        try:
            return job.encode(self.tokenizer)
        except Exception as error:  # noqa: BLE001  # goes to its caller
            return error

    def _decoded(self, job: Job[Any], query: Query, logits: NDArray[np.float32]) -> Any:  # noqa: ANN401  # the job's result
        try:
            result = job.decode(query, logits, self.tokenizer)
            return replace(result, version=self.checkpoint.version)
        except Exception as error:  # noqa: BLE001  # goes to its caller
            return error


@dataclass(frozen=True, slots=True)
class TokensRunner:
    """One tokenizer, or two to compare."""

    tokenizer: Tokenizer
    other_model: str | None
    other: Tokenizer | None

    def run(self, items: Sequence[TokensJob]) -> list[TokensResult | Exception]:
        """Cut every text."""
        return [self._cut(job) for job in items]

    def _cut(self, job: TokensJob) -> TokensResult | Exception:
        try:
            return job.cut(self.tokenizer, self.other_model, self.other)
        except Exception as error:  # noqa: BLE001  # goes to its caller
            return error


class Loader:
    """Loads on demand and keeps what it loaded. Its methods block and may be called from any thread.

    Args:
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``fp32``, ``bf16`` or ``int8``.
        watch: Is told how far downloads are.

    Raises:
        ModelServiceError: If the device or the precision isn't there.
    """

    def __init__(self, device: str, precision: str = "auto", watch: Watch | None = None) -> None:
        self.device = choose_device(device)
        check_setting(precision, self.device)
        self._precision = precision
        self._watch = watch
        self._keys: dict[tuple[Source, Task], Hashable] = {}
        self._checkpoints: dict[Hashable, Checkpoint] = {}
        self._runners: dict[tuple[Hashable, Path, str], ModelRunner] = {}
        self._tokenizers: dict[tuple[Path, str, int | None], Tokenizer] = {}
        # One load at a time: two would hold twice the weights, and from_pretrained patches torch meanwhile.
        # Downloads happen outside.
        self._lock = threading.Lock()

    @property
    def workers(self) -> int:
        """How many worker threads suit the device: one for a GPU, else one per core."""
        if self.device == "cuda":
            return 1
        return usable_cores()

    @property
    def batch_cost(self) -> int:
        """Tokens of a batch: more are not faster on a core, but keep a GPU busy (not measured on one yet)."""
        return 8192 if self.device == "cuda" else 512

    def model(self, source: Source, task: Task) -> ModelRunner:
        """The model and tokenizer of a catalogue line.

        Raises:
            CheckpointUnavailable: If they can't be loaded, or the head has no trained weights.
            TaskNotServed: If the model's family has no such head.
        """
        blueprint = read_blueprint(source, task, self._watch)
        folder = self._tokenizer_folder(source)
        with self._lock:
            key = blueprint.key(source, task)
            self._keys[source, task] = key
            runs = (key, folder, source.tokenizer_class)
            if runs not in self._runners:
                with in_one_line(source.model):
                    limit = max_length(blueprint.config)
                tokenizer = self._tokenizer(folder, source, limit)
                checkpoint = self._checkpoints.get(key)
                if checkpoint is None:
                    checkpoint = load_checkpoint(
                        blueprint,
                        source,
                        task,
                        self.device,
                        self._precision,
                        lambda tasks: probes(tokenizer, tasks),
                    )
                    self._checkpoints[key] = checkpoint  # also one whose head is refused: it is asked again
                    give_back()  # what was only needed to build it
                self._runners[runs] = ModelRunner(checkpoint, tokenizer)
            runner = self._runners[runs]
            runner.checkpoint.require(task)
            return runner

    def keep(self, wanted: Collection[tuple[Source, Task]]) -> None:
        """Let go of every model that serves none of these; its memory is free when its last batch is done."""
        with self._lock:
            self._keys = {line: key for line, key in self._keys.items() if line in wanted}
            keys = set(self._keys.values())
            self._checkpoints = {key: each for key, each in self._checkpoints.items() if key in keys}
            self._runners = {runs: each for runs, each in self._runners.items() if runs[0] in keys}
            used = {id(each.tokenizer) for each in self._runners.values()}
            self._tokenizers = {key: each for key, each in self._tokenizers.items() if id(each) in used}
        give_back()

    def tokenizer(self, source: Source, *, download: bool) -> Tokenizer:
        """The tokenizer of a catalogue line alone.

        Raises:
            CheckpointUnavailable: If it can't be loaded, or would have to be downloaded and must not.
        """
        folder = self._tokenizer_folder(source, download=download)
        with self._lock:
            limit = None
            if (folder / CONFIG).is_file():
                with in_one_line(source.tokenizer):
                    limit = max_length(read_config(folder))
            return self._tokenizer(folder, source, limit)

    def _tokenizer(self, folder: Path, source: Source, limit: int | None) -> Tokenizer:
        key = (folder, source.tokenizer_class, limit)
        if key not in self._tokenizers:
            self._tokenizers[key] = load_tokenizer(folder, source.tokenizer_class, limit)
        return self._tokenizers[key]

    def _tokenizer_folder(self, source: Source, *, download: bool = True) -> Path:
        revision = source.revision if source.tokenizer == source.model else None
        return find_files(
            source.tokenizer, revision=revision, weights=False, download=download, watch=self._watch
        )
