"""For all tests and the processes they start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.png import PNG

_TESTS = Path(__file__).parent

# Two OpenMP threads wait for each other; beside a busy neighbour that costs tens of times one thread's time.
os.environ.setdefault("OMP_NUM_THREADS", "1")

LONGEST = (
    "e2e/test_teaching.py",
    "training/test_retraining.py",
    "page/test_stories.py",
    "training/test_launched.py",
    "training/test_pipeline.py",
    "kills/test_training.py",
    "storage/test_concurrency.py",
    "e2e/test_stories.py",
    "e2e/test_bad_input.py",
    "storage/test_labelling.py",
)
"""Files that take longest; begun first, so that none goes on alone when all others have ended."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, for ``pytest -n 4 --dist loadfile --no-loadscope-reorder``."""
    ranks = {_TESTS / name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the random seeds of tests that passed, too: what they print is shown only when they fail."""
    for report in terminalreporter.stats.get("passed", ()):
        for _, printed in report.sections:
            for line in printed.splitlines():
                if line.startswith("seed "):
                    terminalreporter.write_line(f"{report.nodeid}: {line}")


@pytest.fixture
def picture() -> bytes:
    """A PNG, 3 by 2 pixels."""
    return PNG
