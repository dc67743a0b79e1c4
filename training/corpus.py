"""Encode text once into flat arrays that pre-training reads at random.

Input: one sentence a line, an empty line between documents; or single sentences, where every line stands
alone. One document in two hundred is held out, chosen by the hash of its text, to measure on. Sentences of
public test and development sets are left out, and a file that is such a set is refused.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm
from transformers import BertTokenizerFast

from training import held_out as public
from training.record import file_hash, hashes_of
from training.textfiles import DataError, open_text

HELD_OUT_EVERY = 200
CUT_BY = "cut-by.txt"
"""A file beside the arrays that tells the tokenizer they were cut with."""
CLEAN_OF = "clean-of.txt"
"""Another that tells of which public sets nothing is in them, by the hash of the file of those."""
PART = "part.txt"
"""Another that tells which part they are: ``train`` or ``heldout``."""
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
        files = [folder / f"{name}.npy" for name in ("ids", "sentences", "documents")]
        try:
            ids, sentences, documents = (_mapped(file) for file in files)
            return cls(ids, sentences, documents)
        except (OSError, ValueError, EOFError) as error:
            raise DataError(f"{folder}: no encoded corpus here ({error})") from None

    def save(self, folder: Path) -> None:
        """Write the three arrays as ``.npy`` files."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("ids", "sentences", "documents"):
            np.save(folder / f"{name}.npy", getattr(self, name))


def _mapped(file: Path) -> NDArray[Any]:
    try:
        return cast("NDArray[Any]", np.load(file, mmap_mode="r"))
    except ValueError:  # nothing in it, which cannot be mapped
        return cast("NDArray[Any]", np.load(file))


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


def _add(pending: list[tuple[_Builder, list[str]]], tokenizer: BertTokenizerFast) -> Counter[str]:
    """Tokenize documents and put each into its part; returns what is left out, and how much of it."""
    texts = [sentence for _, document in pending for sentence in document]
    # A tokenizer cannot be asked for nothing.
    encoded = iter(
        tokenizer(texts, add_special_tokens=False, return_attention_mask=False)["input_ids"] if texts else ()
    )
    lost = Counter[str]()
    for part, document in pending:
        ids = [piece for piece in (next(encoded) for _ in document) if piece]
        lost["sentences left out, in which the tokenizer finds nothing"] += len(document) - len(ids)
        if ids:
            part.add(ids)
        else:
            lost["documents left out, of which nothing is left"] += 1
    return lost


def encode(
    sources: list[str], tokenizer: BertTokenizerFast, *, single: bool = False
) -> tuple[Corpus, Corpus]:
    """Tokenize sources into a training corpus and a held-out one.

    Args:
        sources: Paths or URLs.
        tokenizer: At most 65,536 entries (ids are stored as uint16).
        single: Every line is a document of its own.

    Raises:
        DataError: A source cannot be read or is a public test set, or the vocabulary is too large.
    """
    if len(tokenizer) > 2**16:
        raise DataError(f"the vocabulary has {len(tokenizer)} entries; ids are stored in 16 bits")
    train, heldout = _Builder(), _Builder()

    for source in sources:
        pending: list[tuple[_Builder, list[str]]] = []
        leaked, lost, sentences, waiting = Counter[str](), Counter[str](), 0, 0
        progress = tqdm(documents(source, single=single), desc=Path(source).name, unit="doc", mininterval=2)
        for whole in progress:
            # A line of a table may hold a text in one of its cells.
            sets = [public.standing_in({sentence, *sentence.split("\t")}) for sentence in whole]
            leaked.update(name for name in sets if name)
            sentences += len(whole)
            document = [sentence for sentence, name in zip(whole, sets, strict=True) if not name]
            # By the whole of it: which sentences are public, a later version may know better.
            pending.append((heldout if held_out(whole) else train, document))
            waiting += len(document)
            if waiting >= _CHUNK:
                lost += _add(pending, tokenizer)
                pending, waiting = [], 0
        lost += _add(pending, tokenizer)
        empty = (f"{source}: {count:,} {what}" for what, count in lost.items())
        for note in (*public.told(source, leaked, sentences, "sentences"), *empty):
            tqdm.write(note)
    return train.corpus(), heldout.corpus()


def _cutting(tokenizer: BertTokenizerFast) -> str:
    """Hash of how a tokenizer cuts; not of how it last truncated or padded, which every call sets anew."""
    state = json.loads(tokenizer.backend_tokenizer.to_str())
    cuts = json.dumps({**state, "truncation": None, "padding": None}, sort_keys=True)
    return hashlib.sha256(cuts.encode()).hexdigest()


