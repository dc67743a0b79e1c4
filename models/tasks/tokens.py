"""How is a text cut into subwords? No model is needed, only tokenizers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.encoding import Encoding
from models.errors import EmptyText
from models.results import TokenSpan, TokensResult
from models.text import CleanText, require_visible

if TYPE_CHECKING:
    from models.tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class TokensJob:
    """A text (or a pair) to be cut.

    Attributes:
        model: Preset whose tokenizer cuts.
        texts: One text or two, clean, with the way back to the originals.
    """

    model: str
    texts: tuple[CleanText, ...]

    @property
    def characters(self) -> int:
        """Length of the texts."""
        return sum(len(text.text) for text in self.texts)

    def cut(self, tokenizer: Tokenizer, other_model: str | None, other: Tokenizer | None) -> TokensResult:
        """Cut the texts with one tokenizer, or with two to compare them."""
        encoding = tokenizer.encode(*(text.text for text in self.texts))
        if encoding.is_empty:
            raise EmptyText("the tokenizer finds nothing to read in the text")
        truncated = encoding.truncated
        other_tokens: tuple[TokenSpan, ...] = ()
        if other is not None:
            other_encoding = other.encode(*(text.text for text in self.texts))
            other_tokens = self._spans(other_encoding, other)
            truncated = truncated or other_encoding.truncated
        return TokensResult(
            model=self.model,
            tokens=self._spans(encoding, tokenizer),
            other_model=other_model if other is not None else None,
            other_tokens=other_tokens,
            truncated=truncated,
            version=tokenizer.version,
        )

    def _spans(self, encoding: Encoding, tokenizer: Tokenizer) -> tuple[TokenSpan, ...]:
        """Read an encoding piece by piece; positions are those of the texts as they were sent."""
        vocabulary = tokenizer.vocabulary
        spans: list[TokenSpan] = []
        end = 0
        for index, segment, span, text in zip(
            encoding.ids, encoding.segments, encoding.spans, encoding.texts, strict=True
        ):
            # Special tokens of the frame stand where the text before them ended.
            start, end = (end, end) if text is None else self.texts[text].original_span(*span)
            spans.append(
                TokenSpan(
                    token=vocabulary.pieces[index],
                    id=index,
                    start=start,
                    end=end,
                    segment=segment,
                    special=text is None,
                )
            )
        return tuple(spans)


def tokens_job(text: str, second: str | None, model: str) -> TokensJob:
    """Ask how a text is cut.

    Raises:
        EmptyText: If there is nothing to read in a text.
    """
    texts = (text,) if second is None else (text, second)
    return TokensJob(model, tuple(require_visible(each) for each in texts))
