"""What the model service answers: frozen values without tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """The five things a user can ask for."""

    MASK = "mask"
    NSP = "nsp"
    SENTIMENT = "sentiment"
    NLI = "nli"
    TOKENS = "tokens"


LABELS: Mapping[Task, tuple[str, ...]] = {
    Task.NSP: ("next", "not_next"),
    Task.SENTIMENT: ("negative", "positive"),
    Task.NLI: ("entailment", "neutral", "contradiction"),
}
"""Label names by class index: NSP as in Devlin et al. 2018 (0: B follows A), NSMC, KLUE-NLI as published."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One word offered for a blank.

    Attributes:
        token: The word as a person would write it (no ``##`` or ``▁`` mark, except a lone continuation
            piece, which keeps its ``##``).
        score: Softmax probability over the whole vocabulary, 0…1.
    """

    token: str
    score: float


@dataclass(frozen=True, slots=True)
class MaskResult:
    """Candidates for every blank of a text.

    Attributes:
        model: Name of the preset or version that answered, e.g. ``builtin``.
        text: The text in NFC, each blank written ``[MASK]``; as many as ``masks`` has entries.
        masks: Per blank, in reading order, candidates from most to least likely; word pieces and
            punctuation only before the first whole word. Empty for a blank that was cut away.
        truncated: Whether the text was cut to the model's length: its end, or around the blanks.
        version: First digits of the SHA-256 of the weights (tokens: of the tokenizer) that answered.
    """

    model: str
    text: str
    masks: tuple[tuple[Candidate, ...], ...]
    truncated: bool = False
    version: str = ""


@dataclass(frozen=True, slots=True)
class LabelResult:
    """A class and its probabilities, for ``nsp``, ``sentiment`` and ``nli``.

    Attributes:
        task: Which question was answered.
        model: Name of the preset or version that answered.
        label: The likeliest label.
        scores: Softmax probability by label name, summing to 1, in the order of ``LABELS[task]``.
        truncated: Whether a text was cut to the model's length.
        version: First digits of the SHA-256 of the weights (tokens: of the tokenizer) that answered.
        guessed: Whether the vocabulary knows nothing of a text, such as only emoji: the answer says nothing.
    """

    task: Task
    model: str
    label: str
    scores: Mapping[str, float]
    truncated: bool = False
    version: str = ""
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """One subword.

    Attributes:
        token: The piece as it stands in the vocabulary.
        id: Its index there.
        start: First character it came from (code points, in its own text); equal to ``end`` for those
            that frame the texts.
        end: One past the last character.
        segment: 0 for the first text, 1 for the second (``token_type_ids``).
        special: Whether it frames the texts: ``[CLS]``, ``[SEP]`` or what a model has for them.
    """

    token: str
    id: int
    start: int
    end: int
    segment: int = 0
    special: bool = False


@dataclass(frozen=True, slots=True)
class TokensResult:
    """How a text (or a pair) is cut into subwords.

    Attributes:
        model: Preset whose tokenizer cut the text.
        tokens: Every input position, special tokens included.
        other_model: Preset of the tokenizer compared with; None if there is no other one at hand.
        other_tokens: The same text cut by that tokenizer.
        truncated: Whether the end was cut to a model's length, for either tokenizer.
        version: First digits of the SHA-256 of the weights (tokens: of the tokenizer) that answered.
    """

    model: str
    tokens: tuple[TokenSpan, ...]
    other_model: str | None = None
    other_tokens: tuple[TokenSpan, ...] = ()
    truncated: bool = False
    version: str = ""
