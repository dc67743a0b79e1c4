"""What a run logs: lines of JSON that a picture is drawn from, and the same curves for TensorBoard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboardX import SummaryWriter

HISTORY = "history.jsonl"


class History:
    """The logs of a run, open for more."""

    def __init__(self, folder: Path, step: int) -> None:
        """Open the logs of the run in a folder, which goes on after ``step``.

        What a killed run wrote after its last checkpoint is taken out: it is made, and written, again.
        """
        self._file = folder / HISTORY
        if self._file.exists():
            kept = [line for line in read_history(folder) if line["step"] <= step]
            partial = self._file.with_suffix(".partial")
            partial.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
            partial.replace(self._file)
        self._writer = SummaryWriter(str(folder / "tensorboard"), purge_step=step)

    def add(self, line: Mapping[str, float], curves: Mapping[str, float]) -> None:
        """Write a line, which has its ``step``, and a point of each curve."""
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")
        for name, value in curves.items():
            self._writer.add_scalar(name, value, line["step"])

    def close(self) -> None:
        """Write out what TensorBoard's file still lacks."""
        self._writer.close()


def read_history(folder: Path) -> list[dict[str, Any]]:
    """What a run logged: a line every few steps and one for each look at the development part."""
    lines = (folder / HISTORY).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]  # a kill may leave half a line
