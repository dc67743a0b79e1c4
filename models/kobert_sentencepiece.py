"""KoBERT's tokenizer on SentencePiece itself, without the Python of transformers around it.

Cuts exactly as ``KoBertTokenizer`` of https://github.com/monologg/KoBERT-Transformers does, in a fraction of
the time: that class runs the general code for slow tokenizers, which holds the interpreter's lock.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from sentencepiece import SentencePieceProcessor

from models.alignment import align
from models.encoding import Frame, Pieces
from models.vocabulary import Vocabulary

MODEL_FILE = "tokenizer_78b3253a26.model"
VOCABULARY_FILE = "vocab.txt"

_UNKNOWN, _SEPARATOR, _PAD, _FIRST, _MASK = _SPECIAL = ("[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]")
_SPECIAL_IN_TEXT = re.compile("(" + "|".join(map(re.escape, _SPECIAL)) + ")")

# In such texts (ASCII, Hangul, usual punctuation) NFKD finds no combining marks: none need be looked for.
_WITHOUT_MARKS = re.compile("[ -~\u2010-\u2027\u3001-\u3003\u3131-\u318e\uac00-\ud7a3]*")


class KobertBackend:
    """KoBertTokenizer's two files: a SentencePiece model, and a vocabulary with ids of its own.

    Args:
        folder: Has ``tokenizer_78b3253a26.model`` and ``vocab.txt``.

    Raises:
        OSError: If a file is missing or no SentencePiece model.
        ValueError: If the vocabulary lacks a special token.
    """

    def __init__(self, folder: Path) -> None:
        with (folder / VOCABULARY_FILE).open(encoding="utf-8") as lines:
            self._pieces = [line.strip() for line in lines]
        self._ids = {piece: index for index, piece in enumerate(self._pieces)}
        if missing := [token for token in _SPECIAL if token not in self._ids]:
            raise ValueError(f"{VOCABULARY_FILE} has no {missing[0]}")
        self._sentencepiece = SentencePieceProcessor(model_file=str(folder / MODEL_FILE))
        first, separator = (self._ids[_FIRST],), (self._ids[_SEPARATOR],)
        self.single = Frame(first, (), separator, (0, 0, 0, 0, 0))
        self.pair = Frame(first, separator, separator, (0, 0, 0, 1, 1))
        self.mask_token = _MASK
        self.mask_id = self._ids[_MASK]
        self.max_length = 512

    def vocabulary(self) -> Vocabulary:
        """What its ids stand for."""
        return Vocabulary(self._pieces, frozenset(self._ids[token] for token in _SPECIAL))

    def cut(self, text: str, *, spans: bool) -> Pieces:
        """Cut a text; special tokens written out in it stay whole."""
        pieces: list[str] = []
        for index, part in enumerate(_SPECIAL_IN_TEXT.split(text)):
            if index % 2:
                pieces.append(part)
            elif part:
                pieces += self._cut_plain(part)
        unknown = self._ids[_UNKNOWN]
        ids = [self._ids.get(piece, unknown) for piece in pieces]
        return Pieces(ids, align(text, pieces) if spans else ((0, 0),) * len(ids))

    def _cut_plain(self, text: str) -> list[str]:
        pieces: list[str] = []
        for piece in self._sentencepiece.encode(_readable(text), out_type=str):
            if len(piece) > 1 and piece[-1] == "," and piece[-2].isdigit():
                pieces += self._cut_number(piece)
            else:
                pieces.append(piece)
        return pieces

    def _cut_number(self, piece: str) -> list[str]:
        """Take the comma off a piece like ``2,`` (as ALBERT's and XLNet's tokenizers do)."""
        pieces: list[str] = self._sentencepiece.encode(piece[:-1].replace("▁", ""), out_type=str)
        if piece[0] != "▁" and pieces[0][0] == "▁":
            pieces = pieces[1:] if len(pieces[0]) == 1 else [pieces[0][1:], *pieces[1:]]
        return [*pieces, ","]


def _readable(text: str) -> str:
    """Single spaces, plain quotation marks, NFKD without combining marks."""
    text = " ".join(text.split()).replace("``", '"').replace("''", '"')
    decomposed = unicodedata.normalize("NFKD", text)
    if _WITHOUT_MARKS.fullmatch(text):
        return decomposed
    return "".join(character for character in decomposed if not unicodedata.combining(character))
