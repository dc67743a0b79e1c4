"""Where the weights of a model lie that somebody names, found without torch: its import takes seconds."""

from __future__ import annotations

from pathlib import Path

from models.catalog import Source, load_catalog
from models.errors import ModelServiceError
from models.hub import find_files
from models.kobert_sentencepiece import MODEL_FILE
from models.results import Task
from training.textfiles import DataError


def weights_of(name: str, *, download: bool = True) -> tuple[Source, Path]:
    """Find the weights of a preset, a folder or a hub id: what it is, and the folder they lie in.

    Args:
        name: The model.
        download: Whether the network may be used.

    Raises:
        DataError: There are none.
    """
    catalog = load_catalog()
    try:
        source = (
            catalog.source(name, Task.MASK, "en" if name == "google" else "ko")
            if name in catalog.presets
            else _source(name)
        )
        return source, find_files(source.model, revision=source.revision, download=download)
    except ModelServiceError as error:
        raise unusable(name, error) from error


def unusable(name: str, error: Exception) -> DataError:
    """What is wrong with a model, in one line."""
    return DataError(f"{name}: {' '.join(str(error).split())[:300]}")


def _source(name: str) -> Source:
    """A folder as a folder, though it may look like a hub id, or a repository of the hub."""
    if not Path(name).is_dir():
        return Source(model=name, tokenizer=name)
    place = Path(name).resolve()
    kobert = (place / MODEL_FILE).is_file()  # only a folder with KoBERT's tokenizer has it
    return Source(model=str(place), tokenizer=str(place), tokenizer_class="kobert" if kobert else "auto")
