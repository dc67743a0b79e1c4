"""The running bot answers with the champions of the database, whoever promotes them."""

from __future__ import annotations

import asyncio
import logging
import platform
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.application import build_application
from bot.champions import Champions
from bot.rate_limiter import PatientRateLimiter, Rate
from bot.rebuilding import GivenUp
from bot.troubles import Kind, Trouble, tell_of_champion, tell_of_folder
from handlers.context import Services
from handlers.replies.texts import EN, KO
from handlers.replies.wording import Texts
from models.catalog import BUILTIN, Catalog, Source, load_catalog
from models.errors import CheckpointUnavailable, Unfit
from models.own import OwnModel
from models.results import LabelResult, Task
from models.service import ModelService
from models.trial import Trial
from storage.checkpoint_values import CheckpointState, NotPromotable, Obstacle
from storage.runs import Run, RunState, UnknownRun
from storage.store import ConsentStatus, StorageError, Store
from tests.databases import with_tables
from tests.handlers.offline import ENGLISH, OfflineRequest, Telegram
from tests.tiny import catalog_file, write_checkpoint
from tests.trained import BROKEN, scores_of, trained

TEXT = "이 영화는 너무 좋다"
ADMIN = 99
AT_ONCE = Rate(10_000, 1.0)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder = tmp_path_factory.mktemp("catalog")
    tiny, second = write_checkpoint(folder / "tiny"), write_checkpoint(folder / "second")
    return load_catalog(catalog_file(folder / "catalog.toml", builtin=str(tiny), second=str(second)))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return with_tables(tmp_path / "bot.db")


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = await Store.open(url, pepper=b"pepper")
    await store.set_consent(ENGLISH, ConsentStatus.AGREED)
    yield store
    await store.close()


@pytest.fixture
async def service(catalog: Catalog) -> AsyncIterator[ModelService]:
    service = ModelService(catalog, device="cpu", precision="fp32")
    yield service
    await service.close()


@pytest.fixture
def champions(store: Store, service: ModelService, catalog: Catalog) -> Champions:
    return Champions(store, service, catalog, BUILTIN, Trial("cpu", "fp32"))


async def promote(store: Store, name: str | None, seen: str | None) -> None:
    """As another process does that tries nothing."""
    await store.checkpoints.promote(
        "sentiment", name, actor="gate", reason="better", seen=seen, preset=BUILTIN, force=True
    )


async def champion(store: Store) -> str | None:
    found = (await store.checkpoints.standing("sentiment")).champion
    return None if found is None else found.name


async def all_runs(store: Store) -> list[Run]:
    """Every training that was asked for, the newest first."""
    found: list[Run] = []
    with suppress(UnknownRun):
        while True:
            found.insert(0, await store.runs.get(len(found) + 1))
    return found


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():  # noqa: ASYNC110  # what is awaited tells nobody
            await asyncio.sleep(0.01)


async def told(champions: Champions) -> list[Trouble]:
    """What the operator is told of at the next looks."""
    heard: list[Trouble] = []

    async def hear(trouble: Trouble) -> None:
        heard.append(trouble)

    looks, follow = 0, champions.follow

    async def counted() -> None:
        nonlocal looks
        looks += 1
        await follow()

    before = asyncio.all_tasks()
    champions.follow = counted  # type: ignore[method-assign]
    async with champions.following(hear, every=0.001):
        await until(lambda: looks > 3)  # what was found by one look is told before the next
    champions.follow = follow  # type: ignore[method-assign]
    assert asyncio.all_tasks() == before
    return heard


def triple(answer: LabelResult) -> tuple[str, str, tuple[float, ...]]:
    return answer.model, answer.version, tuple(answer.scores.values())


