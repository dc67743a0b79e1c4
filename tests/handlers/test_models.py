"""``/models``: those who run the bot look at the trained models and change who answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot import promoting
from bot.application import build_application
from bot.rate_limiter import PatientRateLimiter
from handlers.access import Access, Lists
from handlers.callback_data import encode
from handlers.context import Services
from handlers.replies.models import models_keyboard, models_list
from handlers.replies.texts import EN, KO, LANGUAGES, TEXTS, Texts
from handlers.replies.verdict import verdict_html
from handlers.taps import ModelsTap, Step
from models.catalog import Catalog, Source, load_catalog
from models.errors import (
    CheckpointMissing,
    CheckpointUnavailable,
    ModelServiceError,
    TaskNotServed,
    Unfit,
)
from models.own import OwnModel
from models.results import Task
from storage.checkpoint_values import ChampionChange, NewCheckpoint, Obstacle
from storage.privacy.pseudonym import Pseudonymizer
from storage.store import Store
from tests.handlers.conftest import AT_ONCE
from tests.handlers.offline import BOT_NAME, ENGLISH, GROUP, KOREAN, Call, FakeModel, OfflineRequest, Telegram
from tests.trained import verdict

SECOND = 44


@dataclass
class Promoter:
    """Promotes as the bot does, with a trial that the test decides."""

    store: Store
    preset: str
    catalog: Catalog = field(default_factory=load_catalog)
    tried: list[str] = field(default_factory=list)
    error: Exception | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)  # cleared: trials wait until it is set
    trying: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def trial(self, _task: Task, source: Source, _version: str | None) -> None:
        self.tried.append(source.name or self.preset)
        self.trying.set()
        await self.gate.wait()
        if self.error is not None:
            raise self.error

    async def promote(
        self, task: Task, name: str | None, *, actor: int | str, reason: str, seen: str | None
    ) -> ChampionChange:
        checkpoints = self.store.checkpoints
        return await promoting.promote(
            checkpoints,
            self.trial,
            task,
            name,
            actor=actor,
            reason=reason,
            seen=seen,
            own=self.own,
        )

    async def roll_back(
        self, task: Task, *, actor: int | str, reason: str, seen: str | None
    ) -> ChampionChange:
        checkpoints = self.store.checkpoints
        return await promoting.roll_back(
            checkpoints, self.trial, task, actor=actor, reason=reason, seen=seen, own=self.own
        )

    @property
    def own(self) -> OwnModel:
        return OwnModel(self.catalog, self.preset)


@pytest.fixture
def promoter(store: Store, model: FakeModel) -> Promoter:
    return Promoter(store, model.preset)


@pytest.fixture
async def telegram(model: FakeModel, store: Store, promoter: Promoter) -> AsyncIterator[Telegram]:
    request = OfflineRequest()
    access = Access(Lists(admins=frozenset({KOREAN, ENGLISH, SECOND})))
    application = build_application(
        Services(model, store, access=access, promoter=promoter),
        token="1:token",
        request=request,
        rate_limiter=PatientRateLimiter(chat=AT_ONCE, group=AT_ONCE, overall=AT_ONCE),
    )
    async with application:
        yield Telegram(application, request)


async def add(
    store: Store,
    *names: str,
    passed: bool | None = True,
    against: str = "builtin",
    task: str = "sentiment",
    weights: str | None = None,
) -> None:
    for name in names:
        await store.checkpoints.add(NewCheckpoint(task, name, f"/nowhere/{name}", f"v {name}", "builtin"))
        if passed is not None:
            await store.checkpoints.judge(
                name, verdict(name, passed=passed, against=against, weights=weights)
            )


async def force(store: Store, name: str, seen: str | None) -> None:
    """Promote, whatever it was compared with."""
    await store.checkpoints.promote(
        "sentiment", name, actor="gate", reason="x", seen=seen, preset="builtin", force=True
    )


async def taint(store: Store, name: str) -> None:
    async with store._database.write() as connection:
        await connection.exec_driver_sql(f"UPDATE checkpoints SET tainted = true WHERE name = '{name}'")


async def champion(store: Store) -> str | None:
    found = (await store.checkpoints.standing("sentiment")).champion
    return None if found is None else found.name


def promote_face(name: str, texts: Texts = EN) -> str:
    return texts.models.promote_button.format(task=texts.task_name["sentiment"], name=name)


def back_face(name: str, texts: Texts = EN) -> str:
    return texts.models.roll_back_button.format(task=texts.task_name["sentiment"], name=name)


async def ask(telegram: Telegram, shown: Call, face: str, user: int = ENGLISH) -> Call:
    await telegram.taps(shown.button(face), user=user)
    return telegram.answers[-1]


def test_there_are_words_for_every_obstacle_and_task() -> None:
    assert set(EN.models.obstacles) == {each.value for each in Obstacle}
    assert set(EN.models.unfit) == set(Unfit)
    assert set(EN.task_name) == set(Task)


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_a_candidate_is_promoted_after_its_verdict_and_rolled_back(
    telegram: Telegram, store: Store, promoter: Promoter, user: int, texts: Texts
) -> None:
    own = texts.models
    shown = await telegram.says("/models", user=user)
    assert shown.text == f"{own.title}\n\n{own.nothing_trained}"
    assert "reply_markup" not in shown.data
    await add(store, "a")
    shown = await telegram.says("/models", user=user)
    made = (await store.checkpoints.get("a")).created_at.date().isoformat()
    assert own.champion.format(name=own.own) in shown.text
    assert own.candidate.format(name=f"a ({made})", verdict=own.passed) in shown.text

    asked = await ask(telegram, shown, promote_face("a", texts), user)
    assert asked.method == "editMessageText"
    assert verdict_html(verdict("a"), "ko" if user == KOREAN else "en") in asked.text
    really = own.really_promote.format(task=texts.task_name["sentiment"], name="a", champion=own.own)
    assert asked.text.endswith(really)
    assert await champion(store) is None

    no = await ask(telegram, asked, own.no_button, user)
    assert no.text == shown.text
    assert no.data["reply_markup"] == shown.data["reply_markup"]
    assert await champion(store) is None

    toast = await telegram.taps(asked.button(own.yes_button), user=user)
    assert toast.text == own.trying_toast
    done = telegram.answers[-1]
    said = own.promoted.format(task=texts.task_name["sentiment"], name="a")
    assert done.text.startswith(f"{said}\n\n{own.title}")
    assert await champion(store) == "a"
    assert promoter.tried == ["a"]

    asked = await ask(telegram, done, back_face(own.own, texts), user)
    assert asked.text == own.really_roll_back.format(
        task=texts.task_name["sentiment"], name=own.own, champion="a"
    )
    done = await ask(telegram, asked, own.yes_button, user)
    assert done.text.startswith(own.rolled_back.format(task=texts.task_name["sentiment"], name=own.own))
    assert await champion(store) is None
    changes = await store.checkpoints.changes("sentiment")
    assert [(each.actor, each.reason) for each in changes] == [
        (Pseudonymizer(b"pepper").person(user), reason)
        for reason in ("promoted in the chat", "rolled back in the chat")
    ]


async def test_two_admins_and_double_taps_promote_once(
    telegram: Telegram, store: Store, promoter: Promoter
) -> None:
    await add(store, "a", "b")
    shown = await telegram.says("/models")
    asked = await ask(telegram, shown, promote_face("b"))
    yes = asked.button(EN.models.yes_button)
    promoter.gate.clear()
    taps = [telegram.tap(yes, user=user) for user in (ENGLISH, ENGLISH, SECOND)]
    async with asyncio.TaskGroup() as group:
        for tap in taps:
            group.create_task(telegram.application.process_update(tap))
        await promoter.trying.wait()
        promoter.gate.set()
    assert promoter.tried == ["b"]
    assert len(await store.checkpoints.changes("sentiment")) == 1
    outcomes = [call.text.split("\n")[0] for call in telegram.answers[-3:]]
    promoted = EN.models.promoted.format(task="Sentiment", name="b")
    assert outcomes == [promoted, EN.models.changed, EN.models.changed]


async def test_what_changed_since_the_question_is_said_and_nothing_done(
    telegram: Telegram, store: Store, promoter: Promoter
) -> None:
    await add(store, "a")
    asked = await ask(telegram, await telegram.says("/models"), promote_face("a"))
    await add(store, "b")  # another candidate since
    done = await ask(telegram, asked, EN.models.yes_button)
    assert done.text.startswith(EN.models.changed)
    assert promote_face("b") in str(done.buttons)
    asked = await ask(telegram, done, promote_face("b"))
    promoter.gate.clear()
    tap = telegram.tap(asked.button(EN.models.yes_button))
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.application.process_update(tap))
        await promoter.trying.wait()
        await force(store, "a", None)  # meanwhile
        promoter.gate.set()
    assert telegram.answers[-1].text.startswith(EN.models.changed)
    assert await champion(store) == "a"


async def test_one_that_cannot_serve_is_said_with_the_reason(
    telegram: Telegram, store: Store, promoter: Promoter
) -> None:
    await add(store, "a")
    asked = await ask(telegram, await telegram.says("/models"), promote_face("a"))
    promoter.error = CheckpointUnavailable("there is no folder <x>")
    done = await ask(telegram, asked, EN.models.yes_button)
    reason = f"{EN.models.unfit['unloadable']}\n<code>there is no folder &lt;x&gt;</code>"
    assert done.text.startswith(EN.models.cannot_serve.format(name="a", reason=reason) + "\n\n")
    assert await champion(store) is None


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (CheckpointMissing("there is no folder x"), "파일이 여기 없거나"),
        (CheckpointUnavailable("x cannot be loaded: bad magic"), "불러올 수 없거나"),
        (TaskNotServed("x: RoBERTa has no next-sentence head"), "이 일을 하도록 만든 모델이 아니에요"),
        (ModelServiceError("DEVICE=cuda, but torch finds none"), "미처 생각하지 못한 일"),
    ],
)
async def test_why_one_cannot_serve_is_korean_in_a_korean_chat(
    telegram: Telegram, store: Store, promoter: Promoter, error: ModelServiceError, why: str
) -> None:
    await add(store, "a")
    shown = await telegram.says("/models", user=KOREAN)
    asked = await ask(telegram, shown, promote_face("a", KO), user=KOREAN)
    promoter.error = error
    done = await ask(telegram, asked, KO.models.yes_button, user=KOREAN)
    sentence, detail, *_ = done.text.split("\n")
    assert why in sentence
    assert detail == f"<code>{error}</code>"


async def test_one_that_was_never_compared_is_not_offered(telegram: Telegram, store: Store) -> None:
    await add(store, "a", passed=None)
    assert "reply_markup" not in (await telegram.says("/models")).data
    await add(store, "b")
    await add(store, "c", passed=None)
    shown = await telegram.says("/models")
    assert [row[0]["text"] for row in shown.buttons] == [promote_face("b")]


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_one_that_was_compared_with_a_former_champion_is_told_and_not_offered(
    telegram: Telegram, store: Store, user: int, texts: Texts
) -> None:
    await add(store, "a", "b")
    assert texts.models.other_rival not in (await telegram.says("/models", user=user)).text
    await force(store, "a", None)
    shown = await telegram.says("/models", user=user)
    assert texts.models.other_rival in shown.text
    assert [row[0]["text"] for row in shown.buttons] == [back_face(texts.models.own, texts)]


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_the_presets_own_is_offered_beside_the_one_before(
    telegram: Telegram, store: Store, promoter: Promoter, user: int, texts: Texts
) -> None:
    await add(store, "a", "b")
    await force(store, "a", None)
    await force(store, "b", "a")
    own, task = texts.models, texts.task_name["sentiment"]
    shown = await telegram.says("/models", user=user)
    faces = [back_face(name, texts) for name in ("a", own.own)]
    assert [row[0]["text"] for row in shown.buttons] == faces
    asked = await ask(telegram, shown, faces[1], user)
    assert asked.text == own.really_roll_back.format(task=task, name=own.own, champion="b")
    promoter.error = CheckpointUnavailable("it is broken")
    shown = await ask(telegram, asked, own.yes_button, user)
    assert own.cannot_serve.format(name=own.own, reason="")[:-1] in shown.text
    assert await champion(store) == "b"
    promoter.error, asked = None, await ask(telegram, shown, faces[1], user)
    done = await ask(telegram, asked, own.yes_button, user)
    assert done.text.startswith(own.rolled_back.format(task=task, name=own.own))
    assert (await champion(store), promoter.tried) == (None, ["builtin", "builtin"])
    assert [row[0]["text"] for row in done.buttons] == [back_face("b", texts)]


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_what_may_not_be_promoted_any_more_is_refused_kindly_before_it_is_tried(
    telegram: Telegram, store: Store, promoter: Promoter, user: int, texts: Texts
) -> None:
    await add(store, "a")
    asked = await ask(telegram, await telegram.says("/models", user=user), promote_face("a", texts), user)
    promoter.preset = "another"  # of a bot that was set up otherwise when it drew the button
    done = await ask(telegram, asked, texts.models.yes_button, user)
    assert done.text.startswith(texts.models.obstacles["other_rival"].format(name="a"))
    assert await champion(store) is None
    assert promoter.tried == []


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_one_that_was_refused_is_not_rolled_back_to_and_it_is_said(
    telegram: Telegram, store: Store, promoter: Promoter, user: int, texts: Texts
) -> None:
    await add(store, "a", "b")
    await force(store, "a", None)
    await force(store, "b", "a")
    asked = await ask(telegram, await telegram.says("/models", user=user), back_face("a", texts), user)
    promoter.gate.clear()
    tap = telegram.tap(asked.button(texts.models.yes_button), user=user)
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.application.process_update(tap))
        await promoter.trying.wait()
        await store.checkpoints.judge("a", verdict("a", passed=False))  # meanwhile
        promoter.gate.set()
    done = telegram.answers[-1]
    made = (await store.checkpoints.get("a")).created_at.date().isoformat()
    assert done.text.startswith(texts.models.obstacles["refused"].format(name="a"))
    assert texts.models.previous_refused.format(name=f"a ({made})") in done.text
    assert [row[0]["text"] for row in done.buttons] == [back_face(texts.models.own, texts)]
    assert await champion(store) == "b"


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_a_preset_whose_files_are_gone_is_named_and_not_the_candidate_blamed(
    telegram: Telegram, store: Store, promoter: Promoter, user: int, texts: Texts, tmp_path: Path
) -> None:
    await add(store, "a", weights="0123456789ab")
    file = tmp_path / "gone.toml"
    file.write_text('[presets.builtin]\nsentiment.any = "./nowhere"\n', encoding="utf-8")
    promoter.catalog = load_catalog(file)
    asked = await ask(telegram, await telegram.says("/models", user=user), promote_face("a", texts), user)
    done = await ask(telegram, asked, texts.models.yes_button, user)
    assert done.text.startswith(texts.models.obstacles["no_rival"].format(name="a", preset="builtin"))
    assert promoter.tried == []


async def test_what_learnt_a_deleted_text_is_marked_and_not_offered(telegram: Telegram, store: Store) -> None:
    await add(store, "a", "b", "c")
    for name, seen in (("a", None), ("b", "a")):
        await force(store, name, seen)
    await add(store, "d", against="b")
    shown = await telegram.says("/models")
    own = back_face(EN.models.own)
    assert {promote_face("d"), back_face("a"), own} == {row[0]["text"] for row in shown.buttons}
    for name in "abd":
        await taint(store, name)
    marked = await telegram.says("/models")
    assert [row[0]["text"] for row in marked.buttons] == [own]
    assert marked.text.count(EN.models.tainted) == 1
    late = await ask(telegram, shown, back_face("a"))
    assert late.text.startswith(EN.models.changed)


async def test_it_is_for_those_who_run_the_bot_and_in_private(telegram: Telegram, store: Store) -> None:
    await add(store, "a")
    assert (await telegram.says("/models", user=5)).text == EN.teaching.operators_only
    in_group = await telegram.says("/models", chat=GROUP)
    assert in_group.text == EN.only_in_private.format(command="models", name=BOT_NAME)
    sure = encode(ModelsTap(Step.PROMOTE_SURELY, Task.SENTIMENT, 0, (await store.checkpoints.get("a")).id))
    for user, chat in ((5, None), (ENGLISH, GROUP)):
        toast = await telegram.taps(sure, user=user, chat=chat)
        assert toast.text == EN.teaching.operators_only_toast
    assert await champion(store) is None


async def test_a_forged_button_changes_nothing(telegram: Telegram, store: Store) -> None:
    await add(store, "a")
    for step, task, seen, other in (
        (Step.PROMOTE_SURELY, Task.TOKENS, 0, 1),
        (Step.PROMOTE_SURELY, Task.SENTIMENT, 0, 77),
        (Step.ROLL_BACK_SURELY, Task.SENTIMENT, 0, 0),
        (Step.ROLL_BACK, Task.NLI, 0, 0),
    ):
        await telegram.taps(encode(ModelsTap(step, task, seen, other)))
        assert telegram.answers[-1].text.startswith(EN.models.changed)
    assert await store.checkpoints.changes("sentiment") == ()


async def test_without_somebody_to_change_them_models_are_only_shown(store: Store, model: FakeModel) -> None:
    request = OfflineRequest()
    access = Access(Lists(admins=frozenset({ENGLISH})))
    await add(store, "a")
    async with build_application(
        Services(model, store, access=access),
        token="1:token",
        request=request,
        rate_limiter=PatientRateLimiter(chat=AT_ONCE, group=AT_ONCE, overall=AT_ONCE),
    ) as application:
        shown = await Telegram(application, request).says("/models")
    assert "a (" in shown.text
    assert "reply_markup" not in shown.data


async def test_names_fit_into_buttons_and_are_escaped(store: Store) -> None:
    await add(store, "<b>" + "n" * 60)
    standings = await store.checkpoints.standings()
    standing = replace(standings["sentiment"], champion=standings["sentiment"].candidate)
    for language in LANGUAGES:
        assert "&lt;b&gt;" in models_list({"sentiment": standing}, "builtin", language)
        keyboard = models_keyboard(standings, "builtin", language)
        assert keyboard is not None
        [[button]] = keyboard.inline_keyboard
        assert TEXTS[language].task_name["sentiment"] in button.text
        assert "<b>" in button.text
        assert len(str(button.callback_data).encode()) <= 64
