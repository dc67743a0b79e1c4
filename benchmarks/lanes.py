"""The harness's end of an engine's process: start it, give orders, freeze it while others are measured."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import psutil

from benchmarks.engines import Entry, Layout
from benchmarks.shape import shape

ROOT = Path(__file__).parent.parent
_START_PATIENCE = 900.0  # conversion and calibration of a checkpoint included
_PATIENCE = 300.0


class EngineFailed(Exception):
    """An engine could not start or did not carry out an order; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a lane serves and with what.

    Attributes:
        entry: The engine.
        layout: Workers and threads.
        checkpoint: Folder.
        python: The interpreter of its environment.
        log: Where what it prints goes.
        precision: For ours.
    """

    entry: Entry
    layout: Layout
    checkpoint: Path
    python: Path
    log: Path
    precision: str = "auto"


class Lane:
    """One engine in one layout, running.

    Args:
        place: What to serve and with what.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.remark = ""
        self._busy = True  # starting, or with an order
        self.versions: Mapping[str, str] = {}
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._log: TextIO = place.log.open("a", encoding="utf-8")
        about = {
            "module": place.entry.module,
            "checkpoint": str(place.checkpoint.resolve()),
            "positions": shape(place.checkpoint).positions,
            "workers": place.layout.workers,
            "threads": place.layout.threads,
            "precision": place.precision,
            "packages": place.entry.packages,
        }
        self._process = subprocess.Popen(  # noqa: S603  # our own worker
            [str(place.python), "-m", "benchmarks.worker", json.dumps(about)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=ROOT,
            env=_environment(place.layout),
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.tree = psutil.Process(self._process.pid)

    def wait_started(self) -> None:
        """Wait until the engine has loaded.

        Raises:
            EngineFailed: If it can't.
        """
        about = self._next(_START_PATIENCE)
        self.remark, self.versions = about["remark"], about["versions"]

    def order(self, **order: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
        """Give an order and wait for the answer.

        Raises:
            EngineFailed: If the engine fails, ends, or takes minutes too long.
        """
        pipe = self._process.stdin
        self._busy = True
        try:
            assert pipe is not None  # noqa: S101  # opened above
            pipe.write(json.dumps(order, ensure_ascii=False) + "\n")
            pipe.flush()
        except OSError:
            raise EngineFailed(f"its process has ended with {self._process.poll()}") from None
        return self._next(_PATIENCE)

    def memory(self) -> int:
        """Resident bytes of the process and its children."""
        total = 0
        for process in self._processes():
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total

    def cpu_seconds(self) -> float:
        """Processor time used so far by the process and its children."""
        total = 0.0
        for process in self._processes():
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def freeze(self) -> None:
        """Stop it in its tracks, so that idle servers and their polling take nothing from who is measured."""
        for process in self._processes():
            with contextlib.suppress(psutil.Error):
                process.suspend()

    def thaw(self) -> None:
        """Let it go on."""
        for process in self._processes():
            with contextlib.suppress(psutil.Error):
                process.resume()

    def close(self) -> None:
        """End it, with all its children: politely, unless it is in the middle of something."""
        self.thaw()
        processes = self._processes()
        if self._process.poll() is None and not self._busy:
            with contextlib.suppress(EngineFailed):
                self.order(do="stop")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=30)
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _processes(self) -> list[psutil.Process]:
        try:
            return [self.tree, *self.tree.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101  # opened above
        with contextlib.suppress(ValueError):  # closed meanwhile
            for line in pipe:
                self._answers.put(line)
        self._answers.put("")

    def _next(self, patience: float) -> dict[str, Any]:
        try:
            line = self._answers.get(timeout=patience)
        except queue.Empty:
            raise EngineFailed(f"no answer within {patience:.0f} s") from None
        if not line:
            raise EngineFailed(f"its process ended with {self._process.wait()}; see {self.place.log.name}")
        self._busy = False
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise EngineFailed(answer["error"])
        return answer


def _environment(layout: Layout) -> dict[str, str]:
    """The environment of a worker: ours, with the layout's threads for libraries that read them at import."""
    environment = {
        **os.environ,  # noqa: TID251  # handed on, nothing is read
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        # Peers ask their makers' servers for nothing and tell them nothing.
        "DO_NOT_TRACK": "1",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    if layout.threads:
        environment["OMP_NUM_THREADS"] = str(layout.threads)
    return environment
