from __future__ import annotations

import asyncio
import logging
from html import unescape

import pytest

from handlers import utf16
from handlers.access import Access, Lists
from handlers.limits import PER_USER
from handlers.quota import Bounds, Quotas
from handlers.replies.texts import EN, TEXTS, Language
from models.errors import Busy, TaskNotServed
from storage.store import Store
from tests.handlers.conftest import ADMIN
from tests.handlers.offline import ENGLISH, KOREAN, LANGUAGE_CODES, NEWCOMER, Call, FakeModel, Telegram

LONGEST = 256  # Telegram's limit for an inline query


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.inline._PAUSE_S", 0.02)


def titles(offer: Call) -> list[str]:
    return [str(result["title"]) for result in offer.data["results"]]


def notice(offer: Call) -> str:
    """What is said in place of results: all of it, also in the list."""
    (result,) = offer.data["results"]
    said = result["input_message_content"]["message_text"]
    assert result["description"] == unescape(said)
    assert result["title"] in {TEXTS[language].inline_notice_button for language in TEXTS}
    assert "button" not in offer.data
    return str(said)


def said_by(offer: Call, title: str) -> str:
    """What a result sends."""
    result = next(one for one in offer.data["results"] if one["title"] == title)
    assert result["input_message_content"]["parse_mode"] == "HTML"
    assert result["input_message_content"]["link_preview_options"] == {"is_disabled": True}
    return str(result["input_message_content"]["message_text"])


@pytest.mark.parametrize(("user", "language"), [(KOREAN, "ko"), (ENGLISH, "en")])
async def test_a_text_is_offered_its_answers(
    telegram: Telegram, model: FakeModel, user: int, language: Language
) -> None:
    texts = TEXTS[language]
    offer = await telegram.types("I <3 it & ___", user=user)
    assert titles(offer) == [texts.task_button[task] for task in ("mask", "sentiment", "tokens")]
    assert sorted(str(question[0]) for question in model.asked) == ["mask", "sentiment", "tokens"]
    assert set(model.chats) == {user}
    quote = "<blockquote>I &lt;3 it &amp; ___</blockquote>\n"
    sentiment = said_by(offer, texts.task_button["sentiment"])
    assert sentiment.startswith(f"{quote}<b>{texts.labels['sentiment']['positive']}</b> 93%")
    assert said_by(offer, texts.task_button["mask"]).startswith(quote)
    assert texts.by_model.format(model="<i>builtin</i>") in said_by(offer, texts.task_button["tokens"])
    assert [result["description"] for result in offer.data["results"]][:2] == [
        "school",
        f"{texts.labels['sentiment']['positive']} 93%",
    ]
    assert offer.data["is_personal"] == "true"
    assert "button" not in offer.data


async def test_without_a_blank_it_says_how_to_write_one(telegram: Telegram) -> None:
    offer = await telegram.types("good", user=KOREAN)
    assert titles(offer) == [TEXTS["ko"].task_button[task] for task in ("sentiment", "tokens")]
    assert offer.data["button"]["text"] == TEXTS["ko"].inline_blank_button


@pytest.mark.parametrize("query", ["", "  ", "\u200b"])
async def test_an_empty_query_is_told_what_to_do(telegram: Telegram, model: FakeModel, query: str) -> None:
    offer = await telegram.types(query)
    assert offer.data["button"] == {"text": EN.inline_help_button, "start_parameter": "inline"}
    assert offer.data["results"] == []
    assert (offer.data["is_personal"], offer.data["cache_time"]) == (
        "true",
        10,
    )  # it is in somebody's language
    assert model.asked == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_a_button_says_is_not_cut(language: Language) -> None:
    texts = TEXTS[language]
    assert all(utf16.length(words) <= 64 for words in (texts.inline_help_button, texts.inline_blank_button))


async def test_the_longest_query_still_fits_a_message(telegram: Telegram) -> None:
    offer = await telegram.types("<" * LONGEST)
    assert all(utf16.length(said_by(offer, title)) <= utf16.MESSAGE_LIMIT for title in titles(offer))
    assert all(len(result["description"]) <= 100 for result in offer.data["results"])


async def test_while_somebody_types_only_the_last_query_is_worked_on(
    telegram: Telegram, model: FakeModel
) -> None:
    typed = [telegram.inline_query("a film"[:length]) for length in range(1, 7)]
    others = telegram.inline_query("mine", user=KOREAN)
    await asyncio.gather(*(telegram.application.process_update(one) for one in (*typed, others)))
    assert {question[1] for question in model.asked} == {"a film", "mine"}
    assert len(telegram.inline_answers) == 2


