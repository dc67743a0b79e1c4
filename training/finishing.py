"""What is left of a run when it is over: a model, a picture, a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from shutil import copyfile
from typing import Any

from kobert_transformers.tokenization_kobert import KoBertTokenizer
from transformers import PreTrainedTokenizerBase

from training.pictures import learning_curve
from training.record import write_record
from training.run import Run, read_history
from training.start import TRAINED

PICTURE = "curve.png"


def save_tokenizer(tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Save a tokenizer; KoBERT's, whose own way to save is older than transformers 4.57, as its files."""
    if not isinstance(tokenizer, KoBertTokenizer):
        tokenizer.save_pretrained(folder)
        return
    for each in (tokenizer.vocab_file, tokenizer.vocab_txt):
        copyfile(each, folder / Path(each).name)


def finish(
    run: Run,
    tokenizer: PreTrainedTokenizerBase,
    settings: Mapping[str, Any],
    data: Iterable[str],
    trained: Iterable[str],
) -> None:
    """Save ``model/``, ``curve.png`` and ``record.json`` in the run's folder.

    Args:
        run: That has ended.
        tokenizer: Of the model.
        settings: Its options.
        data: Files and folders it read.
        trained: Tasks whose heads have learnt something, in this run or before.
    """
    if not run.processes.leads:
        return
    setattr(run.model.config, TRAINED, sorted(trained))
    run.model.save_pretrained(run.folder / "model")
    save_tokenizer(tokenizer, run.folder / "model")
    history = read_history(run.folder)
    learning_curve(history, run.folder / PICTURE)
    figures = {
        "steps": run.step,
        "tokens": run.tokens,
        "seconds": round(run.spent),
        "best on the development part": run.best,
        "last": history[-1] if history else None,
    }
    write_record(run.folder, settings, data, figures, run.origin)