def _encoded(folder: Path, cutting: str, part: str) -> Corpus:
    """A folder that was encoded before, if it is fit for its part.

    Raises:
        DataError: It is held out and would train, or is not and would be measured on; it is of another
            tokenizer, or does not say of which; it would train, and may have texts of public sets.
    """
    said = folder / PART
    its = said.read_text("utf-8") if said.is_file() else folder.resolve().name  # before, by the name alone
    if part == "train" and its == "heldout":
        raise DataError(f"{folder} is for measuring; train, which was encoded with it, is what trains")
    if part == "heldout" and its == "train":
        raise DataError(f"{folder} is what trains; heldout, which was encoded with it, is for measuring")
    if part == "heldout" and its != "heldout":
        raise DataError(f"{folder}: nothing says that it was held out; give the text itself")
    known = folder / CUT_BY
    if not known.is_file():
        raise DataError(f"{folder}: nothing says which tokenizer it was encoded with; give the text itself")
    if known.read_text("utf-8") != cutting:
        raise DataError(f"{folder}: encoded with another tokenizer")
    clean = folder / CLEAN_OF
    if part == "train" and (not clean.is_file() or clean.read_text("utf-8") != file_hash(public.FILE)):
        raise DataError(
            f"{folder}: nothing says that today's public test texts were left out of it; give the text "
            "itself, and another --out"
        )
    return Corpus.load(folder)


def corpus_of(
    source: str,
    tokenizer: BertTokenizerFast,
    cache: Path,
    *,
    single: bool = False,
    part: str = "train",
    keep: bool = True,
) -> Corpus:
    """A part of a text file, encoded once and kept; or a folder that was encoded before.

    Args:
        source: Text file, URL, or an encoded folder (``train`` or ``heldout`` of what is kept here).
        tokenizer: What it is encoded with.
        cache: Folder for what is encoded.
        single: Every line is a document of its own.
        part: ``train``, or ``heldout``: the documents that are never trained on.
        keep: Write down what is encoded now; without it, it is only returned.

    Raises:
        DataError: It cannot be read, or nothing in it can be used, or not for this part or tokenizer.
    """
    cutting = _cutting(tokenizer)
    if (Path(source) / "ids.npy").exists():
        return _encoded(Path(source), cutting, part)
    # Another file, another version of it, another tokenizer or other public sets: another corpus.
    seen = hashlib.sha256(f"{single}\0{source}\0{cutting}\0{file_hash(public.FILE)}".encode())
    for content in hashes_of([source]).values():
        seen.update(content.encode())
    folder = cache / f"{Path(source).name.split('.')[0]}-{seen.hexdigest()[:12]}"
    if folder.exists():
        return _some(Corpus.load(folder / part), source, part)
    parts = dict(zip(("train", "heldout"), encode([source], tokenizer, single=single), strict=True))
    if not any(len(its.ids) for its in parts.values()):
        raise DataError(f"{source}: there is no text in it")
    if not keep:
        return _some(parts[part], source, part)
    # Aside first: a kill leaves the whole folder or none.
    partial = folder.with_name(f"{folder.name}.partial")
    for name, its in parts.items():
        its.save(partial / name)
        (partial / name / CUT_BY).write_text(cutting, "utf-8")
        (partial / name / CLEAN_OF).write_text(file_hash(public.FILE), "utf-8")
        (partial / name / PART).write_text(name, "utf-8")
    partial.replace(folder)
    return _some(Corpus.load(folder / part), source, part)


def _some(corpus: Corpus, source: str, part: str) -> Corpus:
    if not len(corpus.ids):
        what = "text" if part == "train" else "held-out document (one in 200 is)"
        raise DataError(f"{source}: there is no {what} in it")
    return corpus


def numbered(corpus: Corpus) -> Corpus:
    """The same documents with the number of its document in place of each token.

    What is drawn from it, by a draw that looks at no token, tells where the same draw's tokens come from.
    """
    tokens = np.diff(corpus.sentences[corpus.documents])
    # Not in 16 bits: documents may be more.
    return replace(corpus, ids=cast("NDArray[np.uint16]", np.repeat(np.arange(len(tokens)), tokens)))


def joined(corpora: Sequence[Corpus]) -> Corpus:
    """Several corpora as one, in memory if there are more than one."""
    if len(corpora) == 1:
        return corpora[0]
    tokens = np.cumsum([0, *(len(each.ids) for each in corpora)])
    sentences = np.cumsum([0, *(len(each.sentences) - 1 for each in corpora)])
    return Corpus(
        np.concatenate([each.ids for each in corpora]),
        np.concatenate([each.sentences[bool(n) :] + tokens[n] for n, each in enumerate(corpora)]),
        np.concatenate([each.documents[bool(n) :] + sentences[n] for n, each in enumerate(corpora)]),
    )
