"""Trained models: which there are, who serves, and what of them goes with a deleted text."""

from __future__ import annotations

import asyncio
import dataclasses
import signal
import sys
from collections.abc import Awaitable, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from storage.checkpoint_values import (
    ChampionChange,
    ChampionChanged,
    CheckpointState,
    NameTaken,
    NewCheckpoint,
    NotPromotable,
    Obstacle,
    Standing,
    TrainedCheckpoint,
    UnknownCheckpoint,
)
from storage.engine import Database
from storage.privacy.pseudonym import Pseudonymizer
from storage.store import NewPrediction, Store
from storage.verdicts import Check, CheckName, CheckState, Verdict
from tests.storage.conftest import CHAT, EVERY_KIND, PEPPER, Sql, agree

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
ADMIN = 777000777


def new(
    name: str, *, task: str = "sentiment", parent: str | None = None, snapshot: str | None = None
) -> NewCheckpoint:
    path, version = f"/nowhere/{name}", f"v-{name}"
    return NewCheckpoint(task, name, path, version, "builtin", parent, snapshot, metrics={"acc": 0.5})


def verdict(name: str, *, passed: bool, against: str = "builtin") -> Verdict:
    state = CheckState.PASSED if passed else CheckState.FAILED
    return Verdict(
        passed, "sentiment", against, name, (Check(CheckName.ANSWERS, state, {"broken": 0, "n": 9}),)
    )


async def good(store: Store, *names: str) -> list[TrainedCheckpoint]:
    """Add checkpoints that have passed the gate."""
    for name in names:
        await store.checkpoints.add(new(name))
        await store.checkpoints.judge(name, verdict(name, passed=True))
    return [await store.checkpoints.get(name) for name in names]


async def promote(store: Store, name: str | None, seen: str | None) -> ChampionChange:
    """Promote, whatever it was compared with."""
    return await store.checkpoints.promote(
        "sentiment", name, actor="gate", reason="better", seen=seen, preset="builtin", force=True
    )


def names(standing: Standing) -> tuple[str | None, ...]:
    three = (standing.champion, standing.previous, standing.candidate)
    return tuple(None if each is None else each.name for each in three)


async def test_nobody_promotes_rolls_back_or_asks_without_a_name(store: Store) -> None:
    await good(store, "a")
    its = store.checkpoints
    calls: list[Awaitable[object]] = [
        its.promote("sentiment", "a", actor="", reason="y", seen=None, preset="builtin"),
        its.rollback("sentiment", actor="", reason="y", seen=None),
        its.withdraw("sentiment", "a", serves=None, actor="", reason="y"),
        store.runs.ask("sentiment", actor=""),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="somebody acts, or something does"):
            await call
    assert await its.changes("sentiment") == ()
    assert await store.runs.unfinished() == ()


@every_kind
async def test_a_checkpoint_is_kept_whole_and_is_no_candidate_before_it_has_passed(store: Store) -> None:
    checkpoints = store.checkpoints
    assert await checkpoints.next_name("sentiment") == "sentiment-0001"
    first = await checkpoints.add(new("sentiment-0001"))
    added = await checkpoints.add(new("sentiment-0009", parent="sentiment-0001"))
    await checkpoints.add(new("sentiments-12", task="nli"))
    assert await checkpoints.next_name("sentiment") == "sentiment-0010"
    assert await checkpoints.get("sentiment-0009") == added
    assert (added.parent, added.base, added.version, added.metrics) == (
        "sentiment-0001",
        "builtin",
        "v-sentiment-0009",
        {"acc": 0.5},
    )
    assert (added.state, added.tainted, added.verdict) == (CheckpointState.READY, False, None)
    assert await checkpoints.all("sentiment") == (first, added)
    assert len(await checkpoints.all()) == 3
    assert names(await checkpoints.standing("sentiment")) == (None, None, None)
    await checkpoints.judge("sentiment-0009", verdict("sentiment-0009", passed=True))
    assert names(await checkpoints.standing("sentiment")) == (None, None, "sentiment-0009")
    assert await checkpoints.standing("nsp") == Standing("nsp")


