"""Where the folders are that the database tells of: those in the teaching folder move along with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from storage.errors import StorageError


@dataclass(frozen=True, slots=True)
class Places:
    """Turns the path of a folder into what is kept of it, and back.

    What lies in the teaching folder is kept relative to it: a database that is copied or moved together with
    that folder tells of the files beside it, never of those that it was copied from. What somebody put
    elsewhere is kept as it is.

    Attributes:
        teaching: The teaching folder, absolute; None for a store that is opened without one, which keeps
            every path as it is.
    """

    teaching: Path | None = None

    @classmethod
    def of(cls, teaching: Path | None) -> Self:
        """Take a teaching folder that may be relative to where the program was started."""
        return cls(None if teaching is None else teaching.absolute())

    def kept(self, path: Path) -> str:
        """Return what is kept of an absolute path."""
        if self.teaching is None or not path.is_relative_to(self.teaching):
            return str(path)
        inside = path.relative_to(self.teaching)
        return str(path) if ".." in inside.parts else inside.as_posix()

    def found(self, kept: str) -> Path:
        """Return the absolute path.

        Raises:
            StorageError: It lies in a teaching folder, and the store was opened without one.
        """
        path = Path(kept)
        if path.is_absolute():
            return path
        if self.teaching is None:
            raise StorageError(f"{kept} lies in a teaching folder, and nobody said where that is")
        return self.teaching / path
