"""What answers where nothing was trained: other weights, once the program or a catalogue file is another."""

from __future__ import annotations

from dataclasses import dataclass

from models.catalog import Catalog
from models.fingerprint import WEIGHTS, fingerprint
from models.hub import find_files
from models.loads import in_thread
from models.results import Task


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A preset's own model.

    Attributes:
        catalog: Where it stands.
        preset: Which.
    """

    catalog: Catalog
    preset: str

    def version(self, task: Task) -> str:
        """Fingerprint of the weights that answer a task.

        Raises:
            CheckpointUnavailable: They are not on this machine.
            TaskNotServed: The preset has nothing for this task.
            UnknownPreset: There is no such preset.
        """
        own = self.catalog.own(self.preset, task)
        return fingerprint(find_files(own.model, revision=own.revision, download=False), WEIGHTS)

    async def version_now(self, task: Task) -> str:
        """Find it in a thread, as the files are read for that."""
        return await in_thread(lambda: self.version(task))