@every_kind
async def test_adding_again_changes_nothing_and_a_name_is_given_once(store: Store) -> None:
    first = await store.checkpoints.add(new("a"))
    assert await store.checkpoints.add(new("a")) == first
    other = NewCheckpoint("sentiment", "a", "/nowhere/a", "other weights", "builtin")
    with pytest.raises(NameTaken, match="another checkpoint 'a'"):
        await store.checkpoints.add(other)
    with pytest.raises(UnknownCheckpoint, match="no checkpoint 'nobody'"):
        await store.checkpoints.add(new("b", parent="nobody"))
    with pytest.raises(UnknownCheckpoint):
        await store.checkpoints.get("b")
    assert await store.checkpoints.all() == (first,)


@every_kind
async def test_promoting_and_rolling_back_move_the_aliases_and_are_written_down(store: Store) -> None:
    await good(store, "a", "b")
    assert names(await store.checkpoints.standing("sentiment")) == (None, None, "b")
    await promote(store, "b", None)
    standing = await store.checkpoints.standing("sentiment")
    assert (names(standing), standing.has_previous) == (("b", None, None), True)
    await promote(store, "a", "b")
    assert names(await store.checkpoints.standing("sentiment")) == ("a", "b", None)

    async def back(seen: str | None) -> ChampionChange:
        return await store.checkpoints.rollback("sentiment", actor=ADMIN, reason="worse", seen=seen)

    await back("a")
    assert names(await store.checkpoints.standing("sentiment")) == ("b", "a", None)
    await back("b")
    assert names(await store.checkpoints.standing("sentiment")) == ("a", "b", None)
    await promote(store, None, "a")
    assert names(await store.checkpoints.standing("sentiment")) == (None, "a", None)
    last = await back(None)
    changes = await store.checkpoints.changes("sentiment")
    assert [(each.before, each.after) for each in changes] == [
        (None, "b"),
        ("b", "a"),
        ("a", "b"),
        ("b", "a"),
        ("a", None),
        (None, "a"),
    ]
    assert changes[-1] == last
    assert (last.actor, last.reason) == (Pseudonymizer(PEPPER).person(ADMIN), "worse")
    assert changes[0].actor == "gate"
    assert await store.checkpoints.changes("nli") == ()


@every_kind
async def test_a_candidate_that_an_older_database_names_is_none_before_it_has_passed(
    store: Store, sql: Sql
) -> None:
    unjudged = await store.checkpoints.add(new("unjudged"))
    await sql(
        "INSERT INTO aliases (task, alias, checkpoint_id, updated_at) "
        f"VALUES ('sentiment', 'candidate', {unjudged.id}, '2026-11-01 00:00:00')"
    )
    assert names(await store.checkpoints.standing("sentiment")) == (None, None, None)
    await good(store, "a")
    await promote(store, "a", None)
    assert names(await store.checkpoints.standing("sentiment")) == ("a", None, None)


