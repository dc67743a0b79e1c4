from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.base import utc_now
from storage.checkpoint_values import ChampionChange, CheckpointState, NewCheckpoint, NotPromotable, Obstacle
from storage.runs import LEASE, CancelledRun, LostRun, Run, RunState, UnknownRun
from storage.store import Store
from tests.storage.conftest import ASKER, EVERY_KIND, PEPPER, Sql
from tests.trained import verdict

pytestmark = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
ONE, OTHER = "machine:1:aaaa", "machine:2:bbbb"


async def asked(store: Store, task: str = "sentiment") -> Run:
    return (await store.runs.ask(task, actor=ASKER, options={"replay": ["ratings.txt"]})).run


async def passed(store: Store, run: Run | None, name: str, *, against: str = "builtin") -> None:
    """Keep what came of a training, and that it passed."""
    made = NewCheckpoint("sentiment", name, f"/nowhere/{name}", f"v {name}", "builtin")
    await store.checkpoints.add(made, training=None if run is None else run.id)
    await store.checkpoints.judge(name, verdict(name, against=against))


async def promote(store: Store, run: Run, name: str, seen: str | None = None) -> ChampionChange:
    return await store.checkpoints.promote_learnt(run.id, name, reason="x", seen=seen, preset="builtin")


async def grow_old(sql: Sql, run: Run) -> None:
    """Let the last beat of a training be longer ago than a worker may be silent."""
    then = (utc_now() - LEASE - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    await sql(f"UPDATE training_runs SET beat_at = '{then}' WHERE id = {run.id}")


async def test_of_several_who_ask_for_a_task_one_is_new_and_another_task_is_another_training(
    store: Store,
) -> None:
    first, *others = await asyncio.gather(*(store.runs.ask("sentiment", actor=ASKER) for _ in range(8)))
    assert {each.run.id for each in others} == {first.run.id}
    assert sum(each.new for each in (first, *others)) == 1
    assert first.run.state is RunState.QUEUED
    nli = await store.runs.ask("nli", actor="the command line")
    assert nli.new
    assert nli.run.actor == "the command line"
    assert [run.task for run in await store.runs.unfinished()] == ["sentiment", "nli"]


async def test_what_was_asked_for_is_kept_and_who_asked_is_not_named(store: Store, sql: Sql) -> None:
    run = await asked(store)
    await store.runs.show(run.id, ASKER, 7, language="ko")
    kept = await store.runs.get(run.id)
    assert (kept.task, kept.message_id) == ("sentiment", 7)
    assert kept.options == {"replay": ["ratings.txt"], "language": "ko"}
    assert store.runs.chat_of(kept, [1, 2, ASKER]) == ASKER
    assert store.runs.chat_of(kept, [1, 2]) is None
    assert str(ASKER) not in repr(await sql("SELECT * FROM training_runs"))


async def test_who_asks_to_run_it_at_once_has_it_before_anybody_else_can(store: Store) -> None:
    asked_for = await store.runs.ask("sentiment", actor="the command line", worker=ONE)
    assert (asked_for.run.state, asked_for.run.worker) == (RunState.RUNNING, ONE)
    assert await store.runs.claim(asked_for.run.id, OTHER) is None
    claimed = await store.runs.claim(asked_for.run.id, ONE)
    assert claimed is not None
    again = await store.runs.ask("sentiment", actor="the command line", worker=OTHER)
    assert (again.new, again.run.worker) == (False, ONE)


async def test_of_several_who_claim_a_training_one_gets_it(store: Store, url: str) -> None:
    run = await asked(store)
    other = await Store.open(url, pepper=PEPPER)
    claims = [(store if number % 2 else other).runs.claim(run.id, f"m:{number}:x") for number in range(8)]
    found = [each for each in await asyncio.gather(*claims) if each is not None]
    await other.close()
    assert len(found) == 1
    assert found[0].state is RunState.RUNNING
    assert found[0].started_at is not None
    assert (await store.runs.get(run.id)).worker == found[0].worker


async def test_a_training_whose_worker_is_silent_is_taken_up_by_another_and_the_first_is_told(
    store: Store, sql: Sql
) -> None:
    run = await asked(store)
    first = await store.runs.claim(run.id, ONE)
    assert first is not None
    await store.runs.beat(run.id, ONE, {"step": 3})
    assert await store.runs.claim(run.id, OTHER) is None
    await grow_old(sql, run)
    taken = await store.runs.claim(run.id, OTHER)
    assert taken is not None
    assert taken.progress == {"step": 3}
    assert taken.started_at == first.started_at
    for late in (
        store.runs.beat(run.id, ONE),
        store.runs.finish(run.id, ONE, RunState.DONE),
        store.runs.let_go(run.id, ONE),
    ):
        with pytest.raises(LostRun):
            await late
    assert await store.runs.beat(run.id, OTHER) is False


async def test_a_worker_known_to_have_ended_is_not_waited_for(store: Store) -> None:
    run = await asked(store)
    await store.runs.claim(run.id, ONE)
    assert await store.runs.claim(run.id, OTHER, instead_of="machine:3:cccc") is None
    assert await store.runs.claim(run.id, OTHER, instead_of=ONE) is not None


async def test_the_worker_of_a_training_is_told_that_somebody_wants_it_stopped(store: Store) -> None:
    run = await asked(store)
    await store.runs.claim(run.id, ONE)
    assert await store.runs.beat(run.id, ONE) is False
    assert (await store.runs.cancel(run.id)).state is RunState.RUNNING
    assert await store.runs.beat(run.id, ONE, {"step": 4}) is True
    await store.runs.finish(run.id, ONE, RunState.CANCELLED)
    ended = await store.runs.get(run.id)
    assert (ended.state, ended.progress) == (RunState.CANCELLED, {"step": 4})
    assert (await store.runs.cancel(run.id)).state is RunState.CANCELLED


async def test_what_nobody_runs_is_cancelled_at_once(store: Store, sql: Sql) -> None:
    waits, silent = await asked(store), await asked(store, "nli")
    await store.runs.claim(silent.id, ONE)
    await grow_old(sql, silent)
    for run in (waits, silent):
        assert (await store.runs.cancel(run.id)).state is RunState.CANCELLED
        assert await store.runs.claim(run.id, OTHER) is None
    assert await store.runs.unfinished() == ()


@pytest.mark.parametrize("told", [True, False])
async def test_what_came_of_a_training_goes_as_it_is_cancelled(store: Store, sql: Sql, *, told: bool) -> None:
    run = await asked(store)
    await store.runs.claim(run.id, ONE)
    await passed(store, run, "a")
    if told:
        await store.runs.cancel(run.id)
        await store.runs.finish(run.id, ONE, RunState.CANCELLED)
    else:
        await grow_old(sql, run)
        await store.runs.cancel(run.id)
    ended = await store.runs.get(run.id)
    assert ended.state is RunState.CANCELLED
    [came] = await store.checkpoints.all()
    assert (came.id, came.state) == (ended.checkpoint_id, CheckpointState.RETIRED)  # so its folder goes
    assert (await store.checkpoints.standing("sentiment")).candidate is None
    with pytest.raises(CancelledRun):  # by its process, if that was only silent
        await passed(store, run, "a")
    await passed(store, None, "b")
    with pytest.raises(CancelledRun):
        await promote(store, run, "b")


async def test_what_waits_to_be_promoted_waits_on_when_the_next_training_is_cancelled(store: Store) -> None:
    await passed(store, None, "waits")
    run = await asked(store)
    await store.runs.claim(run.id, ONE)

    async def candidate() -> str | None:
        found = (await store.checkpoints.standing("sentiment")).candidate
        return None if found is None else found.name

    made = NewCheckpoint("sentiment", "a", "/nowhere/a", "v a", "builtin")
    await store.checkpoints.add(made, training=run.id)
    assert await candidate() == "waits"
    await passed(store, run, "a")
    assert await candidate() == "a"
    await store.runs.cancel(run.id)
    assert await candidate() == "waits", "nobody can promote what is being cancelled"
    await store.runs.finish(run.id, ONE, RunState.CANCELLED)
    assert await candidate() == "waits"


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.CANCELLED])
async def test_what_came_of_a_training_and_serves_stays_however_that_ends(
    store: Store, state: RunState
) -> None:
    run = await asked(store)
    await store.runs.claim(run.id, ONE)
    await passed(store, run, "a")
    await promote(store, run, "a")
    await store.runs.cancel(run.id)
    await store.runs.finish(run.id, ONE, state)
    serves = (await store.checkpoints.standing("sentiment")).champion
    assert serves is not None
    assert (serves.name, (await store.runs.get(run.id)).checkpoint_id) == ("a", serves.id)


