"""Where a retraining finds everything; the command line fills it in from the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class TeachingPlace:
    """What a retraining must know of the bot.

    Attributes:
        database_url: Where votes and checkpoints are kept.
        pepper: The key of the pseudonyms.
        folder: Of snapshots, runs and checkpoints.
        preset: Which models answer where nothing was trained.
        catalog: Another catalogue of presets; None for the one that ships.
    """

    database_url: str
    pepper: bytes
    folder: Path
    preset: str
    catalog: Path | None

    @property
    def snapshots(self) -> Path:
        """Folder of data sets."""
        return self.folder / "snapshots"

    @property
    def checkpoints(self) -> Path:
        """Folder of trained models."""
        return self.folder / "checkpoints"

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
