"""Tokenizers behind one face: text in, pieces with their characters out; fast ones and KoBERT's own."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

from models.alignment import align
from models.encoding import Encoding, Frame, Pieces, densest_window, frame, longest_first
from models.errors import CheckpointUnavailable
from models.fast_tokenizer import FastBackend, frame_of, read_fast
from models.fingerprint import TOKENIZER, fingerprint
from models.vocabulary import Vocabulary


class Backend(Protocol):
    """What a tokenizer library has to bring."""

    @property
    def max_length(self) -> int:
        """The longest sequence it says its model reads."""

    @property
    def mask_token(self) -> str | None:
        """How a blank is written."""

    @property
    def mask_id(self) -> int | None:
        """The id of that."""

    @property
    def single(self) -> Frame:
        """What stands around one text."""

    @property
    def pair(self) -> Frame:
        """What stands around two."""

    def vocabulary(self) -> Vocabulary:
        """What its ids stand for."""

    def cut(self, text: str, *, spans: bool) -> Pieces:
        """Cut a text without its frame; spans may be all ``(0, 0)`` if they aren't asked for."""


class Tokenizer:
    """Cuts texts for one model, with a length limit of its own.

    Args:
        backend: What cuts.
        max_length: Positions of the model it cuts for; None for the tokenizer's own limit.
        version: Fingerprint of its files.
    """

    def __init__(self, backend: Backend, max_length: int | None = None, version: str = "") -> None:
        self.version = version
        self._backend = backend
        self.max_length = backend.max_length if max_length is None else min(backend.max_length, max_length)
        self.mask_id = backend.mask_id
        self.mask_token = backend.mask_token

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What its ids stand for."""
        return self._backend.vocabulary()

    def cut(self, text: str, *, spans: bool = True) -> Pieces:
        """Cut a clean text (no lone surrogates) into pieces.

        Args:
            text: The text.
            spans: Whether the pieces' characters are wanted. KoBERT's tokenizer doesn't tell them, and to
                find them takes several times as long as to cut; without, they may be all ``(0, 0)``.
        """
        return self._backend.cut(text, spans=spans)

    def encode(self, first: str, second: str | None = None, *, spans: bool = True) -> Encoding:
        """Encode one text, or a pair; what doesn't fit is cut from the end, of a pair's longer text first.

        Args:
            first: The text.
            second: The second text of a pair.
            spans: As in ``cut``.
        """
        single, pair = self._backend.single, self._backend.pair
        head = self.cut(first, spans=spans)
        if second is None:
            room = self.max_length - single.size
            return frame(head.window(0, room), None, single, truncated=len(head) > room)
        tail = self.cut(second, spans=spans)
        room = self.max_length - pair.size
        keep_head, keep_tail = longest_first(len(head), len(tail), room)
        return frame(
            head.window(0, keep_head),
            tail.window(0, keep_tail),
            pair,
            truncated=keep_head < len(head) or keep_tail < len(tail),
        )

    def encode_blanks(self, text: str) -> tuple[Encoding, tuple[int, ...], int]:
        """Encode a text with mask tokens; if it doesn't fit, the part with the most blanks stays.

        Returns:
            The encoding (spans may be all ``(0, 0)``), the positions of the blanks in it, and how many blanks
            were cut away before it.
        """
        pieces = self.cut(text, spans=False)
        room = self.max_length - self._backend.single.size
        marks = [index for index, piece in enumerate(pieces.ids) if piece == self.mask_id]
        start = densest_window(marks, len(pieces), room) if marks else 0
        encoding = frame(pieces.window(start, room), None, self._backend.single, truncated=len(pieces) > room)
        positions = tuple(index for index, piece in enumerate(encoding.ids) if piece == self.mask_id)
        return encoding, positions, sum(mark < start for mark in marks)


def load_tokenizer(folder: Path, kind: Literal["auto", "kobert"], max_length: int | None = None) -> Tokenizer:
    """Load a tokenizer from a folder, running no code from it.

    Args:
        folder: Has the tokenizer's files.
        kind: ``auto`` for what ``tokenizer_config.json`` says, ``kobert`` for KoBertTokenizer.
        max_length: Positions of the model; None if there is no model.

    Raises:
        CheckpointUnavailable: If the files are missing or broken.
    """
    try:
        if kind == "kobert":
            from models.kobert_sentencepiece import KobertBackend  # noqa: PLC0415  # sentencepiece: optional family

            backend: Backend = KobertBackend(folder)
        else:
            backend = read_fast(folder) or _by_transformers(folder)
    except Exception as error:  # whatever a broken file makes the libraries raise
        reason = " ".join(str(error).split())[:200]
        raise CheckpointUnavailable(f"no {kind} tokenizer in {folder}: {reason}") from error
    return Tokenizer(backend, max_length, fingerprint(folder, TOKENIZER))


def _by_transformers(folder: Path) -> Backend:
    """The tokenizer that ``AutoTokenizer`` makes of the files: any kind there is."""
    from transformers import AutoTokenizer  # noqa: PLC0415  # seconds that most tokenizers needn't wait
    from transformers.utils import logging  # noqa: PLC0415

    logging.set_verbosity_error()  # what matters is checked, and said in one line
    wrapped = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    if wrapped.is_fast:
        return FastBackend(
            wrapped.backend_tokenizer,
            mask_token=wrapped.mask_token,
            special=wrapped.all_special_tokens,
            max_length=wrapped.model_max_length,
        )
    return _SlowBackend(wrapped)


class _SlowBackend:
    """A tokenizer in Python, such as BERTweet's; its pieces spell out the text.

    Args:
        wrapped: A ``PreTrainedTokenizer``; typed per subclass there, used for what all of them share.
    """

    def __init__(self, wrapped: Any) -> None:  # noqa: ANN401  # see above
        self._wrapped = wrapped
        self.max_length = int(min(wrapped.model_max_length, 512))
        self.mask_token: str | None = wrapped.mask_token
        self.mask_id: int | None = wrapped.mask_token_id
        self.single = self._probe("a")
        self.pair = self._probe("a", "a")

    def _probe(self, *texts: str) -> Frame:
        encoded = self._wrapped(
            *texts, return_special_tokens_mask=True, return_token_type_ids=True, verbose=False
        )
        ids, special, segments = (
            encoded[key] for key in ("input_ids", "special_tokens_mask", "token_type_ids")
        )
        return frame_of(ids, special, segments, pair=len(texts) == 2)

    def vocabulary(self) -> Vocabulary:
        pieces = self._wrapped.convert_ids_to_tokens(list(range(len(self._wrapped))))
        return Vocabulary(pieces, frozenset(self._wrapped.all_special_ids))

    def cut(self, text: str, *, spans: bool) -> Pieces:
        pieces = self._wrapped.tokenize(text)
        ids = self._wrapped.convert_tokens_to_ids(pieces)
        return Pieces(ids, align(text, pieces) if spans else ((0, 0),) * len(ids))
