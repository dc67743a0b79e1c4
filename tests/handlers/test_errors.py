from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import closing
from math import ceil
from pathlib import Path

import pytest

from handlers.callback_data import encode
from handlers.replies.texts import EN, KO, Texts
from handlers.source_text import OneTextMissing
from handlers.taps import LanguageTap
from models.downloads import DownloadProgress
from models.errors import (
    Busy,
    CheckpointUnavailable,
    EmptyText,
    NoBlank,
    StillLoading,
    TaskNotServed,
    TooLate,
    UnknownPreset,
    WorkerStopped,
)
from models.loads import Loads
from storage.store import StorageError, Store
from tests.handlers.conftest import ADMIN
from tests.handlers.offline import BOT, ENGLISH, GROUP, KOREAN, Call, FakeModel, Telegram

SECRET = "나의 비밀 이야기"


def reports(telegram: Telegram) -> list[Call]:
    return [call for call in telegram.answers if call.data["chat_id"] == ADMIN]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Busy(2.3), KO.busy.format(seconds=3)),
        (Busy(0.1), KO.busy.format(seconds=1)),
        (
            StillLoading(
                9.5, DownloadProgress("klue/bert-base", "model.safetensors", 155_000_000, 443_000_000)
            ),
            f"{KO.downloading.format(percent='35%', size='443 MB')}\n{KO.loading.format(seconds=10)}",
        ),
        (TooLate(60), KO.too_late),
        (EmptyText("nothing"), KO.empty_text),
        (NoBlank("none"), f"{KO.no_blank}\n{KO.usage['mask'].format(at='')}"),
        (TaskNotServed("no"), KO.not_served),
        (UnknownPreset("x"), KO.not_served),
        (OneTextMissing(), f"{KO.one_text_missing}\n{KO.usage['mask'].format(at='')}"),
    ],
)
async def test_what_users_meet_is_told_in_words_and_not_reported(
    telegram: Telegram, model: FakeModel, error: Exception, words: str
) -> None:
    model.error = error
    answer = await telegram.says(f"/mask {SECRET} ___", user=KOREAN)
    assert answer.text == words
    assert reports(telegram) == []


async def test_a_missing_checkpoint_is_told_and_reported(telegram: Telegram, model: FakeModel) -> None:
    model.error = CheckpointUnavailable("cannot load")
    await telegram.says("/sentiment good")
    assert [answer.text for answer in telegram.answers[:1]] == [EN.unavailable]
    assert len(reports(telegram)) == 1


async def test_a_stopped_worker_is_an_apology_and_a_report(telegram: Telegram, model: FakeModel) -> None:
    model.error = WorkerStopped("SystemExit")
    await telegram.says("/sentiment good")
    assert [answer.text for answer in telegram.answers[:1]] == [EN.unexpected]
    assert len(reports(telegram)) == 1