async def test_the_champion_answers_under_its_name_and_nobody_else_does(
    champions: Champions, store: Store, service: ModelService, tmp_path: Path
) -> None:
    own = await service.sentiment(TEXT)
    made = await trained(store, tmp_path, "sentiment-0001", 2.0)
    await promote(store, "sentiment-0001", None)
    await champions.follow()
    answer = await service.sentiment(TEXT)
    assert (answer.model, answer.version, answer.scores) == ("sentiment-0001", made.version, scores_of(2.0))
    assert own.model == BUILTIN
    assert own.version != made.version
    assert (await service.sentiment(TEXT, prefer="second")).model == "second"
    assert (await service.nli(TEXT, "좋다")).model == BUILTIN
    await promote(store, None, "sentiment-0001")
    await champions.follow()
    assert await service.sentiment(TEXT) == own, "to the last bit"


async def test_a_preset_without_the_task_is_answered_by_the_built_in_one_again(
    store: Store, catalog: Catalog, tmp_path: Path
) -> None:
    lines = {key: each for key, each in catalog.presets["second"].items() if key[0] is not Task.SENTIMENT}
    lean = Catalog({**catalog.presets, "second": lines})
    service = ModelService(lean, device="cpu", precision="fp32", preset="second")
    champions = Champions(store, service, lean, "second", Trial("cpu", "fp32"))
    own = await service.sentiment(TEXT)
    assert own.model == BUILTIN
    await trained(store, tmp_path, "a", 2.0, against="second")
    await champions.promote(Task.SENTIMENT, "a", actor=ADMIN, reason="x", seen=None)
    assert (await service.sentiment(TEXT)).model == "a"
    await champions.roll_back(Task.SENTIMENT, actor=ADMIN, reason="x", seen="a")
    assert await service.sentiment(TEXT) == own
    await service.close()


async def test_under_load_no_answer_fails_or_mixes_and_a_rollback_brings_the_old_ones_back(
    champions: Champions, store: Store, service: ModelService, tmp_path: Path
) -> None:
    own = await service.sentiment(TEXT)
    possible = {triple(own)}
    for name, certainty in (("a", 1.0), ("b", -1.5)):
        made = await trained(store, tmp_path, name, certainty, against="a" if name == "b" else BUILTIN)
        possible.add((name, made.version, tuple(scores_of(certainty).values())))
    answers: list[LabelResult] = []
    over = asyncio.Event()

    async def ask() -> None:
        while not over.is_set():
            answers.append(await service.sentiment(TEXT))

    async with asyncio.TaskGroup() as group:
        for _ in range(16):
            group.create_task(ask())
        for name, seen in (("a", None), ("b", "a")):
            await champions.promote(Task.SENTIMENT, name, actor=ADMIN, reason="x", seen=seen)
            asked = len(answers)
            await until(lambda asked=asked: len(answers) > asked + 40)  # type: ignore[misc]
        await champions.roll_back(Task.SENTIMENT, actor=ADMIN, reason="x", seen="b")
        asked = len(answers)
        await until(lambda: len(answers) > asked + 40)
        over.set()
    assert {triple(answer) for answer in answers} == possible
    assert (await service.sentiment(TEXT)).scores == scores_of(1.0)
    await champions.promote(Task.SENTIMENT, None, actor=ADMIN, reason="x", seen="a")
    assert await service.sentiment(TEXT) == own


