"""Which words fit the blanks of a text? Masked language modelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.blanks import BlankedText
from models.blocklist import Blocklist
from models.encoding import Query
from models.errors import TaskNotServed
from models.results import Candidate, MaskResult, Task
from models.text import language_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.tokenizers import Tokenizer

_POOL = 64  # vocabulary entries looked at beyond those asked for, so that filters leave enough


@dataclass(frozen=True, slots=True)
class MaskJob:
    """A text with blanks.

    Attributes:
        model: Preset that answers.
        text: The text, split at its blanks.
        top_k: How many candidates per blank.
        blocklist: Words never to be suggested.
    """

    model: str
    text: BlankedText
    top_k: int
    blocklist: Blocklist

    @property
    def task(self) -> Task:
        """Always ``mask``."""
        return Task.MASK

    @property
    def characters(self) -> int:
        """Length of the text."""
        return len(self.text.written())

    def encode(self, tokenizer: Tokenizer) -> Query:
        """One sequence; if it is too long, the part with the most blanks stays.

        Raises:
            TaskNotServed: If the tokenizer has no mask token.
        """
        if tokenizer.mask_token is None:
            raise TaskNotServed(f"the tokenizer of {self.model!r} has no mask token")
        encoding, positions, before = tokenizer.encode_blanks(self.text.written(tokenizer.mask_token))
        if not positions:
            raise TaskNotServed(f"the tokenizer of {self.model!r} does not keep its own mask token")
        slots = tuple(
            index - before if 0 <= index - before < len(positions) else None
            for index in range(self.text.count)
        )
        return Query(Task.MASK, encoding, positions, slots)

    def decode(self, query: Query, logits: NDArray[np.float32], tokenizer: Tokenizer) -> MaskResult:
        """Softmax over the whole vocabulary, then only what a person would write into the blank.

        Args:
            query: What was asked.
            logits: ``[blanks that fit, vocabulary]``.
            tokenizer: Tells what the vocabulary's entries are.
        """
        masks = tuple(
            () if slot is None else self._candidates(index, logits[slot], tokenizer)
            for index, slot in enumerate(query.slots)
        )
        return MaskResult(self.model, self.text.written(), masks, query.encoding.truncated)

    def _candidates(
        self, blank: int, logits: NDArray[np.float32], tokenizer: Tokenizer
    ) -> tuple[Candidate, ...]:
        """The likeliest entries that may be offered.

        A word piece (``##다``) or a lone punctuation mark is no whole word. It is offered only where it could
        be written, that is where the blank touches what is before it (축구[MASK]). It must also be likelier
        than any whole word, so such entries come before the first word, if at all.

        Never offered are special and unused entries, Hangul in a text of another language (Korean text may
        want Latin letters), and what the blocklist knows, also together with the letters around the blank.
        """
        from models.softmax import softmax  # noqa: PLC0415  # NumPy: a fifth of a second that --help needn't wait

        probabilities = softmax(logits)
        left, right = self.text.neighbours(blank)
        begins_text = blank == 0 and not self.text.parts[0].strip()
        any_script = self.text.is_bare or self.text.language == "ko"
        any_is_word = begins_text and tokenizer.vocabulary.spells_bytes
        wanted = min(self.top_k + _POOL, len(probabilities))
        while True:
            indices = probabilities.argpartition(-wanted)[-wanted:]
            indices = indices[(-probabilities[indices]).argsort(kind="stable")]
            scores = probabilities[indices]
            chosen: list[Candidate] = []
            seen: set[str] = set()
            words_only = not self.text.continues(blank)
            for score, index in zip(scores.tolist(), indices.tolist(), strict=True):
                entry = tokenizer.vocabulary.entry(index)
                if entry is None or not (any_script or language_of(entry.text) == "en"):
                    continue
                if self.blocklist.blocks(entry.text, left, right):
                    continue
                is_word = entry.wordy and (any_is_word or not entry.continues)
                if words_only and not is_word:
                    continue
                words_only = words_only or is_word
                token = f"##{entry.text}" if entry.continues and entry.wordy and not is_word else entry.text
                if token not in seen:
                    seen.add(token)
                    chosen.append(Candidate(token, score))
                if len(chosen) == self.top_k:
                    return tuple(chosen)
            if wanted == len(probabilities):
                return tuple(chosen)
            wanted = min(wanted * 8, len(probabilities))


def mask_job(text: BlankedText, model: str, top_k: int, blocklist: Blocklist) -> MaskJob:
    """Ask for the words of every blank.

    Raises:
        ValueError: If ``top_k`` is not positive.
    """
    if top_k < 1:
        raise ValueError("top_k must be at least 1")
    return MaskJob(model, text, top_k, blocklist)
