"""Tokenizers behind one face: text in, pieces with their characters out; fast ones and KoBERT's own."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from transformers import AutoTokenizer, PreTrainedTokenizerBase

from models.encoding import Encoding, Frame, Pieces, Span, densest_window, frame, longest_first
from models.errors import CheckpointUnavailable
from models.fingerprint import TOKENIZER, fingerprint
from models.vocabulary import Vocabulary

_RESYNC = 16  # how far ahead a piece's next character is searched when the tokenizer dropped some


class Tokenizer:
    """Cuts texts for one model, with a length limit of its own.

    Args:
        backend: A fast tokenizer, or a slow one whose pieces spell out the text (KoBertTokenizer).
        max_length: Positions of the model it cuts for; None for the tokenizer's own limit.
        version: Fingerprint of its files.
    """

    def __init__(
        self, backend: PreTrainedTokenizerBase, max_length: int | None = None, version: str = ""
    ) -> None:
        self.version = version
        self._backend: Any = (
            backend  # typed per subclass in transformers; used here for what all of them share
        )
        own_limit = int(
            min(self._backend.model_max_length, 512)
        )  # "no limit" is 1e30 there; BERTs end at 512
        self.max_length = own_limit if max_length is None else min(own_limit, max_length)
        self.mask_id: int | None = self._backend.mask_token_id
        self.mask_token: str | None = self._backend.mask_token
        if self._backend.is_fast:  # a tokenizer.json may bring limits of its own; ours are kept by `encode`
            self._backend.backend_tokenizer.no_truncation()
            self._backend.backend_tokenizer.no_padding()
        self._single = self._probe(pair=False)
        self._pair = self._probe(pair=True)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What its ids stand for."""
        pieces = self._backend.convert_ids_to_tokens(list(range(len(self._backend))))
        return Vocabulary(pieces, frozenset(self._backend.all_special_ids))

    def cut(self, text: str) -> Pieces:
        """Cut a clean text (no lone surrogates) into pieces."""
        if self._backend.is_fast:
            # Straight to the Rust side: the Python around it changes shared settings, which threads must not.
            encoded = self._backend.backend_tokenizer.encode(text, add_special_tokens=False)
            return Pieces(encoded.ids, encoded.offsets)
        pieces = self._backend.tokenize(text)
        return Pieces(self._backend.convert_tokens_to_ids(pieces), align(text, pieces))

    def encode(self, first: str, second: str | None = None) -> Encoding:
        """Encode one text, or a pair; what doesn't fit is cut from the end, of a pair's longer text first."""
        head = self.cut(first)
        if second is None:
            room = self.max_length - self._single.size
            return frame(head.window(0, room), None, self._single, truncated=len(head) > room)
        tail = self.cut(second)
        room = self.max_length - self._pair.size
        keep_head, keep_tail = longest_first(len(head), len(tail), room)
        return frame(
            head.window(0, keep_head),
            tail.window(0, keep_tail),
            self._pair,
            truncated=keep_head < len(head) or keep_tail < len(tail),
        )

    def encode_blanks(self, text: str) -> tuple[Encoding, tuple[int, ...], int]:
        """Encode a text with mask tokens; if it doesn't fit, the part with the most blanks stays.

        Returns:
            The encoding, the positions of the blanks in it, and how many blanks were cut away before it.
        """
        pieces = self.cut(text)
        room = self.max_length - self._single.size
        marks = [index for index, piece in enumerate(pieces.ids) if piece == self.mask_id]
        start = densest_window(marks, len(pieces), room) if marks else 0
        encoding = frame(pieces.window(start, room), None, self._single, truncated=len(pieces) > room)
        positions = tuple(index for index, piece in enumerate(encoding.ids) if piece == self.mask_id)
        return encoding, positions, sum(mark < start for mark in marks)

    def _probe(self, *, pair: bool) -> Frame:
        """Learn from an example how this tokenizer frames its texts: every family does it differently."""
        texts = ("a", "a") if pair else ("a",)
        encoded = self._backend(
            *texts, return_special_tokens_mask=True, return_token_type_ids=True, verbose=False
        )
        ids, special, types = encoded["input_ids"], encoded["special_tokens_mask"], encoded["token_type_ids"]
        words = [index for index, flag in enumerate(special) if not flag]
        first_end = next((index for index in range(words[0], len(ids)) if special[index]), len(ids))
        last_start = next(index for index in words if index >= first_end) if pair else words[0]
        last_end = words[-1] + 1
        middle = slice(first_end, last_start) if pair else slice(0, 0)
        return Frame(
            before=tuple(ids[: words[0]]),
            between=tuple(ids[middle]),
            after=tuple(ids[last_end:]),
            segments=(types[0], types[words[0]], types[first_end], types[last_start], types[-1])
            if pair
            else (types[0], types[words[0]], 0, 0, types[-1]),
        )


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
            # Not from the package's top: that one exports the models only. Not from_pretrained either: it
            # takes the class named in the hub's config for a mistake and warns.
            from kobert_transformers.tokenization_kobert import KoBertTokenizer  # noqa: PLC0415  # optional family

            backend = KoBertTokenizer(
                vocab_file=str(folder / "tokenizer_78b3253a26.model"), vocab_txt=str(folder / "vocab.txt")
            )
        else:
            backend = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:  # whatever a broken file makes the libraries raise
        reason = " ".join(str(error).split())[:200]
        raise CheckpointUnavailable(f"no {kind} tokenizer in {folder}: {reason}") from error
    return Tokenizer(backend, max_length, fingerprint(folder, TOKENIZER))


def align(text: str, pieces: Sequence[str]) -> list[Span]:
    """Find the characters each piece came from, for tokenizers that don't say.

    Both sides are compared in NFKD without marks and white space, which is how KoBertTokenizer reads a text;
    where it dropped or rewrote characters, the search goes on at the next one that matches.

    Args:
        text: What was cut.
        pieces: What came out, with ``▁`` for a space.

    Returns:
        Per piece ``[start, end)`` in ``text``: in order, never overlapping but for characters cut in two.
    """
    units = [(unit, index) for index, character in enumerate(text) for unit in _comparable(character)]
    spans: list[Span] = []
    cursor = 0
    end_of_last = 0
    for piece in pieces:
        start: int | None = None
        end = end_of_last
        for unit in (unit for character in piece.replace("▁", "") for unit in _comparable(character)):
            ahead = range(cursor, min(cursor + _RESYNC, len(units)))
            match = next((index for index in ahead if units[index][0] == unit), None)
            if match is None:
                continue
            start = units[match][1] if start is None else start
            end = units[match][1] + 1
            cursor = match + 1
        spans.append((end, end) if start is None else (start, end))
        end_of_last = end
    return spans


def _comparable(character: str) -> str:
    return "".join(
        unit
        for unit in unicodedata.normalize("NFKD", character)
        if not unicodedata.combining(unit) and not unit.isspace()
    )
