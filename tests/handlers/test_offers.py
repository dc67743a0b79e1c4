from __future__ import annotations

import asyncio
import logging

import pytest
from telegram import Update

from handlers.access import Access, Lists
from handlers.callback_data import encode
from handlers.limits import PER_USER
from handlers.offers import fitting
from handlers.quota import Bounds, Quotas
from handlers.replies.texts import EN, KO, TEXTS, Language
from handlers.taps import OfferTap
from models.downloads import DownloadProgress
from models.errors import Busy, NoBlank
from models.results import Task
from storage.store import ConsentStatus, StorageError, Store
from tests.handlers.conftest import ADMIN
from tests.handlers.offline import (
    BOT_NAME,
    ENGLISH,
    GROUP,
    KOREAN,
    NEWCOMER,
    VERSION,
    Call,
    FakeModel,
    Telegram,
    captioned,
    message_text,
)

SENTIMENT, TOKENS, MASK = (encode(OfferTap(task)) for task in (Task.SENTIMENT, Task.TOKENS, Task.MASK))
STICKER = {
    "sticker": {
        "file_id": "s",
        "file_unique_id": "s",
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    }
}
FORWARDED = {"forward_origin": {"type": "hidden_user", "sender_user_name": "P", "date": 1_700_000_000}}


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.offers._PATIENCE_S", 0.0)


def faces(answer: Call) -> list[str]:
    return [button["text"] for row in answer.buttons for button in row]


async def offered(telegram: Telegram, text: str, *, user: int = ENGLISH, message_id: int = 5) -> Update:
    """Say a text without a command; gives it back, to tap what it is offered."""
    said = telegram.message(text, user=user, message_id=message_id)
    await telegram.application.process_update(said)
    return said


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("이 영화 최고", (Task.SENTIMENT, Task.TOKENS)),
        ("오늘은 날씨가 ___ 좋다.", (Task.MASK, Task.TOKENS)),
        ("[mask]", (Task.MASK, Task.TOKENS)),
        ("(빈칸)\n두 줄", (Task.MASK, Task.TOKENS)),
        ("배가 고프다.\n밥을 먹었다.", (Task.NSP, Task.NLI)),
        ("배가 고프다.\n\n밥을 먹었다.\n", (Task.NSP, Task.NLI)),
        ("배가 고프다. | 밥을 먹었다.", (Task.NSP, Task.NLI)),
        ("첫\n줄들 /// 둘째\n줄들", (Task.NSP, Task.NLI)),
        ("문단은\n두 글이\n아니다 | 정말", (Task.SENTIMENT, Task.TOKENS)),
        ("하나 |", (Task.SENTIMENT, Task.TOKENS)),
        ("😀", (Task.SENTIMENT, Task.TOKENS)),
    ],
)
def test_what_fits_a_text(text: str, tasks: tuple[Task, ...]) -> None:
    assert fitting(text) == tasks


@pytest.mark.parametrize(("user", "language"), [(KOREAN, "ko"), (ENGLISH, "en")])
async def test_a_text_without_a_command_is_offered_what_fits_it(
    telegram: Telegram, model: FakeModel, user: int, language: Language
) -> None:
    answer = await telegram.says("I go to ___.", user=user, message_id=5)
    assert answer.text == TEXTS[language].offer
    assert answer.data["reply_parameters"]["message_id"] == 5  # a tap then brings the text along
    assert faces(answer) == [TEXTS[language].task_button[task] for task in ("mask", "tokens")]
    assert len(telegram.answers) == 1
    assert model.asked == []


@pytest.mark.parametrize("extra", [captioned("good"), {**message_text("good"), **FORWARDED}])
async def test_a_caption_or_a_forwarded_text_is_a_text(
    telegram: Telegram, model: FakeModel, extra: dict[str, object]
) -> None:
    said = telegram.message("", message_id=5, extra=extra)
    await telegram.application.process_update(said)
    assert telegram.answers[-1].text == EN.offer
    await telegram.taps(SENTIMENT, under=said)
    assert model.asked == [("sentiment", "good", None)]


