"""A model that is asked what another one is asked too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch

from training.batches import LabelledExamples
from training.classes import all_logits
from training.datasets import Example
from training.evaluate import LONGEST
from training.gate.answers import Answers
from training.start import Start, load_start
from training.telling import Progress, quiet


class Contestant:
    """A checkpoint, loaded.

    Args:
        name: A preset, folder or hub id.
        tasks: What it will be asked.
        device: Where it runs.

    Raises:
        DataError: It cannot be loaded, or never learnt one of the tasks.
    """

    def __init__(self, name: str, tasks: Iterable[str], device: torch.device) -> None:
        tasks = tuple(tasks)
        self._start: Start = load_start(name, dropout=0.0, device=device)
        self._start.require(tasks, name)
        self._start.model.train(mode=False).to(device)

    def classify(self, task: str, examples: Sequence[Example], progress: Progress = quiet) -> Answers:
        """The likeliest class of each text or pair; ``progress`` is told how many were read."""
        encoded = LabelledExamples(list(examples), self._start.tokenizer, longest=LONGEST)
        return Answers.of_logits(all_logits(self._start.model, task, encoded, progress))

    def ask(self, task: str, row: Example) -> None:
        """Answer a lone question from its text on, for its time."""
        self.classify(task, [row])
