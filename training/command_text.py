"""The pre-training text that a command is given, encoded once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.command_line import tell

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import BertTokenizerFast

    from training.corpus import Corpus
    from training.pretrain import Text
    from training.processes import Processes


def encoded_text(
    documents: list[str] | None,
    singles: list[str] | None,
    tokenizer: BertTokenizerFast,
    cache: Path,
    processes: Processes,
    *,
    keep: bool = True,
) -> Text:
    """Read pre-training text, encoding what is not encoded yet.

    Args:
        documents: Files of running text, with their shares.
        singles: Files of single sentences.
        tokenizer: What they are encoded with.
        cache: Folder for what is encoded.
        processes: Who reads.
        keep: Write down what is encoded now.
    """
    from training.corpus import corpus_of, joined
    from training.examples import LONGEST_SINGLE, Singles, too_short
    from training.pretrain import LENGTHS, Documents, Text
    from training.textfiles import shares

    def read(source: str, *, single: bool) -> Corpus:
        if processes.leads and keep:  # the others wait, and find it encoded
            corpus_of(source, tokenizer, cache, single=single)
        processes.agreed(0)
        return corpus_of(source, tokenizer, cache, single=single, keep=keep)

    parts = [Documents(read(source, single=False), share) for source, share in shares(documents or [])]
    shortest = min(length for length, _ in LENGTHS)
    if short := sum(too_short(each.corpus, shortest) for each in parts):
        why = f"shorter than a pair of {shortest} tokens, or one sentence long: no pair begins in them"
        tell(processes, f"{short:,} documents {why}")
    alone = [read(source, single=True) for source in singles or []]
    if not alone:
        return Text(parts)
    sentences = Singles(joined(alone), longest=min(LONGEST_SINGLE, tokenizer.model_max_length - 2))
    if sentences.left_out:
        tell(
            processes, f"{sentences.left_out:,} single sentences too short or too long to be masked left out"
        )
    return Text(parts, sentences)