async def test_an_unexpected_error_is_an_apology_and_a_report_without_the_text(
    telegram: Telegram, model: FakeModel, caplog: pytest.LogCaptureFixture
) -> None:
    model.error = KeyError(SECRET)
    await telegram.says(f"/sentiment {SECRET}", user=KOREAN)
    apology, report = telegram.answers
    assert apology.text == KO.unexpected
    assert apology.data["chat_id"] == KOREAN
    assert report.data["chat_id"] == ADMIN
    assert "/sentiment" in report.text
    assert "KeyError" in report.text
    assert "handlers/sentiment.py:" in report.text
    assert SECRET not in report.text + caplog.text
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage().startswith("/sentiment failed at handlers/sentiment.py:")
    assert record.getMessage().endswith("\nKeyError")


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("DROP TABLE inputs", "no such table: inputs (OperationalError SQLITE_ERROR)"),
        (
            "CREATE TRIGGER full BEFORE INSERT ON inputs BEGIN SELECT RAISE(ABORT, 'disk full'); END",
            "IntegrityError SQLITE_CONSTRAINT_TRIGGER",
        ),
    ],
)
async def test_a_text_that_the_database_cannot_keep_is_in_no_log_and_no_report(
    telegram: Telegram, tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: str, says: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.db")) as another:
        another.execute(broken)
    await telegram.says(f"/sentiment {SECRET}", user=KOREAN)
    assert telegram.answers[0].text == KO.unexpected
    [report] = reports(telegram)
    assert "DatabaseFailed" in report.text
    assert SECRET not in report.text + caplog.text
    assert f"storage.errors.DatabaseFailed: the database failed: {says}" in caplog.text
    assert "storage/predictions.py" in caplog.text


async def test_a_typed_word_that_the_database_cannot_keep_is_in_no_log(
    telegram: Telegram, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await telegram.says("/mask 나는 ___ 좋아", user=KOREAN)
    with closing(sqlite3.connect(tmp_path / "bot.db")) as another:
        another.execute("DROP TABLE vote_events")
    message = {"message_id": 1001, "date": 1, "from": BOT, "chat": {"id": KOREAN, "type": "private"}}
    said = await telegram.says("비밀번호", user=KOREAN, extra={"reply_to_message": message})
    assert said.data["chat_id"] == ADMIN  # the report, after the apology
    assert "no such table: vote_events" in caplog.text
    assert "비밀번호" not in said.text + caplog.text


async def test_a_message_that_telegram_quotes_is_in_no_log(
    telegram: Telegram, model: FakeModel, caplog: pytest.LogCaptureFixture
) -> None:
    quoted: tuple[int, str, dict[str, int]] = (
        400,
        f'Bad Request: can\'t parse entities: unsupported start tag "{SECRET}"',
        {},
    )
    telegram.request.refusals["sendMessage"] += [quoted] * 2  # the apology, and the report
    model.error = RuntimeError("broken")
    await telegram.says(f"/sentiment {SECRET}", user=KOREAN)
    assert caplog.text.count("could not tell of the error: BadRequest") == 2
    assert SECRET not in caplog.text


async def test_a_report_of_a_text_without_a_command_has_no_word_of_it(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise StorageError("disk full")

    monkeypatch.setattr(Store, "remember_answer", broken)
    await telegram.says("mask ___ 비밀", user=KOREAN)
    apology, report = telegram.answers[-2:]
    assert apology.text == KO.unexpected
    assert report.text.startswith("⚠️ message failed: <code>StorageError</code>")


async def test_the_same_error_is_reported_once_a_minute(telegram: Telegram, model: FakeModel) -> None:
    model.error = RuntimeError("broken")
    for _ in range(3):
        await telegram.says("/sentiment good")
    assert len(telegram.answers) == 4
    assert len(reports(telegram)) == 1


async def test_a_broken_database_still_gets_an_apology(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise StorageError("disk full")

    for method in ("add_prediction", "answer_to", "language"):
        monkeypatch.setattr(Store, method, broken)
    await telegram.says("/sentiment good", user=KOREAN)
    assert telegram.answers[0].text == KO.unexpected
    assert len(reports(telegram)) == 1


async def test_an_error_behind_a_button_is_an_alert(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("bug")

    answer = await telegram.says("/sentiment good")
    monkeypatch.setattr(Store, "vote", broken)
    toast = await telegram.taps(answer.button("✅"))
    assert (toast.text, toast.data["show_alert"]) == (EN.unexpected, "true")
    assert "button" in reports(telegram)[0].text


@pytest.mark.parametrize(
    ("code", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (403, "Forbidden: bot is not a member of the supergroup chat"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: have no rights to send a message"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
        (400, "Bad Request: TOPIC_CLOSED"),
        (409, "Conflict: terminated by other getUpdates request"),
    ],
)
async def test_where_the_bot_may_not_speak_it_is_quiet_and_nobody_is_called(
    telegram: Telegram, caplog: pytest.LogCaptureFixture, code: int, description: str
) -> None:
    telegram.request.refuse("sendMessage", code, description)
    await telegram.says("/sentiment good")
    assert len(telegram.answers) == 1
    assert [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info] == []


async def test_an_answer_to_a_group_that_moved_on_goes_there(
    telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    moved = "Bad Request: group chat was upgraded to a supergroup chat"
    telegram.request.refuse("sendMessage", 400, moved, migrate_to_chat_id=-1002)
    answer = await telegram.says("/sentiment good", chat=GROUP)
    assert len(telegram.answers) == 2
    assert answer.data["chat_id"] == -1002
    assert "reply_parameters" not in answer.data
    assert "Positive" in answer.text
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_an_operator_who_blocked_the_bot_is_one_line(
    telegram: Telegram, model: FakeModel, caplog: pytest.LogCaptureFixture
) -> None:
    model.error = RuntimeError("broken")
    telegram.request.refuse("sendMessage", 403, "Forbidden: bot was blocked by the user")
    telegram.request.refuse("sendMessage", 403, "Forbidden: bot was blocked by the user")
    await telegram.says("/sentiment good")
    failures = [record.getMessage() for record in caplog.records if record.levelno > logging.INFO]
    assert [failure.split(".py:")[0] for failure in failures] == ["/sentiment failed at handlers/sentiment"]
    assert [record for record in caplog.records if record.levelno == logging.WARNING] == []


async def test_a_toast_for_a_tap_that_telegram_forgot_is_no_error(
    telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    expired = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    telegram.request.refuse("answerCallbackQuery", 400, expired)
    await telegram.taps("forged")
    assert len(telegram.toasts) == 1
    assert telegram.answers == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_choice_that_changes_nothing_is_no_error(
    telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.request.refuse("editMessageText", 400, "Bad Request: message is not modified: same")
    await telegram.taps(encode(LanguageTap("ko")))
    assert [toast.text for toast in telegram.toasts] == [KO.language_set_toast]
    assert reports(telegram) == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_429_is_waited_out(telegram: Telegram) -> None:
    telegram.request.refuse("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    await telegram.says("/sentiment good")
    assert [answer.method for answer in telegram.answers] == ["sendMessage", "sendMessage"]
    assert reports(telegram) == []


async def test_html_in_a_text_is_text(telegram: Telegram) -> None:
    answer = await telegram.says("/mask <i>I & you</i> go to ___.")
    assert answer.text.startswith("&lt;i&gt;I &amp; you&lt;/i&gt; go to <b>school</b>.")
    assert "&lt;b&gt;" in answer.text  # a candidate that looks like a tag


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_who_meets_a_loading_model_is_told_so(
    telegram: Telegram, model: FakeModel, user: int, texts: Texts
) -> None:
    gate, loads = threading.Event(), Loads(most_waiting=1, patience=0.01)
    with pytest.raises(Busy) as caught:
        await loads.get("model", gate.wait)
    gate.set()
    await loads.close()
    model.error = caught.value
    answer = await telegram.says("/sentiment good", user=user)
    assert answer.text == texts.loading.format(seconds=ceil(caught.value.retry_after))
    assert reports(telegram) == []