async def test_what_came_of_a_training_that_is_told_to_stop_is_neither_done_nor_promoted(
    store: Store,
) -> None:
    run = await asked(store)
    await store.runs.claim(run.id, ONE)
    await passed(store, run, "a")
    assert (await store.runs.cancel(run.id)).cancelling
    with pytest.raises(NotPromotable) as refused:
        await store.checkpoints.promote(
            "sentiment", "a", actor="x", reason="y", seen=None, preset="builtin", force=True
        )
    assert refused.value.obstacle is Obstacle.CANCELLED
    with pytest.raises(CancelledRun):
        await store.runs.finish(run.id, ONE, RunState.DONE)
    assert not (await store.runs.get(run.id)).state.ended
    await store.runs.finish(run.id, ONE, RunState.CANCELLED)
    assert (await store.checkpoints.get("a")).state is CheckpointState.RETIRED


async def test_of_promoting_and_cancelling_at_once_one_is_first_and_nothing_waits_for_ever(
    store: Store, url: str
) -> None:
    other = await Store.open(url, pepper=PEPPER)
    for number in range(8):
        run, name = await asked(store), f"c{number}"
        before = (await store.checkpoints.standing("sentiment")).champion
        seen = None if before is None else before.name
        await passed(store, run, name, against=seen or "builtin")
        outcome, ended = await asyncio.gather(
            promote(store, run, name, seen), other.runs.cancel(run.id), return_exceptions=True
        )
        assert isinstance(ended, Run), ended
        assert ended.state is RunState.CANCELLED
        retired = (await store.checkpoints.get(name)).state is CheckpointState.RETIRED
        assert isinstance(outcome, ChampionChange | CancelledRun), outcome
        assert retired is isinstance(outcome, CancelledRun)
    await other.close()


