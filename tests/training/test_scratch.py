"""Rows that are not kept are on no disk afterwards, even if their process is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from training.retraining.scratch import scratch, sweep

_READS = """
import sys
from pathlib import Path
from training.retraining.scratch import scratch

with scratch(Path(sys.argv[1])) as folder:
    (folder / "rows").write_text("좋다")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_a_folder_goes_when_its_block_ends_or_fails(tmp_path: Path) -> None:
    def fails(folder: Path) -> None:
        (folder / "rows").write_text("좋다", encoding="utf-8")
        assert folder.stat().st_mode & 0o777 == 0o700
        raise InterruptedError

    with pytest.raises(InterruptedError), scratch(tmp_path / "home") as folder:
        fails(folder)
    assert list((tmp_path / "home").iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_a_living_one_reads_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    sweep(home)  # not there yet
    command = [sys.executable, "-c", _READS, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        left = Path(reader.stdout.readline().strip())
        sweep(home)
        with scratch(home):
            assert (left / "rows").read_text(encoding="utf-8") == "좋다"
        reader.kill()
    assert left.exists()
    sweep(home)
    assert list(home.iterdir()) == []
