"""All that a fine-tuning needs, and whether that can be: known before torch is imported."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from models.catalog import is_folder, load_catalog
from models.errors import ModelServiceError
from models.hub import find_files
from training.textfiles import DataError, shares

CLASS_TASKS = ("sentiment", "nli", "nsp")
"""What can be learnt from labelled files; ``nsp`` from text as well."""
TEXT_TASKS = ("mask", "nsp")


@dataclass(frozen=True, slots=True)
class Job:
    """All that a fine-tuning needs.

    Attributes:
        tasks: Of ``sentiment``, ``nli``, ``mask``, ``nsp``; the first one's epochs count.
        model: A preset, folder or hub id.
        out: Folder for checkpoints, logs and the model.
        files: Labelled files by task.
        dev: Development file by task; a part of the first file where there is none.
        held_out: Files whose texts must not train, by task.
        rated: Reviews and their stars, files of equal length.
        replay: Labelled files of the first task to go through again, as many rows as the others have.
        documents: Pre-training text, for ``mask`` and ``nsp``.
        epochs: Over the first task's examples.
        minutes: Instead of epochs.
        steps: Instead of both.
        lr: Peak learning rate.
        layer_decay: Each layer's learning rate, from the top, in that of the one above.
        smoothing: Of labels.
        debias: How much of what the second text alone gives away is taken out, 0…1.
        scale: Size of the batches, in the usual one.
        masking: Share of masked tokens.
        whole_words: Whether all pieces of a word are masked together.
        same_document: Share of the wrong pairs that come from one document.
        dropout: Of the trunk; None for what its configuration says.
        matching_head: Begin with a head that looks for the same word in the other text.
        half: Save in float16.
        skip_bad: Leave out rows that cannot be used.
        seed: Of order, masks and dropout.
    """

    tasks: tuple[str, ...]
    model: str
    out: Path
    files: dict[str, list[str]] = field(default_factory=dict)
    dev: dict[str, str] = field(default_factory=dict)
    held_out: dict[str, list[str]] = field(default_factory=dict)
    rated: tuple[str, str] | None = None
    replay: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    singles: list[str] = field(default_factory=list)
    epochs: float = 2.0
    minutes: float | None = None
    steps: int | None = None
    lr: float = 5e-5
    layer_decay: float = 1.0
    smoothing: float = 0.05
    debias: float = 0.0
    scale: float = 1.0
    masking: float = 0.15
    whole_words: bool = False
    same_document: float = 0.0
    dropout: float | None = None
    matching_head: bool = False
    half: bool = False
    skip_bad: bool = False
    seed: int = 0

    @property
    def sources(self) -> list[str]:
        """All files and folders that it reads."""
        by_task = [
            *self.files.values(),
            self.dev.values(),
            *self.held_out.values(),
            self.replay,
            self.singles,
            self.rated or (),
        ]
        model = [self.model] if Path(self.model).is_dir() else []
        documents = [source for source, _ in shares(self.documents)]
        return [*(source for each in by_task for source in each), *documents, *model]

    def check(self) -> None:
        """See that the options go together.

        Raises:
            DataError: They do not.
        """
        for task in self.tasks:
            if task not in TEXT_TASKS and not self.files.get(task):
                raise DataError(f"{task} learns from a file: --{task} FILE")
            if task in TEXT_TASKS and not self.documents and not self.files.get(task):
                raise DataError(f"{task} learns from running text: --documents FILE")
        for task in CLASS_TASKS:
            unused = {task: self.files.get(task), f"{task}-dev": self.dev.get(task)}
            if task not in self.tasks and (names := [name for name, files in unused.items() if files]):
                raise DataError(f"--{names[0]} is given, but {task} is not among the tasks")
        if not any(task in TEXT_TASKS for task in self.tasks) and self.documents:
            raise DataError("--documents is for the tasks mask and nsp")
        given = (
            ("singles", self.singles, "mask"),
            ("whole-words", self.whole_words, "mask"),
            ("same-document", self.same_document, "nsp"),
            ("rated-texts", self.rated, "sentiment"),
            ("debias", self.debias, "nli"),
        )
        for option, setting, task in given:
            if setting and task not in self.tasks:
                raise DataError(f"--{option} is for the task {task}")
        if self.steps is None and self.minutes is None and not any(map(self.files.get, self.tasks)):
            raise DataError("--steps or --minutes: text without labels has no epochs")


def require_model(name: str) -> None:
    """See that a model to begin with is there; of one on the hub, only its small files are fetched for that.

    Args:
        name: A preset, folder or hub id.

    Raises:
        DataError: There is none.
    """
    presets = load_catalog().presets
    if name in presets:
        return
    place = str(Path(name).resolve()) if Path(name).is_dir() else name
    try:
        find_files(place, weights=is_folder(place))
    except ModelServiceError as error:
        said = f"{name}: {error}" if is_folder(place) else _nowhere(name, presets, error)
        raise DataError(said) from error


def _nowhere(name: str, presets: Collection[str], error: Exception) -> str:
    """Say of a name that may have meant a folder, a preset or a hub id that it is none."""
    near = get_close_matches(name, presets, n=1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    on_hub = "" if name.count("/") > 1 else f"; of the hub: {error}"  # an id has one slash at most
    return (
        f"{name}: there is no such folder, nor is it one of the presets {', '.join(presets)}{meant}{on_hub}"
    )