async def test_what_is_shown_and_stored_are_of_the_same_model_while_champions_change(
    champions: Champions, store: Store, service: ModelService, tmp_path: Path
) -> None:
    made = {
        name: await trained(store, tmp_path, name, sure, against=other)
        for name, sure, other in (("a", 1.0, "b"), ("b", -1.0, "a"))
    }
    expected = {
        (name, made[name].version): scores_of(sure)["positive"] for name, sure in (("a", 1.0), ("b", -1.0))
    }
    application = build_application(
        Services(service, store, promoter=champions),
        token="1:token",
        request=OfflineRequest(),
        rate_limiter=PatientRateLimiter(chat=AT_ONCE, group=AT_ONCE, overall=AT_ONCE),
    )
    await promote(store, "a", None)
    await champions.follow()
    async with application:
        request = application.bot.request
        assert isinstance(request, OfflineRequest)
        telegram = Telegram(application, request)
        over, said = asyncio.Event(), 0

        async def ask(number: int) -> None:
            nonlocal said
            while not over.is_set():
                said += 1
                await telegram.says(f"/sentiment {TEXT} {number}", chat=ENGLISH)

        async with asyncio.TaskGroup() as group:
            for number in range(4):
                group.create_task(ask(number))
            for name, seen in (("b", "a"), ("a", "b")):
                await champions.promote(Task.SENTIMENT, name, actor=ADMIN, reason="x", seen=seen)
                asked = said
                await until(lambda asked=asked: said > asked + 12)  # type: ignore[misc]
            over.set()
        shown = [call.text for call in telegram.answers]
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection:
        rows = connection.execute(
            "SELECT name, version, json_extract(probabilities, '$.positive') FROM predictions"
            " JOIN model_versions m ON m.id = model_version_id ORDER BY predictions.id"
        ).fetchall()
    assert len(rows) == len(shown) == said
    assert {row[:2] for row in rows} == set(expected)
    for name, version, positive in rows:
        assert positive == expected[name, version]
    footers = [f"Model: <i>{name}</i> ({version[:6]})" for name, version, _ in rows]
    assert sorted(text.splitlines()[-1] for text in shown) == sorted(footers)


async def test_a_broken_one_is_refused_before_the_alias_moves(
    champions: Champions, store: Store, service: ModelService, tmp_path: Path
) -> None:
    await trained(store, tmp_path, "good", 1.0)
    for name in ("broken", "gone", "changed"):
        await trained(store, tmp_path, name, BROKEN if name == "broken" else 2.0, against="good")
    shutil.rmtree(tmp_path / "gone")
    shutil.copy(tmp_path / "good/model.safetensors", tmp_path / "changed/model.safetensors")
    await champions.promote(Task.SENTIMENT, "good", actor=ADMIN, reason="x", seen=None)
    before = await store.checkpoints.changes("sentiment")
    for name, why in (("broken", "not numbers"), ("gone", "no folder"), ("changed", "has changed")):
        with pytest.raises(CheckpointUnavailable, match=why):
            await champions.promote(Task.SENTIMENT, name, actor=ADMIN, reason="x", seen="good")
    assert await store.checkpoints.changes("sentiment") == before
    assert await champion(store) == "good"
    assert (await service.sentiment(TEXT)).model == "good"
    await trained(store, tmp_path, "better", 3.0, against="good")
    await champions.promote(Task.SENTIMENT, "better", actor=ADMIN, reason="x", seen="good")
    shutil.rmtree(tmp_path / "good")
    with pytest.raises(CheckpointUnavailable, match="no folder"):
        await champions.roll_back(Task.SENTIMENT, actor=ADMIN, reason="x", seen="better")
    assert await champion(store) == "better"


async def test_an_own_model_that_cannot_serve_is_refused_before_the_alias_moves(
    store: Store, service: ModelService, catalog: Catalog, tmp_path: Path
) -> None:
    gone = catalog.with_source(BUILTIN, Task.SENTIMENT, "any", Source("/nowhere", "/nowhere"))
    champions = Champions(store, service, gone, BUILTIN, Trial("cpu", "fp32"))
    await trained(store, tmp_path, "a", 1.0)
    await champions.promote(Task.SENTIMENT, "a", actor=ADMIN, reason="x", seen=None)
    for back in (champions.roll_back, partial(champions.promote, name=None)):
        with pytest.raises(CheckpointUnavailable, match="no folder"):
            await back(Task.SENTIMENT, actor=ADMIN, reason="x", seen="a")
    assert await champion(store) == "a"
    assert (await service.sentiment(TEXT)).model == "a"


async def test_what_was_compared_with_other_weights_of_the_preset_is_refused(
    champions: Champions, store: Store, catalog: Catalog, tmp_path: Path
) -> None:
    """The catalogue's own model was replaced under the same name."""
    own = OwnModel(catalog, BUILTIN).version(Task.SENTIMENT)
    await trained(store, tmp_path, "old", 1.0, weights=own[::-1])
    await trained(store, tmp_path, "new", 2.0, weights=own)
    with pytest.raises(NotPromotable) as refusal:
        await champions.promote(Task.SENTIMENT, "old", actor=ADMIN, reason="x", seen=None)
    assert refusal.value.obstacle is Obstacle.OTHER_RIVAL
    assert await champion(store) is None
    await champions.promote(Task.SENTIMENT, "new", actor=ADMIN, reason="x", seen=None)
    assert await champion(store) == "new"