@every_kind
async def test_what_may_not_serve_is_refused_and_nothing_moves(store: Store, sql: Sql) -> None:
    await good(store, "a", "tainted", "retired")
    await store.checkpoints.add(new("nli-1", task="nli"))
    await store.checkpoints.add(new("unjudged"))
    await store.checkpoints.add(new("refused"))
    await store.checkpoints.judge("refused", verdict("refused", passed=False))
    await sql("UPDATE checkpoints SET tainted = true WHERE name = 'tainted'")
    await sql("UPDATE checkpoints SET state = 'retired' WHERE name = 'retired'")
    await promote(store, "a", None)
    before = (await store.checkpoints.standings(), await store.checkpoints.changes("sentiment"))

    async def obstacle(name: str | None, *, force: bool) -> Obstacle:
        with pytest.raises(NotPromotable) as caught:
            await store.checkpoints.promote(
                "sentiment", name, actor="x", reason="y", seen="a", preset="builtin", force=force
            )
        return caught.value.obstacle

    for force in (False, True):
        assert await obstacle("a", force=force) is Obstacle.IS_CHAMPION
        assert await obstacle("tainted", force=force) is Obstacle.TAINTED
        assert await obstacle("retired", force=force) is Obstacle.RETIRED
        assert await obstacle("nli-1", force=force) is Obstacle.OTHER_TASK
    assert await obstacle("refused", force=False) is Obstacle.REFUSED
    assert await obstacle("unjudged", force=False) is Obstacle.UNJUDGED
    with pytest.raises(UnknownCheckpoint):
        await promote(store, "nobody", "a")
    with pytest.raises(NotPromotable, match="no champion before"):
        await store.checkpoints.rollback("nli", actor="x", reason="y", seen=None)
    with pytest.raises(NotPromotable, match="retired"):
        await store.checkpoints.judge("retired", verdict("retired", passed=True))
    after = (await store.checkpoints.standings(), await store.checkpoints.changes("sentiment"))
    assert {task: names(each) for task, each in after[0].items()} == {
        task: names(each) for task, each in before[0].items()
    }
    assert after[1] == before[1]

    for forced, seen in (("refused", "a"), ("unjudged", "refused")):
        await promote(store, forced, seen)
    assert names(await store.checkpoints.standing("sentiment")) == ("unjudged", "refused", None)
    back = partial(store.checkpoints.rollback, "sentiment", actor="x", reason="y")
    with pytest.raises(NotPromotable, match=r"^refused was refused \(answers\)$"):
        await back(seen="unjudged")
    assert (await back(seen="unjudged", force=True)).after == "refused"
    assert (await back(seen="refused")).after == "unjudged", "what has served and was not refused may again"
    await sql("UPDATE checkpoints SET tainted = true WHERE name = 'refused'")
    with pytest.raises(NotPromotable, match="deleted"):
        await back(seen="unjudged")


@every_kind
async def test_a_verdict_is_kept_and_one_that_failed_is_no_candidate(store: Store) -> None:
    bad = verdict("b", passed=False)
    await promote(store, (await good(store, "a"))[0].name, None)
    await store.checkpoints.add(new("b"))
    await store.checkpoints.judge("b", bad)
    refused = await store.checkpoints.get("b")
    assert (refused.state, refused.verdict, refused.refusal) == (CheckpointState.REFUSED, bad, "answers")
    await store.checkpoints.judge("b", dataclasses.replace(bad, checks=()))
    assert (await store.checkpoints.get("b")).refusal == "no gain seen"
    assert names(await store.checkpoints.standing("sentiment")) == ("a", None, None)


@every_kind
async def test_what_waits_to_be_promoted_waits_on_whatever_becomes_of_those_after_it(
    store: Store, sql: Sql
) -> None:
    async def waits() -> str | None:
        return names(await store.checkpoints.standing("sentiment"))[2]

    await good(store, "old", "a")
    await store.checkpoints.add(new("refused"))
    assert await waits() == "a", "the new one is not judged yet, and may never be"
    await store.checkpoints.judge("refused", verdict("refused", passed=False))
    assert await waits() == "a"
    await good(store, "tainted")
    assert await waits() == "tainted"
    await sql("UPDATE checkpoints SET tainted = true WHERE name = 'tainted'")
    assert await waits() == "a", "it may not serve, though nobody has retired it yet"
    await store.checkpoints.retire_tainted()
    assert await waits() == "a"
    await promote(store, "a", None)
    assert await waits() is None, "what is older than the one that answers is no news"
    assert (await store.checkpoints.get("a")).refusal is None
    await store.checkpoints.withdraw("sentiment", "a", serves=None, actor="bot", reason="x")
    assert (await store.checkpoints.get("a")).refusal == "cannot serve"
    assert await waits() == "old", "the preset's own answers again"


