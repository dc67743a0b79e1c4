"""A model that is asked what another one is asked too."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence

import numpy as np
import torch

from training.batches import LabelledExamples
from training.datasets import Example
from training.evaluate import LONGEST
from training.finetune import all_logits
from training.gate.answers import Answers
from training.gate.blanks import Blank, MaskReader
from training.start import Start, load_start
from training.telling import Progress, quiet

Row = Example | Blank
"""A labelled question."""


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
        self._blanks: MaskReader | None = MaskReader(self._start) if "mask" in tasks else None

    def classify(self, task: str, examples: Sequence[Example], progress: Progress = quiet) -> Answers:
        """The likeliest class of each text or pair; ``progress`` is told how many were read."""
        encoded = self._encoded(examples)
        return Answers.of_logits(all_logits(self._start.model, task, encoded, progress))

    def fill(
        self, blanks: Sequence[Blank], numbers: MutableMapping[str, int], progress: Progress = quiet
    ) -> Answers:
        """The likeliest word of each blank.

        Args:
            blanks: What is asked.
            numbers: Numbers of words; a new word gets the next one.
            progress: Is told how many were read.
        """
        assert self._blanks is not None  # noqa: S101  # made where masks are among the tasks
        chosen, confidence = [], []
        for blank in blanks:
            filled = self._blanks.fill(blank)
            chosen.append(numbers.setdefault(filled.word, len(numbers)))
            confidence.append(filled.confidence)
            progress(1)
        return Answers(np.array(chosen, dtype=np.int64), np.array(confidence, dtype=np.float64))

    def knows(self, word: str) -> bool:
        """Whether a word can be the answer to a blank at all."""
        return self._blanks is not None and self._blanks.knows(word)

    def ask(self, task: str, row: Row) -> None:
        """Answer a lone question from its text on, for its time."""
        if isinstance(row, Blank):
            self.fill([row], {})
        else:
            self.classify(task, [row])

    def _encoded(self, examples: Sequence[Example]) -> LabelledExamples:
        longest = min(LONGEST, self._start.model.config.max_position_embeddings)
        return LabelledExamples(list(examples), self._start.tokenizer, longest=longest)