async def test_an_answer_that_somebody_typed_past_is_not_given(telegram: Telegram, model: FakeModel) -> None:
    model.gate.clear()
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        group.create_task(telegram.application.process_update(telegram.inline_query("a")))
        while not model.asked:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        group.create_task(telegram.application.process_update(telegram.inline_query("ab")))
        await asyncio.sleep(0.01)
        model.gate.set()
    (answer,) = telegram.inline_answers
    assert answer.data["inline_query_id"] == "inline 2"


async def test_nothing_is_kept_of_what_is_typed(telegram: Telegram, store: Store) -> None:
    await telegram.types("good")
    await telegram.types("good", user=NEWCOMER)
    for person in (ENGLISH, NEWCOMER):
        assert (await store.own_data(person)).as_json()["questions"] == []
    assert await store.consent(NEWCOMER) is None


async def test_what_the_model_does_not_do_is_left_out(
    telegram: Telegram, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_served(*_: object, **__: object) -> None:
        raise TaskNotServed

    monkeypatch.setattr(FakeModel, "sentiment", not_served)
    assert titles(await telegram.types("good")) == [EN.task_button["tokens"]]
    model.error = TaskNotServed()
    assert notice(await telegram.types("good")) == EN.not_served


async def test_what_goes_wrong_is_said_in_place_of_the_results(telegram: Telegram, model: FakeModel) -> None:
    model.error = Busy(2.3)
    offer = await telegram.types("good")
    assert notice(offer) == EN.busy.format(seconds=3)
    assert offer.data["cache_time"] == 0
    assert telegram.answers == []


async def test_an_unexpected_error_is_reported_without_the_text(telegram: Telegram, model: FakeModel) -> None:
    model.error = RuntimeError("my secret")
    offer = await telegram.types("my secret")
    assert notice(offer) == EN.unexpected
    (report,) = telegram.answers
    assert report.data["chat_id"] == ADMIN
    assert "inline query" in report.text
    assert "secret" not in report.text


async def test_a_query_that_telegram_forgot_is_normal_life(
    telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    expired = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    telegram.request.refuse("answerInlineQuery", 400, expired)
    await telegram.types("good")
    assert len(telegram.inline_answers) == 1
    assert telegram.answers == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_past_a_persons_share_it_asks_for_patience(telegram: Telegram, model: FakeModel) -> None:
    model.gate.clear()
    process = telegram.application.process_update
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        for _ in range(PER_USER):
            group.create_task(process(telegram.message("/sentiment good")))
        while len(model.asked) < PER_USER:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await process(telegram.inline_query("good"))
        model.gate.set()
    assert notice(telegram.inline_answers[-1]) == EN.one_moment_toast


class TestBounds:
    """A query that was worked on is a question."""

    @pytest.fixture
    def quotas(self) -> Quotas:
        return Quotas(Bounds(user_quota=1))

    async def test_holds_and_tells_each_time(self, telegram: Telegram, model: FakeModel) -> None:
        await telegram.types("")
        await telegram.types("good")
        for _ in range(2):
            offer = await telegram.types("better")
            assert notice(offer) == EN.user_quota.format(count=1, wait="24 h")
        assert {question[1] for question in model.asked} == {"good"}

    async def test_what_failed_counts_for_nothing(self, telegram: Telegram, model: FakeModel) -> None:
        model.error = Busy(1)
        await telegram.types("good")
        model.error = None
        assert titles(await telegram.types("good"))


class TestAccess:
    """Telegram does not say in which chat somebody types, so that the person alone counts."""

    @pytest.fixture
    def access(self) -> Access:
        return Access(Lists(blocked=frozenset({KOREAN}), allowed=frozenset({KOREAN, ENGLISH})))

    @pytest.mark.parametrize("user", [KOREAN, NEWCOMER])
    async def test_who_is_not_answered_is_told_so(
        self, telegram: Telegram, model: FakeModel, user: int
    ) -> None:
        texts = TEXTS["ko" if LANGUAGE_CODES.get(user) == "ko" else "en"]
        words = texts.blocked_toast if user == KOREAN else texts.private_toast
        for _ in range(2):
            offer = await telegram.types("good", user=user)
            assert notice(offer) == words.format(id=user)
        assert model.asked == []
        assert titles(await telegram.types("good"))