@pytest.mark.parametrize("extra", [{"photo": captioned("x")["photo"]}, STICKER])
async def test_what_holds_no_text_is_told_so(telegram: Telegram, extra: dict[str, object]) -> None:
    assert (await telegram.says("", user=KOREAN, extra=extra)).text == KO.only_text


async def test_of_an_album_one_picture_is_answered(telegram: Telegram) -> None:
    photo = {"photo": captioned("x")["photo"], "media_group_id": "7"}
    for _ in range(3):
        await telegram.says("", extra=photo)
    await telegram.application.process_update(
        telegram.message("", extra={**captioned("good"), "media_group_id": "8"})
    )
    await telegram.says("", extra={**photo, "media_group_id": "8"})
    assert [answer.text for answer in telegram.answers] == [EN.only_text, EN.offer]


async def test_what_looks_empty_is_told_so(telegram: Telegram) -> None:
    assert (await telegram.says("\u200b\u2060", user=KOREAN)).text == KO.empty_text


async def test_its_own_inline_result_is_left_alone(telegram: Telegram) -> None:
    own = {"via_bot": {"id": 1, "is_bot": True, "first_name": "Bot", "username": BOT_NAME}}
    await telegram.application.process_update(telegram.message("Positive", extra=own))
    assert telegram.answers == []


async def test_what_was_sent_through_another_bot_is_a_text_like_any_other(telegram: Telegram) -> None:
    other = {"via_bot": {"id": 2, "is_bot": True, "first_name": "Gif", "username": "gif"}}
    assert (await telegram.says("good", extra=other)).text == EN.offer


async def test_an_unknown_command_in_a_caption_is_told_so(telegram: Telegram) -> None:
    assert (await telegram.says("", extra=captioned("/nothing"))).text == EN.unknown_command