@every_kind
async def test_whether_a_checkpoint_may_serve_is_told_without_a_change(store: Store, sql: Sql) -> None:
    await good(store, "a", "b")
    await store.checkpoints.add(new("unjudged"))

    async def told(name: str | None, seen: str | None, *, force: bool = False) -> Obstacle | None:
        try:
            await store.checkpoints.require_promotable(
                "sentiment", name, seen=seen, preset="builtin", force=force
            )
        except NotPromotable as error:
            return error.obstacle
        return None

    assert await told(None, None) is Obstacle.IS_CHAMPION
    assert [await told("b", None), await told("unjudged", None)] == [None, Obstacle.UNJUDGED]
    assert await told("unjudged", None, force=True) is None
    with pytest.raises(ChampionChanged):
        await told("b", "a")
    await promote(store, "a", None)
    assert await told("b", "a") is Obstacle.OTHER_RIVAL
    await sql("UPDATE checkpoints SET tainted = true WHERE name = 'b'")
    assert await told("b", "a", force=True) is Obstacle.TAINTED
    with pytest.raises(UnknownCheckpoint):
        await told("nobody", "a")
    assert len(await store.checkpoints.changes("sentiment")) == 1


@every_kind
async def test_a_verdict_against_another_model_than_the_one_that_answers_needs_force(store: Store) -> None:
    async def tried(
        name: str, seen: str | None, *, preset: str = "builtin", force: bool = False
    ) -> Obstacle | None:
        try:
            await store.checkpoints.promote(
                "sentiment", name, actor="x", reason="y", seen=seen, preset=preset, force=force
            )
        except NotPromotable as error:
            return error.obstacle
        return None

    await good(store, "a", "b")
    assert await tried("b", None, preset="another") is Obstacle.OTHER_RIVAL, "the preset was changed"
    assert await tried("b", None) is None
    assert await tried("a", "b") is Obstacle.OTHER_RIVAL
    assert (await store.checkpoints.standing("sentiment")).rival("builtin") == "b"
    await store.checkpoints.rollback("sentiment", actor="x", reason="y", seen="b")
    assert await tried("b", None) is None, "it was compared with what answers again"
    await store.checkpoints.add(new("c"))
    await store.checkpoints.judge("c", verdict("c", passed=True, against="b"))
    assert await tried("a", "b", force=True) is None
    assert await tried("c", "a") is Obstacle.OTHER_RIVAL
    await store.checkpoints.rollback("sentiment", actor="x", reason="y", seen="a")
    assert await tried("c", "b") is None
    await promote(store, None, "c")
    await store.checkpoints.judge("a", verdict("a", passed=True, against="b"))
    assert await tried("a", None) is Obstacle.OTHER_RIVAL, "the preset's own answers, not b"
    assert await tried("c", None, force=True) is None
    assert await tried("a", "c") is Obstacle.OTHER_RIVAL
    gone = dataclasses.replace(verdict("a", passed=True, against="b"), leaving="c")
    await store.checkpoints.judge("a", gone)
    assert await tried("a", "c") is None, "it was judged to follow c, which has to go"


@every_kind
async def test_of_many_who_promote_at_once_one_does_and_the_others_are_told(
    store: Store, url: str, sql: Sql
) -> None:
    await good(store, "a", "b", "c", "d")
    second = await Store.open(url, pepper=PEPPER)
    tries = [promote(through, name, None) for name in "abcd" for through in (store, second)]
    outcomes: Sequence[object] = await asyncio.gather(*tries, return_exceptions=True)
    await second.close()
    [won] = [each for each in outcomes if isinstance(each, ChampionChange)]
    lost = [each for each in outcomes if each is not won]
    assert all(isinstance(each, ChampionChanged) for each in lost), lost
    assert await store.checkpoints.changes("sentiment") == (won,)
    assert await sql("SELECT count(*) FROM aliases WHERE alias = 'champion'") == [(1,)]


