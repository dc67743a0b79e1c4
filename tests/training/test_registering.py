from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from storage.checkpoint_values import NewCheckpoint
from storage.store import Store
from storage.verdicts import Verdict
from training.gate.answers import SetName
from training.gate.compare import Correctness
from training.retraining.registering import Judged, register

NEW = NewCheckpoint("nli", "nli-0001", "/nowhere", "v", "builtin")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/bot.db", pepper=b"a secret")
    yield opened
    await opened.close()


def judged(*sets: tuple[SetName, str]) -> Judged:
    right = np.array([True, False])
    correct = [Correctness(name, task, np.arange(2), right, ~right) for name, task in sets]
    return Judged(Verdict(True, "nli", "builtin", "nli-0001", ()), correct, None)


async def kept(store: Store) -> list[tuple[str, object]]:
    found = await store.checkpoints.evaluations("nli-0001")
    return [(each.dataset, each.correct["task"]) for each in found]


async def test_the_test_sets_of_two_tasks_are_both_kept_and_none_twice(store: Store) -> None:
    run = (await store.runs.ask("nli", actor="test")).run.id
    tests = (SetName.TEST, "nli"), (SetName.TEST, "nsp")
    await register(store, NEW, judged(tests[0]), run)  # killed before the other one
    await register(store, NEW, judged(*tests), run)
    await register(store, NEW, judged(*tests), run)
    assert await kept(store) == [("test", "nli"), ("test", "nsp")]
