"""For all tests and the processes they start."""

from __future__ import annotations

import os

import pytest

from tests.png import PNG

# Two OpenMP threads wait for each other; beside a busy neighbour that costs tens of times one thread's time.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def picture() -> bytes:
    """A PNG, 3 by 2 pixels."""
    return PNG