@every_kind
async def test_a_champion_that_cannot_serve_makes_way_for_what_does(store: Store) -> None:
    await good(store, "a", "b", "c")
    await promote(store, "a", None)
    await promote(store, "b", "a")

    async def withdraw(failed: str, serves: str | None) -> ChampionChange:
        return await store.checkpoints.withdraw(
            "sentiment", failed, serves=serves, actor="bot", reason="its answers are not numbers"
        )

    change = await withdraw("b", "a")
    assert (change.before, change.after, change.actor) == ("b", "a", "bot")
    standing = await store.checkpoints.standing("sentiment")
    assert (names(standing), standing.has_previous) == (("a", None, "c"), True), "back to the preset's own"
    assert (await store.checkpoints.get("b")).state is CheckpointState.REFUSED
    with pytest.raises(ChampionChanged):
        await withdraw("b", "a")
    await promote(store, "c", "a")
    await withdraw("c", None)
    standing = await store.checkpoints.standing("sentiment")
    assert (names(standing), standing.has_previous) == ((None, "a", None), True)


@every_kind
async def test_what_learnt_a_deleted_text_is_retired_once_it_does_not_serve(
    store: Store, sql: Sql, tmp_path: Path
) -> None:
    folders = {}
    for name in ("oldest", "champion", "previous", "candidate", "clean"):
        folders[name] = tmp_path / name
        folders[name].mkdir()
        (folders[name] / "model.safetensors").write_bytes(b"weights")
        path = str(folders[name])
        await store.checkpoints.add(NewCheckpoint("sentiment", name, path, "v", "builtin"))
        await store.checkpoints.judge(name, verdict(name, passed=True))
    await promote(store, "oldest", None)
    await promote(store, "champion", "oldest")
    await promote(store, "previous", "champion")
    await promote(store, "champion", "previous")
    await sql("UPDATE checkpoints SET tainted = true WHERE name NOT IN ('champion', 'clean', 'oldest')")
    assert await store.checkpoints.retire_tainted() == ("previous", "candidate")
    assert await store.checkpoints.retire_tainted() == ()
    assert names(await store.checkpoints.standing("sentiment")) == ("champion", "oldest", "clean")
    await sql("UPDATE checkpoints SET tainted = true WHERE name IN ('champion', 'oldest')")
    assert await store.checkpoints.retire_tainted() == ("oldest",)
    assert {name for name, folder in folders.items() if folder.exists()} == {"champion", "clean"}
    standing = await store.checkpoints.standing("sentiment")
    assert (names(standing), standing.has_previous) == (("champion", None, "clean"), True)
    change = await store.checkpoints.withdraw(
        "sentiment", "champion", serves="previous", actor="bot", reason="x"
    )
    assert change.after is None, "a retired one does not come back"
    standing = await store.checkpoints.standing("sentiment")
    assert (names(standing), standing.has_previous) == ((None, None, "clean"), False), "nobody is left"
    assert await store.checkpoints.retire_tainted() == ("champion",)
    assert not folders["champion"].exists()
    assert (await store.checkpoints.get("champion")).state is CheckpointState.RETIRED


