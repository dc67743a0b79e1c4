"""Environments for the peers whose packages don't go together with ours: one each, made when first needed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.engines import Entry

_PATIENCE = 3600.0


class SetupFailed(Exception):
    """An environment could not be made; the message is pip's last word."""


def python_for(entry: Entry, root: Path) -> Path:
    """The interpreter that an engine runs with; makes its environment if there is none with these versions.

    Args:
        entry: The engine.
        root: Environments are folders in here.

    Raises:
        SetupFailed: If pip can't install what it needs.
    """
    if not entry.venv:
        return Path(sys.executable)
    folder = root / entry.name
    python = folder / "bin" / "python"
    stamp = folder / "requirements.txt"
    wanted = "\n".join(entry.venv) + "\n"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)])
    _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *entry.venv])
    stamp.write_text(wanted, encoding="utf-8")
    return python


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603  # pip, with the exact versions of benchmarks.engines
            command, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise SetupFailed(f"{' '.join(command[1:4])} took longer than {_PATIENCE:.0f} s") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if not line.startswith("WARNING")]
        raise SetupFailed(lines[-1][:300] if lines else f"{' '.join(command)} ended with {done.returncode}")
