"""Which code made something."""

from __future__ import annotations

import subprocess
from importlib.metadata import version
from pathlib import Path


def code_revision() -> str:
    """The commit of the code, ``+`` if files were changed since; without a repository, the version."""
    folder = Path(__file__).resolve().parent

    def git(*arguments: str) -> str:
        return subprocess.run(  # noqa: S603  # our own arguments
            ["git", *arguments],  # noqa: S607  # git is where the path has it
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != folder.parent:
            return version("kobert-bot")  # installed inside somebody else's repository
        return git("rev-parse", "HEAD") + (
            "+" if git("status", "--porcelain", "--untracked-files=no") else ""
        )
    except (OSError, subprocess.CalledProcessError):
        return version("kobert-bot")
