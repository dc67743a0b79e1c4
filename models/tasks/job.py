"""What a task has to bring: how it asks the model and how it reads the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from models.results import Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.encoding import Query
    from models.tokenizers import Tokenizer

Result_co = TypeVar("Result_co", covariant=True)


class Job(Protocol[Result_co]):
    """One request on its way through the service; made on the event loop, worked on in a worker thread."""

    @property
    def task(self) -> Task:
        """The head it needs."""

    @property
    def characters(self) -> int:
        """Length of its texts, from which its cost is estimated before it is encoded."""

    def encode(self, tokenizer: Tokenizer) -> Query:
        """Turn the texts into one input sequence."""

    def decode(self, query: Query, logits: NDArray[np.float32], tokenizer: Tokenizer) -> Result_co:
        """Turn the logits (``[blanks, vocabulary]`` for ``mask``, else ``[classes]``) into the result."""
