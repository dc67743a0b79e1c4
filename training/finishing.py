"""What is left of a run when it is over: a model, a picture, a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from shutil import copyfile
from typing import Any

from kobert_transformers.tokenization_kobert import KoBertTokenizer
from transformers import PreTrainedTokenizerBase

from training.history import read_history
from training.pictures import learning_curve
from training.record import PICTURE, read_record, write_record
from training.run import Run
from training.start import TRAINED


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

    A record that tells of this very end is left as it is: it says when that was, and with what.

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
    if not _recorded(run, settings):
        write_record(run.folder, settings, data, figures, run.origin)


def _recorded(run: Run, settings: Mapping[str, Any]) -> bool:
    """Whether the record in the folder is of these steps, and of weights saved in this precision."""
    record = read_record(run.folder)
    try:
        return (
            record is not None
            and record["figures"]["steps"] == run.step
            and record["settings"].get("half") == settings.get("half")
        )
    except (KeyError, TypeError, AttributeError):  # somebody else's file of that name
        return False
