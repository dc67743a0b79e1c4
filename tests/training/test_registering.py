from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from storage.checkpoint_values import NewCheckpoint
from storage.errors import DatabaseFailed
from storage.store import Store
from storage.verdicts import Verdict
from training.gate.answers import SetName
from training.gate.compare import Correctness
from training.retraining.registering import Judged, promote, register

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


async def test_a_promotion_that_was_made_and_not_heard_of_is_done_again_without_harm(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acknowledgement of the commit is lost, as when the connection breaks right after it."""
    run = (await store.runs.ask("nli", actor="test")).run
    checkpoint = await register(store, NEW, judged((SetName.GOLD, "nli")), run.id)
    commits = type(store.checkpoints).promote_learnt

    async def unheard(*its: object, **how: object) -> NoReturn:
        await commits(*its, **how)  # type: ignore[arg-type]  # passed on
        raise DatabaseFailed("the connection was closed")

    with monkeypatch.context() as patch:
        patch.setattr(type(store.checkpoints), "promote_learnt", unheard)
        with pytest.raises(DatabaseFailed):
            await promote(store, checkpoint, run.id, "builtin")
    assert await promote(store, checkpoint, run.id, "builtin")
    standing = await store.checkpoints.standing("nli")
    assert (standing.champion, standing.previous) == (checkpoint, None)
    [change] = await store.checkpoints.changes("nli")
    assert (change.before, change.after) == (None, "nli-0001")


@pytest.mark.parametrize("forgotten", [False, True])
async def test_who_asked_for_it_is_written_down_as_the_one_who_promoted_it_unless_forgotten_since(
    store: Store, *, forgotten: bool
) -> None:
    run = (await store.runs.ask("nli", actor=77)).run
    checkpoint = await register(store, NEW, judged((SetName.GOLD, "nli")), run.id)
    if forgotten:
        await store.forget(77)
    assert await promote(store, checkpoint, run.id, "builtin")
    [change] = await store.checkpoints.changes("nli")
    assert change.actor == ("" if forgotten else run.actor)


async def test_over_another_than_it_was_compared_with_it_is_not_promoted(store: Store) -> None:
    run = (await store.runs.ask("nli", actor="test")).run
    checkpoint = await register(store, NEW, judged((SetName.GOLD, "nli")), run.id)
    await store.checkpoints.add(replace(NEW, name="another"))
    await store.checkpoints.promote(
        "nli", "another", actor="x", reason="y", seen=None, preset="builtin", force=True
    )
    assert not await promote(store, checkpoint, run.id, "builtin")


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