@every_kind
async def test_a_champion_that_learnt_a_deleted_text_is_looked_at_without_writing(
    store: Store, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    await good(store, "champion")
    await promote(store, "champion", None)
    await sql("UPDATE checkpoints SET tainted = true")

    def refuse(database: Database) -> NoReturn:
        pytest.fail(f"{database.url} is written to")

    monkeypatch.setattr(Database, "write", refuse)
    assert await store.checkpoints.retire_tainted() == ()


@every_kind
async def test_who_is_forgotten_takes_along_what_is_trained_meanwhile(
    store: Store, sentiment: NewPrediction, sql: Sql, tmp_path: Path
) -> None:
    await agree(store, ADMIN)
    hers = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ADMIN)
    [(text,)] = await sql(f"SELECT input_id FROM predictions WHERE id = {hers}")
    await sql(
        "INSERT INTO dataset_snapshots (id, name, task, manifest_hash, path, state, manifest, created_at)"
        f" VALUES (1, 's1', 'sentiment', 'h', '{tmp_path}/s1', 'whole', '{{}}', '2026-01-01 12:00:00')"
    )
    await sql(
        "INSERT INTO snapshot_members (snapshot_id, input_id, slot, split, label)"
        f" VALUES (1, {text}, 0, 'train', 'positive')"
    )
    folder = tmp_path / "a"
    folder.mkdir()
    await store.checkpoints.add(NewCheckpoint("sentiment", "a", str(folder), "v", "builtin", snapshot="s1"))
    assert (await store.checkpoints.get("a")).snapshot == "s1"
    await store.forget(ADMIN)
    retired = await store.checkpoints.get("a")
    assert (retired.state, retired.tainted) == (CheckpointState.RETIRED, True)
    assert not folder.exists()
    late = await store.checkpoints.add(new("late", snapshot="s1"))
    child = await store.checkpoints.add(new("child", parent="a"))
    unknown = await store.checkpoints.add(new("unknown", snapshot="never drawn"))
    clean = await store.checkpoints.add(new("clean"))
    assert [each.tainted for each in (late, child, unknown, clean)] == [True, True, True, False]
    for name in ("clean", "late"):
        await store.checkpoints.judge(name, verdict(name, passed=True))
    assert names(await store.checkpoints.standing("sentiment"))[2] == "clean"


@every_kind
async def test_what_is_trained_while_somebody_is_forgotten_is_never_clean(
    store: Store, url: str, sql: Sql
) -> None:
    second = await Store.open(url, pepper=PEPPER)
    people = range(1, 9)
    await agree(store, *people)
    for person in people:
        hers = await store.add_prediction(
            NewPrediction("nli", f"text {person}", None, "m", "x", {}, ()), chat_id=person, asker_id=person
        )
        [(text,)] = await sql(f"SELECT input_id FROM predictions WHERE id = {hers}")
        await sql(
            "INSERT INTO dataset_snapshots (id, name, task, manifest_hash, path, state, manifest, created_at)"
            f" VALUES ({person}, 's{person}', 'nli', 'h', '/nowhere', 'whole', '{{}}', '2026-01-01 12:00:00')"
        )
        await sql(
            "INSERT INTO snapshot_members (snapshot_id, input_id, slot, split, label)"
            f" VALUES ({person}, {text}, 0, 'train', 'x')"
        )
    adding = [second.checkpoints.add(new(f"c{each}", task="nli", snapshot=f"s{each}")) for each in people]
    await asyncio.gather(*(store.forget(each) for each in people), *adding)
    await second.close()
    assert [each.tainted for each in await store.checkpoints.all()] == [True] * len(people)


@every_kind
async def test_evaluations_are_kept_with_whom_they_are_against(store: Store) -> None:
    await good(store, "a", "b")
    for against in (None, "a"):
        await store.checkpoints.add_evaluation("b", against=against, dataset="gold", correct={"rows": [1, 0]})
    found = await store.checkpoints.evaluations("b")
    assert [(each.against, each.dataset, each.correct) for each in found] == [
        (None, "gold", {"rows": [1, 0]}),
        ("a", "gold", {"rows": [1, 0]}),
    ]
    assert await store.checkpoints.evaluations("a") == ()
    with pytest.raises(UnknownCheckpoint):
        await store.checkpoints.evaluations("nobody")


