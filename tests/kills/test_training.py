"""Kills while a model is trained from votes: it goes on, registers once, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from storage.runs import RunState
from storage.store import Store
from storage.workers import own_worker
from tests.kills.killing import Killer
from tests.kills.looking import (
    PEPPER,
    hidden_in,
    look_at_checkpoints,
    look_at_snapshots,
    rows,
    url_of,
    visible_in,
)
from tests.kills.training import train_on
from tests.training.feedback.voters import CHAT, open_store, question
from tests.training.retraining_world import BAD, GOOD, SUBJECTS, make_known, tiny_catalog_file

pytest.importorskip("pyarrow")
pytest.importorskip("crowdkit")
KILLS = 8

Its = tuple[str, Path, Path]
"""What a training is given: the database, the folder of all that is taught, the catalogue."""


@pytest.mark.timeout(300)
def test_a_kill_at_any_stage_of_a_training_needs_no_hand(voted: Path, tmp_path: Path) -> None:
    file, killer = tmp_path / "votes.db", Killer(tmp_path / "work.log")
    its = url, folder, _ = _world(voted, tmp_path, file)
    assert killer.whole(train_on, *its, 1).of("ended") == ["sentiment-0001"]
    finished: set[int] = set(_runs(file))
    for _ in range(KILLS):
        asyncio.run(_own_model_serves(url, folder))  # so that the next one has something to gain
        ended = killer.at_any_stage(train_on, *its, None)
        with killer.named():
            finished |= set(ended.of("finished"))
            runs = _runs(file)
            assert finished <= {number for number, (state, *_) in runs.items() if state == "done"}
            kept = [
                each
                for word in ("name", "snapshot", "start", "champion")
                for each in ended.of(f"kept {word}")
            ]
            for number, name, value in kept:
                assert runs[number][1][name] == value
            _look(file, folder)
    with killer.named():
        killer.whole(train_on, *its, 2)  # the one that was cut off, if any, and one after it
        assert {state for state, *_ in _runs(file).values()} == {"done"}
        _look(file, folder)
        assert not visible_in(folder / "runs")
        assert (
            not hidden_in(folder / "checkpoints")
            | hidden_in(folder / "snapshots")
            | hidden_in(folder / "runs")
        )
        names = {name for (name,) in rows(file, "SELECT name FROM checkpoints")}
        assert visible_in(folder / "checkpoints") == names
        assert rows(file, "SELECT count(*) > 0 FROM promotions WHERE to_id IS NOT NULL") == [(1,)]
        assert visible_in(folder / "snapshots") == look_at_snapshots(file, folder / "snapshots")


@pytest.mark.timeout(300)
def test_what_a_training_that_was_given_up_left_is_never_taken_for_another_ones(
    voted: Path, tmp_path: Path
) -> None:
    file, killer = tmp_path / "votes.db", Killer(tmp_path / "work.log")
    its = url, folder, _ = _world(voted, tmp_path, file)
    killer.right_after("put_aside is done", train_on, *its, None)
    left = folder / "checkpoints" / "sentiment-0001" / "left"
    left.touch()
    asyncio.run(_give_up(url))
    assert killer.whole(train_on, *its, 1).of("ended") == ["sentiment-0001"]
    assert not left.exists()
    assert not visible_in(folder / "runs")
    assert [state for state, *_ in _runs(file).values()] == ["failed", "done"]
    look_at_checkpoints(file, folder)


@pytest.fixture(scope="module")
def voted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which people have voted."""
    file = tmp_path_factory.mktemp("voted") / "votes.db"
    asyncio.run(_voted(url_of(file)))
    return file


def _world(voted: Path, place: Path, file: Path) -> Its:
    """A copy of that database, a tiny model, and what it must not forget."""
    url = url_of(Path(shutil.copyfile(voted, file)))
    lines = [f"{n}\t시험 {n} {('나쁘다', '좋다')[n % 2]} 목소리\t{n % 2}" for n in range(100)]
    (place / "old.txt").write_text("\n".join(["id\tdocument\tlabel", *lines]) + "\n")
    return url, place / "teaching", tiny_catalog_file(place)


async def _own_model_serves(url: str, folder: Path) -> None:
    store = await Store.open(url, pepper=PEPPER, teaching=folder)
    champion = (await store.checkpoints.standing("sentiment")).champion
    if champion is not None:
        await store.checkpoints.promote(
            "sentiment", None, actor="test", reason="again", seen=champion.name, preset="builtin"
        )
    await store.close()


async def _give_up(url: str) -> None:
    """End a training whose process was killed, as the bot does with one that is killed again and again."""
    store, worker = await Store.open(url, pepper=PEPPER), own_worker()
    [run] = await store.runs.unfinished()
    assert await store.runs.claim(run.id, worker, instead_of=run.worker) is not None
    await store.runs.finish(run.id, worker, RunState.FAILED, error="killed")
    await store.runs.hear(run.id)  # else the command that began it tells of that first
    await store.close()


async def _voted(url: str) -> None:
    store = await open_store(url, people=6)
    for number, subject in enumerate(SUBJECTS * 2):
        for label, words in enumerate((GOOD, BAD)):
            for word in words:
                text = f"{subject} {word} {number}"
                prediction = await store.add_prediction(question(text), chat_id=CHAT, asker_id=1)
                for person in (1 + (number + each) % 6 for each in range(3)):
                    await store.vote(prediction, person, 0, label, chat_id=CHAT)
    await make_known(store)
    await store.close()


def _runs(file: Path) -> dict[int, tuple[str, dict[str, Any], int | None]]:
    """Trainings by their number: state, what was kept, and what came of them."""
    found = rows(file, "SELECT id, state, progress, checkpoint_id FROM training_runs ORDER BY id")
    return {number: (state, json.loads(progress), came) for number, state, progress, came in found}


def _look(file: Path, folder: Path) -> None:
    """All that is true between any two steps of a training."""
    look_at_snapshots(file, folder / "snapshots")
    look_at_checkpoints(file, folder)
    runs = _runs(file).values()
    assert {state for state, *_ in runs} <= {"done", "running", "queued"}
    assert sum(state != "done" for state, *_ in runs) <= 1
    came = [number for state, _, number in runs if state == "done"]
    assert len(set(came)) == len(came)
    judged = {number for (number,) in rows(file, "SELECT id FROM checkpoints WHERE verdict IS NOT NULL")}
    assert set(came) <= judged
    assert len(judged) <= len(runs), "each registers once"
