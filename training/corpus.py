"""Encode text once into flat arrays that pre-training reads at random.

    python -m training.corpus --tokenizer var/tokenizer --out var/corpus/ko ko_docs-1of3.txt.xz
    python -m training.corpus --tokenizer var/tokenizer --out var/corpus/reviews --single reviews.txt

Input: one sentence a line, an empty line between documents. With ``--single`` every line stands alone.
One document in two hundred is held out, chosen by the hash of its text, and written to ``<out>-heldout``.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

import numpy as np
import typer
from numpy.typing import NDArray
from tqdm import tqdm
from transformers import BertTokenizerFast

from training.textfiles import DataError, open_text

HELD_OUT_EVERY = 200
_CHUNK = 20_000  # sentences tokenized at once: enough to keep both cores in the Rust tokenizer


@dataclass(frozen=True, slots=True)
class Corpus:
    """Token ids of many documents, end to end.

    Attributes:
        ids: All tokens, uint16 ``[tokens]``, without special tokens.
        sentences: Offsets into ``ids``, int64 ``[sentences + 1]``.
        documents: Offsets into ``sentences``, int64 ``[documents + 1]``.
    """

    ids: NDArray[np.uint16]
    sentences: NDArray[np.int64]
    documents: NDArray[np.int64]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Map the arrays of a folder that ``save`` wrote.

        Raises:
            DataError: The folder holds no corpus.
        """
        try:
            return cls(
                *(
                    np.load(folder / f"{name}.npy", mmap_mode="r")
                    for name in ("ids", "sentences", "documents")
                )
            )
        except OSError as error:
            raise DataError(
                f"{folder}: no encoded corpus here ({error}); run python -m training.corpus first"
            ) from None

    def save(self, folder: Path) -> None:
        """Write the three arrays as ``.npy`` files."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("ids", "sentences", "documents"):
            np.save(folder / f"{name}.npy", getattr(self, name))


class _Builder:
    def __init__(self) -> None:
        self._ids: list[NDArray[np.uint16]] = []
        self._lengths: list[int] = []
        self._documents: list[int] = [0]

    def add(self, document: list[list[int]]) -> None:
        for ids in document:
            self._ids.append(np.asarray(ids, dtype=np.uint16))
            self._lengths.append(len(ids))
        self._documents.append(len(self._lengths))

    def corpus(self) -> Corpus:
        ids = np.concatenate(self._ids) if self._ids else np.zeros(0, dtype=np.uint16)
        offsets = np.concatenate([[0], np.cumsum(self._lengths)]).astype(np.int64)
        return Corpus(ids, offsets, np.asarray(self._documents, dtype=np.int64))


def documents(source: str, *, single: bool) -> Iterator[list[str]]:
    """Read documents as lists of NFC-normalised sentences."""
    with open_text(source) as lines:
        document: list[str] = []
        for line in lines:
            text = unicodedata.normalize("NFC", line).strip()
            if text:
                document.append(text)
            if document and (single or not text):
                yield document
                document = []
        if document:
            yield document


def held_out(document: list[str]) -> bool:
    """Whether a document belongs to the held-out part: by the hash of its text, so never by its place."""
    digest = hashlib.sha256("\n".join(document).encode()).digest()
    return int.from_bytes(digest[:8], "big") % HELD_OUT_EVERY == 0


def encode(
    sources: list[str], tokenizer: BertTokenizerFast, *, single: bool = False
) -> tuple[Corpus, Corpus]:
    """Tokenize sources into a training corpus and a held-out one.

    Args:
        sources: Paths or URLs.
        tokenizer: At most 65,536 entries (ids are stored as uint16).
        single: Every line is a document of its own.

    Raises:
        DataError: A source cannot be read, or the vocabulary is too large.
    """
    if len(tokenizer) > 2**16:
        raise DataError(f"the vocabulary has {len(tokenizer)} entries; ids are stored in 16 bits")
    train, heldout = _Builder(), _Builder()

    def flush(pending: list[list[str]]) -> None:
        texts = [sentence for document in pending for sentence in document]
        encoded = iter(tokenizer(texts, add_special_tokens=False, return_attention_mask=False)["input_ids"])
        for document in pending:
            ids = [piece for piece in (next(encoded) for _ in document) if piece]
            if ids:
                (heldout if held_out(document) else train).add(ids)

    for source in sources:
        pending: list[list[str]] = []
        waiting = 0
        progress = tqdm(documents(source, single=single), desc=Path(source).name, unit="doc", mininterval=2)
        for document in progress:
            pending.append(document)
            waiting += len(document)
            if waiting >= _CHUNK:
                flush(pending)
                pending, waiting = [], 0
        if pending:
            flush(pending)
    return train.corpus(), heldout.corpus()


def main(
    sources: Annotated[list[str], typer.Argument(help="Text files or URLs (.txt, .xz, .gz).")],
    tokenizer: Annotated[Path, typer.Option(help="Folder of the tokenizer.")],
    out: Annotated[Path, typer.Option(help="Folder to write to; the held-out part goes to <out>-heldout.")],
    single: Annotated[bool, typer.Option(help="Every line stands alone (reviews, comments).")] = False,
) -> None:
    """Encode text for pre-training."""
    train, heldout = encode(sources, BertTokenizerFast.from_pretrained(tokenizer), single=single)
    train.save(out)
    heldout.save(out.with_name(out.name + "-heldout"))
    typer.echo(
        f"{out}: {len(train.documents) - 1:,} documents, {len(train.ids):,} tokens; "
        f"held out {len(heldout.documents) - 1:,} documents, {len(heldout.ids):,} tokens"
    )


if __name__ == "__main__":
    typer.run(main)