@every_kind
async def test_candidates_are_counted_by_the_rows_that_judged_them(store: Store, sql: Sql) -> None:
    await agree(store, ADMIN)
    items = []
    for number in range(6):
        asked = NewPrediction("sentiment", f"text {number}", None, "m", "x", {}, ())
        prediction = await store.add_prediction(asked, chat_id=CHAT, asker_id=ADMIN)
        items += [row[0] for row in await sql(f"SELECT input_id FROM predictions WHERE id = {prediction}")]
    for snapshot, rows in enumerate(((0, 1), (0, 1, 2), (0, 1, 2, 3, 4)), start=1):
        await sql(
            "INSERT INTO dataset_snapshots (id, name, task, manifest_hash, path, state, manifest, created_at)"
            f" VALUES ({snapshot}, 's{snapshot}', 'sentiment', 'h', '/nowhere', 'whole', '{{}}',"
            " '2026-01-01 12:00:00')"
        )
        for split, its in (("heldout", rows), ("train", (5,))):
            for row in its:
                await sql(
                    "INSERT INTO snapshot_members (snapshot_id, input_id, slot, split, label)"
                    f" VALUES ({snapshot}, {items[row]}, 0, '{split}', 'x')"
                )
    for name, drawn in (("a", "s1"), ("again", "s1"), ("b", "s2"), ("unmeasured", "s2")):
        await store.checkpoints.add(new(name, snapshot=drawn))
        for dataset in ("heldout", "test") if name != "unmeasured" else ():
            await store.checkpoints.add_evaluation(name, against=None, dataset=dataset, correct={})

    async def judged(*texts: int, beside: str | None = None, task: str = "sentiment") -> int:
        its = [(items[each], 0) for each in texts]
        return await store.checkpoints.judged_on(task, its, beside=beside)

    assert await judged(0, 1) == 3
    assert await judged(0, 1, beside="a") == 2
    assert await judged(0, 1, 2) == 3, "two of three rows are those of the first"
    assert await judged(0, 1, 2, 3, 4) == 1, "two of five are too few, three are not"
    assert await judged(2, 3) == 1, "one of two rows is in the second"
    assert await judged(5) == await judged(3, 4) == await judged() == await judged(0, 1, task="nli") == 0
    # Rows that are gold now were held out when they judged the first ones.
    await sql(f"UPDATE snapshot_members SET split = 'gold' WHERE snapshot_id = 2 AND input_id <> {items[0]}")
    assert await judged(0, 1) == 3, "half of them are held out"
    assert await judged(1, 2, beside="a") == 1, "'b' was measured on no gold"
    await store.checkpoints.add_evaluation("b", against=None, dataset="gold", correct={})
    assert await judged(1, 2, beside="a") == 2
    assert await judged(0, 1, 2) == 3


PROMOTER = """
import asyncio, itertools, sys
from storage.store import Store

async def main(url):
    store = await Store.open(url, pepper=b"a secret of the tests")
    seen = None
    for name in itertools.cycle("ab"):
        await store.checkpoints.promote(
            "sentiment", name, actor="x", reason="y", seen=seen, preset="builtin", force=True
        )
        seen = name
        print("promoted", name, flush=True)

asyncio.run(main(sys.argv[1]))
"""


async def test_a_kill_leaves_no_half_promotion(store: Store, url: str) -> None:
    await good(store, "a", "b")
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROMOTER, url, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    lines = [await asyncio.wait_for(child.stdout.readline(), timeout=60) for _ in range(15)]
    child.kill()
    lines += (await child.stdout.read()).splitlines()
    assert await child.wait() == -signal.SIGKILL

    acknowledged = [line.split()[1].decode() for line in lines if line.startswith(b"promoted")]
    changes = await store.checkpoints.changes("sentiment")
    assert [change.after for change in changes][: len(acknowledged)] == acknowledged
    assert len(changes) - len(acknowledged) in (0, 1)
    assert [change.before for change in changes[1:]] == [change.after for change in changes[:-1]]
    standing = await store.checkpoints.standing("sentiment")
    assert names(standing)[:2] == (changes[-1].after, changes[-1].before)