async def test_a_champion_that_breaks_after_its_trial_is_said_to_whoever_promoted_it(
    store: Store, service: ModelService, catalog: Catalog, tmp_path: Path
) -> None:
    await trained(store, tmp_path, "a", 1.0)

    async def passes(_task: Task, source: Source, _version: str | None) -> None:
        shutil.rmtree(source.model)

    champions = Champions(store, service, catalog, BUILTIN, passes)
    with pytest.raises(CheckpointUnavailable, match="no folder"):
        await champions.promote(Task.SENTIMENT, "a", actor=ADMIN, reason="x", seen=None)
    assert await champion(store) is None


async def test_a_champion_that_cannot_serve_is_taken_back_and_told_of_once(
    champions: Champions,
    store: Store,
    service: ModelService,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await trained(store, tmp_path, "good", 1.0)
    await trained(store, tmp_path, "broken", BROKEN)
    await promote(store, "good", None)
    await champions.follow()
    await promote(store, "broken", "good")
    heard = await told(champions)
    [trouble] = heard
    assert (trouble.kind, trouble.task) == (Kind.TAKEN_BACK, Task.SENTIMENT)
    assert (trouble.name, trouble.serves) == ("broken", "good")
    assert "not numbers" in trouble.reason
    assert trouble.unfit is Unfit.UNLOADABLE
    assert await champion(store) == "good"
    assert (await service.sentiment(TEXT)).model == "good"
    last = (await store.checkpoints.changes("sentiment"))[-1]
    assert (last.before, last.after, last.actor, last.reason) == ("broken", "good", "bot", trouble.reason)
    refused = await store.checkpoints.get("broken")
    assert refused.state is CheckpointState.REFUSED
    errors = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [(record.name, "\n" in record.getMessage()) for record in errors] == [("bot.champions", False)]
    back = await champions.roll_back(Task.SENTIMENT, actor=ADMIN, reason="x", seen="good")
    assert back.after is None, "neither itself nor what was refused"


@pytest.mark.parametrize("broken", ["champion", "before"])
async def test_after_a_restart_who_served_last_of_those_that_can_answers_for_a_champion_that_cannot(
    champions: Champions,
    store: Store,
    service: ModelService,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    broken: str,
) -> None:
    seen = None
    for name, certainty in (("good", 1.0), ("before", 2.0), ("champion", 3.0)):
        await trained(store, tmp_path, name, BROKEN if name == broken else certainty)
        await promote(store, name, seen)
        seen = name
    missing = tmp_path / ("before" if broken == "champion" else "champion")
    missing.rename(tmp_path / "elsewhere")
    [trouble] = await told(champions)
    kind = Kind.TAKEN_BACK if broken == "champion" else Kind.NOT_HERE
    assert (trouble.kind, trouble.name, trouble.serves) == (kind, "champion", "good")
    assert (await service.sentiment(TEXT)).scores == scores_of(1.0)
    assert await champion(store) == ("good" if broken == "champion" else "champion")
    errors = [record.getMessage().split()[1] for record in caplog.records if record.levelno > logging.INFO]
    assert errors == ["champion", "before"], "each was tried once"


async def test_what_nobody_expected_of_a_champion_is_logged_without_its_message(
    champions: Champions,
    store: Store,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: object) -> None:
        raise KeyError(text)

    text = "나의 비밀"
    await trained(store, tmp_path, "odd", 1.0)
    await promote(store, "odd", None)
    monkeypatch.setattr("bot.champions.let_answer", broken)
    [trouble] = await told(champions)
    assert (trouble.kind, trouble.reason, trouble.unfit) == (Kind.TAKEN_BACK, "KeyError", Unfit.UNFORESEEN)
    assert "odd cannot serve: KeyError\nTraceback" in caplog.text
    assert text not in caplog.text


async def test_a_bot_that_lacks_the_champions_files_leaves_it_to_the_others_and_tells_once(
    champions: Champions, store: Store, catalog: Catalog, url: str, tmp_path: Path
) -> None:
    other_store = await Store.open(url, pepper=b"pepper")
    other_service = ModelService(catalog, device="cpu", precision="fp32")
    trial = Trial("cpu", "fp32")
    other = Champions(other_store, other_service, catalog, BUILTIN, trial, missing_s=0.0)
    await trained(store, tmp_path, "old", 1.0)
    await trained(store, tmp_path, "a", 2.0, against="old")
    await promote(store, "old", None)
    await other.follow()
    await champions.promote(Task.SENTIMENT, "a", actor=ADMIN, reason="x", seen="old")
    changes = await store.checkpoints.changes("sentiment")
    (tmp_path / "a").rename(tmp_path / "elsewhere")  # as the other bot's machine sees it
    [trouble] = await told(other)
    assert (trouble.kind, trouble.name, trouble.serves) == (Kind.NOT_HERE, "a", "old")
    assert (trouble.reason, trouble.unfit) == (f"there is no folder {tmp_path}/a", Unfit.MISSING)
    assert (await other_service.sentiment(TEXT)).model == "old"
    assert await store.checkpoints.changes("sentiment") == changes
    assert await champion(store) == "a"
    assert (await store.checkpoints.get("a")).state is CheckpointState.READY
    await trained(store, tmp_path, "unwhole", 3.0)
    shutil.copytree(tmp_path / "unwhole", tmp_path / "a")  # a copy of other weights, or of a part of them
    [trouble] = await told(other)
    assert (trouble.kind, trouble.name) == (Kind.NOT_HERE, "a")
    assert "has changed" in trouble.reason
    shutil.rmtree(tmp_path / "a")
    (tmp_path / "elsewhere").rename(tmp_path / "a")
    assert await told(other) == []
    assert (await other_service.sentiment(TEXT)).model == "a", "the files are there by now"
    await other_service.close()
    await other_store.close()


async def test_files_that_are_missing_are_not_looked_for_at_every_look(
    champions: Champions,
    store: Store,
    service: ModelService,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await trained(store, tmp_path, "before", BROKEN)
    await trained(store, tmp_path, "a", 1.0)
    await promote(store, "before", None)
    await promote(store, "a", "before")
    (tmp_path / "a").rename(tmp_path / "elsewhere")
    await champions.follow()
    (tmp_path / "elsewhere").rename(tmp_path / "a")
    await champions.follow()
    assert (await service.sentiment(TEXT)).model == BUILTIN
    assert await champion(store) == "a"
    errors = [record.getMessage().split()[1] for record in caplog.records if record.levelno > logging.INFO]
    assert errors == ["a", "before"], "nor is another, once that was tried"


async def test_what_fails_is_not_tried_again_while_the_database_cannot_take_it_back(
    champions: Champions, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await trained(store, tmp_path, "broken", BROKEN)
    await promote(store, "broken", None)
    swaps: list[object] = []
    swap, withdraw = ModelService.swap, store.checkpoints.withdraw

    async def counted(self: ModelService, *args: object, **more: object) -> str:
        swaps.append(args)
        return await swap(self, *args, **more)  # type: ignore[arg-type]

    async def failing(*_: object, **__: object) -> None:
        raise StorageError("the database is gone")

    monkeypatch.setattr(ModelService, "swap", counted)
    monkeypatch.setattr(store.checkpoints, "withdraw", failing)
    for _ in range(3):
        with pytest.raises(StorageError):
            await champions.follow()
    monkeypatch.setattr(store.checkpoints, "withdraw", withdraw)
    await champions.follow()
    assert len(swaps) == 1
    assert await champion(store) is None


async def test_two_bots_with_one_database_follow_and_tell_once(
    champions: Champions, store: Store, catalog: Catalog, url: str, tmp_path: Path
) -> None:
    other_store = await Store.open(url, pepper=b"pepper")
    other_service = ModelService(catalog, device="cpu", precision="fp32")
    other = Champions(other_store, other_service, catalog, BUILTIN, Trial("cpu", "fp32"))
    await trained(store, tmp_path, "a", 1.0)
    await trained(store, tmp_path, "broken", BROKEN)
    await champions.promote(Task.SENTIMENT, "a", actor=ADMIN, reason="x", seen=None)
    await other.follow()
    assert (await other_service.sentiment(TEXT)).model == "a"
    await promote(store, "broken", "a")
    await asyncio.gather(champions.follow(), other.follow())
    assert len(await told(champions) + await told(other)) == 1
    assert (await other_service.sentiment(TEXT)).model == "a"
    assert await champion(store) == "a"
    await other_service.close()
    await other_store.close()


async def test_the_command_line_promotes_and_the_running_bot_follows(
    champions: Champions, store: Store, service: ModelService, url: str, tmp_path: Path
) -> None:
    made = await trained(store, tmp_path, "sentiment-0001", 1.0)
    root = Path(__file__).parents[2]

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "models", *arguments],
            cwd=tmp_path,
            env={
                "PATH": "",
                "PYTHONPATH": str(root),
                "DATABASE_URL": url,
                "PSEUDONYM_KEY": "pepper",
                "DEVICE": "cpu",
            },
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def nobody(_: Trouble) -> None:
        raise AssertionError("nothing is wrong")

    async def answers(name: str) -> LabelResult:
        async with asyncio.timeout(60):
            answer = await service.sentiment(TEXT)
            while answer.model != name:
                answer = await service.sentiment(TEXT)
        return answer

    own = await service.sentiment(TEXT)
    async with champions.following(nobody, every=0.02):
        said = await asyncio.to_thread(run, "promote", "sentiment-0001", "--reason", "it knows the domain")
        assert said == "sentiment: sentiment-0001 answers from now on, in place of the preset's own\n"
        assert (await answers("sentiment-0001")).version == made.version
        await asyncio.to_thread(run, "rollback", "sentiment", "--own")
        assert await answers(BUILTIN) == own


def taint(folder: Path, where: str) -> None:
    with closing(sqlite3.connect(folder / "bot.db")) as connection, connection:
        connection.execute(f"UPDATE checkpoints SET tainted = true WHERE {where}")


async def test_a_champion_that_learnt_a_deleted_text_serves_on_while_another_is_trained(
    champions: Champions, store: Store, service: ModelService, catalog: Catalog, tmp_path: Path
) -> None:
    for name, certainty, against in (
        ("old", 1.0, BUILTIN),
        ("champion", 2.0, "old"),
        ("new", 3.0, "champion"),
    ):
        await trained(store, tmp_path, name, certainty, against=against)
    await promote(store, "old", None)
    await promote(store, "champion", "old")
    await champions.follow()
    taint(tmp_path, "name != 'new'")
    [trouble] = await told(champions)
    assert (trouble.kind, trouble.name, trouble.serves) == (Kind.LEARNT_DELETED, "champion", "champion")
    [asked] = await all_runs(store)
    assert (asked.task, asked.actor) == ("sentiment", "bot")
    assert (await service.sentiment(TEXT)).model == "champion"
    assert [(tmp_path / name).exists() for name in ("old", "champion", "new")] == [False, True, True]
    restarted = Champions(store, service, catalog, BUILTIN, Trial("cpu", "fp32"))
    assert await told(restarted) == [], "what was asked for and told of is known after a restart"
    assert [run.id for run in await all_runs(store)] == [asked.id]
    await champions.promote(Task.SENTIMENT, "new", actor=ADMIN, reason="x", seen="champion")
    await champions.follow()
    assert not (tmp_path / "champion").exists()
    assert (await store.checkpoints.get("champion")).state is CheckpointState.RETIRED
    standing = await store.checkpoints.standing("sentiment")
    assert (standing.has_previous, standing.previous) == (True, None), "back to the preset's own"
    await store.runs.cancel(asked.id)
    taint(tmp_path, "name = 'new'")
    [trouble] = await told(champions)
    assert (trouble.kind, trouble.name) == (Kind.LEARNT_DELETED, "new"), "each champion has its own"
    assert len(await all_runs(store)) == 2


@pytest.mark.parametrize("why", GivenUp)
@pytest.mark.parametrize("before", ["old", None])
async def test_a_champion_that_learnt_a_deleted_text_is_retired_when_no_other_takes_its_place(
    why: GivenUp,
    before: str | None,
    champions: Champions,
    store: Store,
    service: ModelService,
    tmp_path: Path,
) -> None:
    for name, certainty in (("old", 1.0), ("marked", 1.5), ("champion", 2.0)):
        await trained(store, tmp_path, name, certainty)
    for name, seen in (("old", None), ("marked", "old"), ("champion", "marked")):
        await promote(store, name, seen)
    await champions.follow()
    taint(tmp_path, "name != 'old'" if before else "true")
    await champions.follow()
    [asked] = await all_runs(store)
    if why is GivenUp.LATE:
        with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
            connection.execute("UPDATE training_runs SET created_at = '2001-01-01 00:00:00.000000'")
    elif why is GivenUp.CANCELLED:
        await store.runs.cancel(asked.id)
    else:
        await store.runs.claim(asked.id, "m:1:x")
        state = RunState.DONE if why is GivenUp.REFUSED else RunState.FAILED
        await store.runs.finish(asked.id, "m:1:x", state)
    first, trouble = await told(champions)
    assert first.kind is Kind.LEARNT_DELETED
    assert (trouble.kind, trouble.name, trouble.serves, trouble.reason) == (
        Kind.GIVEN_UP,
        "champion",
        before,
        why.value,
    )
    assert await champion(store) == before
    assert (await service.sentiment(TEXT)).model == (before or BUILTIN)
    assert not (tmp_path / "champion").exists()
    assert (await store.checkpoints.get("champion")).state is CheckpointState.RETIRED
    assert [run.id for run in await all_runs(store)] == [asked.id]
    assert EN.models.why_given_up.keys() == {each.value for each in GivenUp}


async def test_what_learnt_a_deleted_text_stops_answering_where_the_files_of_the_one_before_are_missing(
    champions: Champions, store: Store, service: ModelService, tmp_path: Path
) -> None:
    for name, certainty in (("old", 1.0), ("champion", 2.0)):
        await trained(store, tmp_path, name, certainty)
    await promote(store, "old", None)
    await promote(store, "champion", "old")
    await champions.follow()
    shutil.rmtree(tmp_path / "old")
    taint(tmp_path, "name = 'champion'")
    await champions.follow()
    [asked] = await all_runs(store)
    await store.runs.cancel(asked.id)
    assert [(each.kind, each.serves) for each in await told(champions)] == [
        (Kind.LEARNT_DELETED, "champion"),
        (Kind.GIVEN_UP, "old"),
        (Kind.NOT_HERE, None),
    ]
    assert await champion(store) == "old"
    assert (await service.sentiment(TEXT)).model == BUILTIN
    assert (await store.checkpoints.get("champion")).state is CheckpointState.RETIRED


async def test_while_another_training_of_the_task_runs_none_is_asked_for_in_a_champions_place(
    champions: Champions, store: Store, tmp_path: Path
) -> None:
    await trained(store, tmp_path, "champion", 2.0)
    await promote(store, "champion", None)
    other = (await store.runs.ask("sentiment", actor=ADMIN)).run
    taint(tmp_path, "true")
    assert await told(champions) == []
    assert [run.id for run in await all_runs(store)] == [other.id]
    await store.runs.cancel(other.id)
    assert [each.kind for each in await told(champions)] == [Kind.LEARNT_DELETED]
    assert await champion(store) == "champion", "the other one was not in its place"


async def test_a_database_that_fails_is_one_line_and_it_goes_on(
    champions: Champions, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks: list[int] = []

    async def failing(*_: object) -> None:
        looks.append(1)
        raise StorageError("the disk is full")

    monkeypatch.setattr(store.checkpoints, "standings", failing)
    assert await told(champions) == []
    assert len(looks) > 1
    assert ["the disk is full" in record.getMessage() for record in caplog.records] == [True]


async def test_the_operator_is_told_in_their_language(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    request = OfflineRequest()
    application = build_application(
        Services(object(), store),  # type: ignore[arg-type]  # nobody asks
        token="1:token",
        request=request,
    )
    trouble = Trouble(Kind.TAKEN_BACK, Task.SENTIMENT, "a<b", None, "no head <x>", Unfit.NO_HEAD)
    missing = replace(trouble, kind=Kind.NOT_HERE, serves="c", unfit=Unfit.MISSING)
    learnt = Trouble(Kind.LEARNT_DELETED, Task.NLI, "b", "b")
    async with application:
        await tell_of_champion(application.bot, store, None, trouble)
        assert not [call for call in request.calls if call.method == "sendMessage"]
        await tell_of_champion(application.bot, store, ADMIN, trouble)
        await store.set_language(ADMIN, "ko")
        await tell_of_champion(application.bot, store, ADMIN, learnt)
        await tell_of_champion(application.bot, store, ADMIN, trouble)
        await store.set_language(ADMIN, "en")
        await tell_of_champion(application.bot, store, ADMIN, missing)
        given_up = replace(learnt, kind=Kind.GIVEN_UP, reason=GivenUp.LATE)
        await tell_of_champion(application.bot, store, ADMIN, given_up)
        request.refuse("sendMessage", 403, "Forbidden: bot was blocked by the user")
        await tell_of_champion(application.bot, store, ADMIN, trouble)
    english, korean, taken_back, elsewhere, gone, _ = (
        call.text for call in request.calls if call.method == "sendMessage"
    )
    assert english == EN.models.taken_back.format(
        task="Sentiment",
        name="a&lt;b",
        serves=EN.models.own,
        reason=f"{EN.models.unfit['no_head']}\n<code>no head &lt;x&gt;</code>",
    )
    assert taken_back.split("\n")[1:] == [KO.models.unfit["no_head"], "<code>no head &lt;x&gt;</code>"]
    assert elsewhere == EN.models.not_here.format(
        task="Sentiment",
        name="a&lt;b",
        serves="c",
        machine=platform.node(),
        reason=f"{EN.models.unfit['missing']}\n<code>no head &lt;x&gt;</code>",
    )
    assert "지워진 글" in korean
    assert "no other was trained within a day. Now b answers" in gone
    assert ["could not tell the operator" in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.parametrize(("language", "texts"), [("en", EN), ("ko", KO)])
async def test_a_teaching_folder_that_is_not_the_databases_is_told_at_the_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, language: str, texts: Texts
) -> None:
    request, teaching = OfflineRequest(), tmp_path / "teaching"
    opened = await Store.open(with_tables(tmp_path / "a.db"), pepper=b"pepper", teaching=teaching)
    await opened.set_language(ADMIN, language)
    services = Services(object(), opened)  # type: ignore[arg-type]  # nobody asks
    application = build_application(services, token="1:token", request=request)
    async with application:
        await tell_of_folder(application.bot, opened, ADMIN)  # nothing was ever put there, nor elsewhere
        await tell_of_folder(application.bot, opened, ADMIN)
        (teaching / "mark.txt").write_text("another <mark>")
        await tell_of_folder(application.bot, opened, None)
        await tell_of_folder(application.bot, opened, ADMIN)
    reason = f"{teaching} is the teaching folder of another database: let TEACHING_FOLDER name the one"
    [said] = [call.text for call in request.calls if call.method == "sendMessage"]
    assert said == texts.teaching.wrong_folder.format(
        machine=platform.node(), reason=f"{reason} that the bot uses"
    )
    assert [reason in record.getMessage() for record in caplog.records] == [True, True]
    await opened.close()