@pytest.mark.parametrize("words", ["good", "/sentiment good", "/nothing"])
async def test_an_albums_words_may_come_with_any_of_its_pictures(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr("handlers.offers._PATIENCE_S", 30.0)
    album = {"media_group_id": "7"}
    pictures = [{"photo": captioned("x")["photo"]}, captioned(words), {"photo": captioned("x")["photo"]}]
    updates = [telegram.message("", extra={**picture, **album}) for picture in pictures]
    async with asyncio.timeout(20):
        await asyncio.gather(*(telegram.application.process_update(update) for update in updates))
    (answer,) = telegram.answers
    assert answer.text != EN.only_text


async def test_albums_of_two_people_are_two(telegram: Telegram) -> None:
    photo = {"photo": captioned("x")["photo"], "media_group_id": "7"}
    for user in (ENGLISH, KOREAN):
        await telegram.says("", user=user, extra=photo)
    assert [answer.text for answer in telegram.answers] == [EN.only_text, KO.only_text]


async def test_a_tap_turns_the_offer_into_the_answer(telegram: Telegram, model: FakeModel) -> None:
    said = await offered(telegram, "one\ntwo\nthree ___ .")
    toast = await telegram.taps(TOKENS, under=said)
    assert "text" not in toast.data
    answer = telegram.answers[-1]
    assert (answer.method, answer.data["message_id"]) == ("editMessageText", 1001)
    assert len(telegram.answers) == 2
    assert model.asked == [("tokens", "one\ntwo\nthree ___ .", None, None)]  # whole
    assert answer.button(EN.pieces_right_button)
    assert (await telegram.taps(answer.button(EN.pieces_right_button))).text.startswith("Thank you")


@pytest.mark.parametrize("task", list(Task))
async def test_each_offer_asks_what_it_says(telegram: Telegram, model: FakeModel, task: Task) -> None:
    said = await offered(telegram, "one ___\ntwo")
    await telegram.taps(encode(OfferTap(task)), under=said)
    assert [question[0] for question in model.asked] == [task]
    assert EN.by_model.format(model="<i>builtin</i>") in telegram.answers[-1].text


async def test_somebody_new_is_asked_for_consent_under_the_answer_and_may_then_vote(
    telegram: Telegram, store: Store
) -> None:
    said = await offered(telegram, "good", user=NEWCOMER)
    assert EN.consent_question.format(at="") not in telegram.answers[-1].text
    assert await store.consent(NEWCOMER) is None
    await telegram.taps(SENTIMENT, user=NEWCOMER, under=said)
    asked = telegram.answers[-1]
    assert asked.text.endswith(EN.consent_question.format(at=""))
    await telegram.taps(asked.button(EN.agree_button), user=NEWCOMER)
    answer = telegram.answers[-1]
    assert answer.button(EN.right_button)
    assert {one.data.get("message_id", 1001) for one in telegram.answers} == {1001}


async def test_an_edited_text_is_offered_anew(telegram: Telegram) -> None:
    await offered(telegram, "good")
    again = await telegram.says("good ___", edits=5)
    assert (again.method, again.data["message_id"]) == ("editMessageText", 1001)
    assert faces(again) == [EN.task_button["mask"], EN.task_button["tokens"]]


@pytest.mark.parametrize(
    ("user", "said", "later"),
    [
        (ENGLISH, None, False),
        (NEWCOMER, None, False),
        (NEWCOMER, None, True),
        (NEWCOMER, ConsentStatus.DECLINED, False),
        (NEWCOMER, ConsentStatus.ASKED, True),
    ],
)
async def test_an_edited_text_edits_its_answer(
    telegram: Telegram, model: FakeModel, store: Store, user: int, said: ConsentStatus | None, later: bool
) -> None:
    text = await offered(telegram, "good", user=user)
    if said is not None:
        await store.set_consent(user, said)
    await telegram.taps(TOKENS, user=user, under=text)
    if later:  # what waits for a yes in memory does not wait for ever
        telegram.application.context_types.context.services.pending.drop(user, 1001)
    again = await telegram.says("better", user=user, edits=5)
    assert model.asked[-1] == ("tokens", "better", None, None)
    assert (again.method, again.data["message_id"]) == ("editMessageText", 1001)
    assert EN.pieces.format(count=6) in again.text


async def test_an_edited_text_that_its_answer_no_longer_fits_is_offered_what_does(
    telegram: Telegram, model: FakeModel
) -> None:
    said = await offered(telegram, "good")
    await telegram.taps(SENTIMENT, under=said)
    again = await telegram.says("one\ntwo", edits=5)
    assert (again.text, again.data["message_id"]) == (EN.offer, 1001)
    assert len(model.asked) == 1


async def test_an_edit_of_a_text_whose_answer_is_deleted_is_an_offer(
    telegram: Telegram, store: Store
) -> None:
    said = await offered(telegram, "good")
    await telegram.taps(SENTIMENT, under=said)
    await store.forget(ENGLISH)
    assert (await telegram.says("better", edits=5)).text == EN.offer


async def test_who_was_forgotten_still_gets_the_answer_in_the_offers_place(
    telegram: Telegram, store: Store
) -> None:
    said = await offered(telegram, "good")
    await store.forget(ENGLISH)
    await telegram.taps(SENTIMENT, under=said)
    assert [answer.method for answer in telegram.answers] == ["sendMessage", "editMessageText"]


@pytest.mark.parametrize(("user", "language"), [(KOREAN, "ko"), (ENGLISH, "en")])
async def test_a_text_that_is_gone_is_missed_kindly(
    telegram: Telegram, model: FakeModel, user: int, language: Language
) -> None:
    await offered(telegram, "good", user=user)
    toast = await telegram.taps(SENTIMENT, user=user)  # deleted: the offer answers nothing any more
    assert (toast.text, toast.data["show_alert"]) == (TEXTS[language].text_gone_toast, "true")
    told = telegram.answers[-1]
    assert (told.method, told.text) == ("editMessageText", TEXTS[language].text_gone_toast)
    assert "reply_markup" not in told.data
    assert model.asked == []


async def test_an_offer_too_old_to_be_read_is_missed_kindly(telegram: Telegram) -> None:
    old = telegram.tap(SENTIMENT).to_dict()
    old["callback_query"]["message"] = {
        "message_id": 1001,
        "date": 0,
        "chat": old["callback_query"]["message"]["chat"],
    }
    await telegram.application.process_update(Update.de_json(old, telegram.application.bot))
    assert telegram.toasts[-1].text == EN.text_gone_toast


async def test_an_offer_in_a_group_is_forged(telegram: Telegram, model: FakeModel) -> None:
    said = telegram.message("good", chat=GROUP)
    assert (await telegram.taps(SENTIMENT, chat=GROUP, under=said)).text == EN.old_button_toast
    assert model.asked == []


async def test_twenty_taps_in_a_second_are_one_question(telegram: Telegram, model: FakeModel) -> None:
    said = await offered(telegram, "good")
    model.gate.clear()
    taps = [telegram.tap(SENTIMENT, under=said) for _ in range(20)]
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        for tap in taps:
            group.create_task(telegram.application.process_update(tap))
        while len(telegram.toasts) < 19:  # noqa: ASYNC110  # the request only records
            await asyncio.sleep(0.01)
        model.gate.set()
    await telegram.taps(TOKENS, under=said)  # from a screen that has not seen the answer yet
    assert len(model.asked) == 1
    assert len(telegram.answers) == 2
    assert {toast.data.get("text", "") for toast in telegram.toasts} == {"", EN.one_moment_toast}


async def test_an_edit_and_a_tap_at_once_take_turns(telegram: Telegram, model: FakeModel) -> None:
    said = await offered(telegram, "good")
    model.gate.clear()
    edit = telegram.message("better", edits=5)
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        group.create_task(telegram.application.process_update(telegram.tap(SENTIMENT, under=said)))
        while not model.asked:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        group.create_task(telegram.application.process_update(edit))
        model.gate.set()
    assert [question[1] for question in model.asked] == ["good", "better"]
    assert [answer.method for answer in telegram.answers] == ["sendMessage", *["editMessageText"] * 2]


async def test_past_a_persons_share_a_tap_asks_for_patience(telegram: Telegram, model: FakeModel) -> None:
    said = [await offered(telegram, "good", message_id=number) for number in range(1, PER_USER + 2)]
    model.gate.clear()
    process = telegram.application.process_update
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        for number, one in enumerate(said):
            group.create_task(process(telegram.tap(SENTIMENT, on=1001 + number, under=one)))
        while not telegram.toasts:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        model.gate.set()
    assert telegram.toasts[0].text == EN.one_moment_toast
    assert len(model.asked) == PER_USER


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Busy(2.3), EN.busy.format(seconds=3)),
        (NoBlank("none"), EN.no_blank),
        (RuntimeError("bug"), EN.unexpected),
    ],
)
async def test_what_is_not_answered_now_stands_above_the_buttons_to_tap_again(
    telegram: Telegram, model: FakeModel, error: Exception, words: str
) -> None:
    said = await offered(telegram, "good ___")
    model.error = error
    toast = await telegram.taps(MASK, under=said)
    assert "text" not in toast.data
    told = next(answer for answer in telegram.answers if answer.method == "editMessageText")
    assert told.text.startswith(words)
    assert faces(told) == [EN.task_button["mask"], EN.task_button["tokens"]]
    model.error = None
    await telegram.taps(MASK, under=said)
    assert "school" in telegram.answers[-1].text
    reports = [answer for answer in telegram.answers if answer.data["chat_id"] == ADMIN]
    assert ["good" in report.text for report in reports] == [False] * isinstance(error, RuntimeError)