@pytest.mark.parametrize("state", [RunState.DONE, RunState.FAILED, RunState.CANCELLED])
async def test_after_a_training_has_ended_its_task_may_be_asked_for_again(
    store: Store, state: RunState
) -> None:
    run = await asked(store)
    await store.runs.claim(run.id, ONE)
    await store.runs.finish(run.id, ONE, state, progress={"step": 9}, error="no room")
    ended = await store.runs.get(run.id)
    assert (ended.state, ended.error, ended.progress) == (state, "no room", {"step": 9})
    assert ended.ended_at is not None
    assert await store.runs.current("sentiment") is None
    for _ in range(2):  # several may have ended
        again = await asked(store)
        assert again.id > run.id
        await store.runs.claim(again.id, ONE)
        await store.runs.finish(again.id, ONE, state)
    assert await store.runs.unfinished() == ()


async def test_what_its_worker_lets_go_of_goes_on_under_the_next(store: Store) -> None:
    run = await asked(store)
    await store.runs.claim(run.id, ONE)
    await store.runs.beat(run.id, ONE, {"step": 5})
    await store.runs.let_go(run.id, ONE)
    assert (await asked(store)).id == run.id
    taken = await store.runs.claim(run.id, OTHER)
    assert taken is not None
    assert taken.progress == {"step": 5}


async def test_the_message_of_a_training_is_known_until_it_has_told_the_end(store: Store) -> None:
    run = await asked(store)
    assert await store.runs.shown() == ()
    await store.runs.show(run.id, ASKER, 7, language="ko")
    before = await store.runs.show(run.id, ASKER, 8, language="en")
    assert (before.message_id, before.options["language"]) == (7, "ko")
    await store.runs.shows_no_longer(run.id, 7)  # an older one
    await store.runs.cancel(run.id)
    assert [each.id for each in await store.runs.shown()] == [run.id]
    await store.runs.shows_no_longer(run.id, 8)
    assert await store.runs.shown() == ()


@pytest.mark.parametrize("number", [0, 99, 2**31, 2**63 - 1])
async def test_a_number_of_no_training_is_refused(store: Store, number: int) -> None:
    for call in (store.runs.get, store.runs.cancel):
        with pytest.raises(UnknownRun):
            await call(number)
