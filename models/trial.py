"""Trying a checkpoint before it answers anybody: is it whole, does it load, are its answers numbers?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.catalog import Source
from models.errors import CheckpointMissing
from models.fingerprint import WEIGHTS, fingerprint
from models.loads import in_thread
from models.memory import give_back
from models.results import Task


def source_of(name: str, path: str) -> Source:
    """The catalogue's line for a folder with a model and its tokenizer.

    Args:
        name: What its answers call it.
        path: The folder.
    """
    from models.kobert_sentencepiece import MODEL_FILE  # noqa: PLC0415  # sentencepiece: not for --help

    folder = Path(path).resolve()
    kobert = (folder / MODEL_FILE).is_file()
    return Source(str(folder), str(folder), "kobert" if kobert else "auto", name=name)


def require_intact(path: str, version: str) -> None:
    """Make sure that a folder has the weights that were kept in it.

    Raises:
        CheckpointMissing: If it isn't there, or its weights are others.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise CheckpointMissing(f"there is no folder {folder}")
    try:
        found = fingerprint(folder, WEIGHTS)
    except OSError as error:
        raise CheckpointMissing(f"{folder} cannot be read: {error.strerror}") from error
    if found != version:
        raise CheckpointMissing(f"{folder} has changed: its weights are {found or 'gone'}, not {version}")


@dataclass(frozen=True, slots=True)
class Trial:
    """Loads a checkpoint beside whatever serves, asks it some sentences, and lets go of it.

    Attributes:
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``fp32``, ``bf16`` or ``int8``.
    """

    device: str = "auto"
    precision: str = "auto"

    async def __call__(self, task: Task, source: Source, version: str | None) -> None:
        """Try a checkpoint, in a thread.

        Args:
            task: What it is to serve.
            source: The checkpoint.
            version: The fingerprint of its weights, which lie in a folder; None for the catalogue's own,
                whose weights may be any, and are fetched if they are not here.

        Raises:
            CheckpointUnavailable: If it is missing or changed, can't be loaded, or answers with what are not
                numbers.
            TaskNotServed: If its family has no head for the task.
            ModelServiceError: If the device or the precision isn't there.
        """
        await in_thread(lambda: self._run(task, source, version))

    def _run(self, task: Task, source: Source, version: str | None) -> None:
        from models.runtime import Loader  # noqa: PLC0415  # what runs models, which --help needn't wait for

        if version is not None:
            require_intact(source.model, version)
        try:
            Loader(self.device, self.precision).model(source, task)
        finally:
            give_back()