async def test_a_wait_for_a_download_leaves_the_buttons_in_the_end(
    telegram: Telegram, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.waiting._TOLD_EVERY", 0.01)
    model.download, model.delay = DownloadProgress("x", "y", 1_000_000, 4_000_000), 0.1
    model.error = Busy(1)
    said = await offered(telegram, "good")
    await telegram.taps(SENTIMENT, under=said)
    assert "downloaded: 25%" in telegram.answers[1].text
    assert faces(telegram.answers[-1]) == [EN.task_button["sentiment"], EN.task_button["tokens"]]


async def test_a_tap_that_telegram_forgot_is_answered_all_the_same(telegram: Telegram) -> None:
    said = await offered(telegram, "good")
    telegram.request.refuse("answerCallbackQuery", 400, "Bad Request: query is too old and …")
    await telegram.taps(SENTIMENT, under=said)
    assert "Positive" in telegram.answers[-1].text


@pytest.mark.parametrize(
    ("code", "description"),
    [
        (400, "Bad Request: message is not modified: same"),
        (403, "Forbidden: bot was blocked by the user"),
        (409, "Conflict: terminated by other getUpdates request"),
    ],
)
@pytest.mark.parametrize("edits", [True, False])
async def test_what_is_normal_life_is_quiet_here_too(
    telegram: Telegram, caplog: pytest.LogCaptureFixture, code: int, description: str, *, edits: bool
) -> None:
    said = await offered(telegram, "good")
    telegram.request.refuse("editMessageText", code, description)
    if edits:
        await telegram.says("good", edits=5)
    else:
        await telegram.taps(SENTIMENT, under=said)
    assert len(telegram.answers) == 2
    assert [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info] == []


async def test_with_a_broken_database_a_tap_gets_a_toast(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise StorageError("disk full")

    said = await offered(telegram, "good")
    for method in ("add_prediction", "remember_answer"):
        monkeypatch.setattr(Store, method, broken)
    await telegram.taps(SENTIMENT, under=said)
    assert telegram.toasts[0].text == EN.unexpected


class TestBounds:
    """Cooldowns and quotas hold for taps, and every tap is told."""

    @pytest.fixture
    def quotas(self) -> Quotas:
        return Quotas(Bounds(user_quota=1))

    async def test_an_offer_is_no_question_and_its_tap_is_one(
        self, telegram: Telegram, model: FakeModel
    ) -> None:
        said = [await offered(telegram, "good", message_id=number) for number in (5, 6)]
        await telegram.taps(SENTIMENT, under=said[0])
        for _ in range(2):
            toast = await telegram.taps(SENTIMENT, on=1002, under=said[1])
            assert toast.text.startswith("You have used up your questions for a day (1).")
        assert len(model.asked) == 1
        assert telegram.answers[-1].data["message_id"] == 1001  # the second offer stays


class TestAccess:
    """Who is not answered is told at the text, and at the tap."""

    @pytest.fixture
    def access(self) -> Access:
        return Access(Lists(blocked=frozenset({ENGLISH})))

    async def test_who_is_blocked_gets_no_offer(self, telegram: Telegram, model: FakeModel) -> None:
        said = await offered(telegram, "good")
        assert [answer.text for answer in telegram.answers] == [EN.blocked_toast]
        assert (await telegram.taps(SENTIMENT, under=said)).text == EN.blocked_toast
        assert model.asked == []


async def test_who_said_no_is_answered_and_nothing_is_kept(telegram: Telegram, store: Store) -> None:
    await store.set_consent(NEWCOMER, ConsentStatus.DECLINED)
    said = await offered(telegram, "good", user=NEWCOMER)
    await telegram.taps(SENTIMENT, user=NEWCOMER, under=said)
    answer = telegram.answers[-1]
    assert answer.text.endswith(
        EN.by_model.format(model=f"<i>builtin</i> ({VERSION[:6]})")
    )  # and no question
    assert "reply_markup" not in answer.data
    assert (await store.own_data(NEWCOMER)).as_json()["questions"] == []
