"""What the three classifying tasks share: one text or a pair in, probabilities by label name out."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from models.encoding import Encoding, Query
from models.errors import EmptyText
from models.results import LABELS, LabelResult, Task
from models.text import require_visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class ClassificationJob:
    """A text (or a pair) to be classified from ``[CLS]``.

    Attributes:
        task: Which head.
        model: Preset that answers.
        first: The text, clean.
        second: The second text of a pair, clean.
    """

    task: Task
    model: str
    first: str
    second: str | None = None

    @property
    def characters(self) -> int:
        """Length of both texts."""
        return len(self.first) + len(self.second or "")

    def encode(self, tokenizer: Tokenizer) -> Query:
        """One sequence; a pair's second text is segment 1.

        Raises:
            EmptyText: If a tokenizer drops every character of a text.
        """
        encoding = tokenizer.encode(self.first, self.second, spans=False)
        if not {0, 0 if self.second is None else 1} <= set(encoding.texts):
            raise EmptyText("the tokenizer finds nothing to read in the text")
        return Query(self.task, encoding)

    def decode(self, query: Query, logits: NDArray[np.float32], tokenizer: Tokenizer) -> LabelResult:
        """Softmax over the classes.

        Args:
            query: What was asked.
            logits: ``[classes]`` in the order of ``LABELS[task]``.
            tokenizer: Tells what the vocabulary knows.
        """
        values = logits.tolist()
        powers = [
            exp(value - max(values)) for value in values
        ]  # softmax of so few is done before NumPy begins
        scores = {label: power / sum(powers) for label, power in zip(LABELS[self.task], powers, strict=True)}
        label = max(scores, key=scores.__getitem__)
        guessed = _knows_nothing(query.encoding, tokenizer)
        return LabelResult(self.task, self.model, label, scores, query.encoding.truncated, guessed=guessed)


def _knows_nothing(encoding: Encoding, tokenizer: Tokenizer) -> bool:
    """Whether one of the texts has not a single piece that stands for something."""
    pieces = list(zip(encoding.ids, encoding.texts, strict=True))
    entry = tokenizer.vocabulary.entry
    return any(
        all(entry(piece) is None for piece, of in pieces if of == text)
        for text in set(encoding.texts) - {None}
    )


def classify(task: Task, model: str, *texts: str) -> ClassificationJob:
    """Make the job of a classifying task.

    Raises:
        EmptyText: If there is nothing to read in a text.
    """
    return ClassificationJob(task, model, *(require_visible(text).text for text in texts))
