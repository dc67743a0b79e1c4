from __future__ import annotations

import os
import pty
from collections.abc import Callable
from pathlib import Path

import pytest

from training.retraining.unheard import Regardless


@pytest.mark.parametrize("opened", [os.pipe, pty.openpty])
def test_what_nobody_reads_any_more_is_written_to_nowhere(opened: Callable[[], tuple[int, int]]) -> None:
    reading, writing = opened()
    with Regardless(writing, "w") as said:
        assert said.write(b"heard") == 5
        assert os.read(reading, 9) == b"heard"
        os.close(reading)
        assert said.write(b"unheard") == 7
        assert os.fstat(writing).st_rdev == Path(os.devnull).stat().st_rdev
        assert said.write(b"unheard") == 7


def test_what_cannot_be_written_for_another_reason_is_an_error() -> None:
    reading, writing = os.pipe()
    with Regardless(reading, "w") as said, pytest.raises(OSError, match="Bad file descriptor"):
        said.write(b"no place to write to")
    os.close(writing)
