"""Where a retraining finds everything; the command line fills it in from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from storage.verdicts import Verdict
from training.retraining.wish import Wish


@dataclass(frozen=True, slots=True)
class TeachingPlace:
    """What a retraining must know of the bot.

    Attributes:
        database_url: Where votes and checkpoints are kept.
        pepper: The key of the pseudonyms.
        folder: Of snapshots, runs and checkpoints.
        preset: Which models answer where nothing was trained.
        catalog: Another catalogue of presets; None for the one that ships.
        tests: The original test file of a task, where whoever asks names none.
        replays: The same of a file that the task's model learnt from before.
    """

    database_url: str
    pepper: bytes
    folder: Path
    preset: str
    catalog: Path | None
    tests: Mapping[str, str] = field(default_factory=dict)
    replays: Mapping[str, str] = field(default_factory=dict)

    @property
    def snapshots(self) -> Path:
        """Folder of data sets."""
        return self.folder / "snapshots"

    @property
    def checkpoints(self) -> Path:
        """Folder of trained models."""
        return self.folder / "checkpoints"

    def completed(self, wish: Wish, task: str) -> Wish:
        """Add the files that whoever asked did not name."""
        kept = (self.replays[task],) if task in self.replays else ()
        return replace(wish, test=wish.test or self.tests.get(task), replay=wish.replay or kept)

    def run(self, number: int) -> Path:
        """Folder in which a training keeps its state."""
        return self.folder / "runs" / str(number)


@dataclass(frozen=True, slots=True)
class Teaching:
    """What the command line lends to ``train``, which knows neither settings nor what is said in chat.

    Attributes:
        place: Reads the settings when they are needed; ends the command if one cannot be used.
        words: A verdict as lines that a person reads.
    """

    place: Callable[[], TeachingPlace]
    words: Callable[[Verdict], Sequence[str]]
