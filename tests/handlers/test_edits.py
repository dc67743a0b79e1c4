from __future__ import annotations

import asyncio
import logging

import pytest

from handlers.replies.texts import TEXTS
from tests.handlers.conftest import ADMIN
from tests.handlers.offline import ENGLISH, KOREAN, FakeModel, Telegram


async def test_an_edited_command_edits_its_answer(telegram: Telegram) -> None:
    first = await telegram.says("/sentiment good", message_id=5)
    again = await telegram.says("/nli one | two", edits=5)
    assert (first.method, again.method) == ("sendMessage", "editMessageText")
    assert again.data["message_id"] == 1001
    assert "False (contradiction)" in again.text
    assert again.button("✅") != first.button("✅")  # a new prediction


async def test_an_edit_that_mends_a_mistake_replaces_the_usage_text(telegram: Telegram) -> None:
    assert (await telegram.says("/mask", message_id=5)).text == TEXTS["en"].usage["mask"].format(at="")
    mended = await telegram.says("/mask I go to ___.", edits=5)
    assert (mended.method, mended.data["message_id"]) == ("editMessageText", 1001)


async def test_an_edit_that_breaks_the_command_edits_too(telegram: Telegram) -> None:
    await telegram.says("/mask I go to ___.", message_id=5)
    broken = await telegram.says("/mask", edits=5)
    assert (broken.method, broken.data["message_id"]) == ("editMessageText", 1001)
    assert "reply_markup" not in broken.data


@pytest.mark.parametrize("reason", ["message to edit not found", "message can't be edited"])
async def test_when_the_answer_is_gone_a_new_one_is_sent_and_remembered(
    telegram: Telegram, reason: str
) -> None:
    await telegram.says("/sentiment good", message_id=5)
    telegram.request.refuse("editMessageText", 400, f"Bad Request: {reason}")
    assert (await telegram.says("/sentiment better", edits=5)).method == "sendMessage"
    assert (await telegram.says("/sentiment best", edits=5)).data["message_id"] == 1002


async def test_an_edit_that_changes_nothing_is_no_error(
    telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "handlers.errors")
    await telegram.says("/help", message_id=5)
    telegram.request.refuse("editMessageText", 400, "Bad Request: message is not modified: same")
    await telegram.says("/help", edits=5)
    assert len(telegram.answers) == 2
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_an_edit_while_the_first_answer_is_on_its_way_waits_for_it(
    telegram: Telegram, model: FakeModel
) -> None:
    model.delay = 0.1
    updates = [
        telegram.message("/sentiment good", message_id=5),
        telegram.message("/nsp one | two", edits=5),
    ]
    await asyncio.gather(*(telegram.application.process_update(update) for update in updates))
    assert [answer.method for answer in telegram.answers] == ["sendMessage", "editMessageText"]
    assert "It follows" in telegram.answers[-1].text


@pytest.mark.parametrize("error", [None, RuntimeError("broken")])
async def test_a_mistake_and_its_quick_edit_are_one_message(
    telegram: Telegram, model: FakeModel, error: Exception | None
) -> None:
    model.error = error
    first = telegram.message("/sentiment" if error is None else "/sentiment good", message_id=5)
    edit = telegram.message("/help", edits=5)
    await asyncio.gather(*(telegram.application.process_update(update) for update in (first, edit)))
    own = [answer for answer in telegram.answers if answer.data["chat_id"] != ADMIN]
    assert [answer.method for answer in own] == ["sendMessage", "editMessageText"]
    assert own[-1].text.startswith("<b>What I can do")


async def test_an_update_that_comes_twice_is_answered_once(telegram: Telegram, model: FakeModel) -> None:
    update = telegram.message("/sentiment good")
    await telegram.application.process_update(update)
    await telegram.application.process_update(update)
    assert [answer.method for answer in telegram.answers] == ["sendMessage"]
    assert len(model.asked) == 1


async def test_an_edit_that_changes_nothing_keeps_the_votes(telegram: Telegram) -> None:
    first = await telegram.says("/sentiment good", message_id=5)
    await telegram.taps(first.button("✅"))
    again = await telegram.says("/sentiment  good ", edits=5)
    assert again.button("✅ Right · 1") == first.button("✅")
    other = await telegram.says("/sentiment bad", edits=5)
    assert other.button("✅ Right") != first.button("✅")
    assert "·" not in other.buttons[0][0]["text"]


async def test_a_message_that_reuses_a_number_is_another_command(telegram: Telegram) -> None:
    """A local Bot API server that starts anew counts its messages from 1 again."""
    await telegram.says("/sentiment good", message_id=5)
    later = {"date": 1_700_000_999}
    assert (await telegram.says("/sentiment good", message_id=5, extra=later)).method == "sendMessage"
    assert (await telegram.says("/sentiment bad", edits=5, extra=later)).data["message_id"] == 1002


async def test_a_late_tap_leaves_the_buttons_of_the_edited_answer_alone(telegram: Telegram) -> None:
    old = await telegram.says("/sentiment good", message_id=5)
    new = await telegram.says("/nli one | two", edits=5)
    toast = await telegram.taps(old.button("✅"))
    assert toast.text == TEXTS["en"].counted_toast.format(label="Positive")
    assert telegram.keyboards == []
    await telegram.taps(new.button("✅"))
    assert [row[0]["text"] for row in telegram.keyboards[-1].buttons][:2] == [
        "✅ Right · 1",
        "True (entailment)",
    ]


async def test_a_tap_during_an_edit_waits_for_it(telegram: Telegram) -> None:
    old = await telegram.says("/sentiment good", message_id=5)
    telegram.request.edits_go_through.clear()
    edit = telegram.message("/nli one | two", edits=5)
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.application.process_update(edit))
        while telegram.answers[-1].method != "editMessageText":  # noqa: ASYNC110  # the request only records
            await asyncio.sleep(0.01)
        group.create_task(telegram.application.process_update(telegram.tap(old.button("✅"))))
        while not telegram.toasts:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert telegram.keyboards == []
        telegram.request.edits_go_through.set()
    assert telegram.keyboards == []


async def test_an_edited_answer_shows_the_votes_that_came_before_its_turn(telegram: Telegram) -> None:
    first = await telegram.says("/sentiment good", message_id=5)
    telegram.request.edits_go_through.clear()
    process = telegram.application.process_update
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        group.create_task(process(telegram.tap(first.button("✅"))))
        while not telegram.keyboards:  # noqa: ASYNC110  # the request only records
            await asyncio.sleep(0.01)
        group.create_task(process(telegram.message("/sentiment good", edits=5)))
        await asyncio.sleep(0.1)  # it waits for its turn
        group.create_task(process(telegram.tap(first.button("✅"), user=KOREAN, chat=ENGLISH)))
        while len(telegram.toasts) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        telegram.request.edits_go_through.set()
    assert telegram.answers[-1].button("✅ Right · 2") == first.button("✅")


async def test_a_file_gives_way_to_the_words_that_an_edit_asks_for(
    telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    await telegram.application.process_update(telegram.message("/mydata", message_id=5))
    words = await telegram.says("/help", edits=5)
    assert (words.method, words.text) == ("sendMessage", TEXTS["en"].help.format(at=""))
    assert [call.data["message_id"] for call in telegram.deletions] == [1001]
    assert (await telegram.says("/language", edits=5)).data["message_id"] == 1002
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_file_takes_the_place_of_the_answer_to_an_edited_command(telegram: Telegram) -> None:
    await telegram.says("/help", message_id=5)
    for gone in (1001, 1002):
        await telegram.application.process_update(telegram.message("/mydata", edits=5))
        assert telegram.deletions[-1].data["message_id"] == gone
    assert len([call for call in telegram.request.calls if call.method == "sendDocument"]) == 2
    assert (await telegram.says("/help", edits=5)).method == "sendMessage"
    assert telegram.deletions[-1].data["message_id"] == 1003


async def test_a_file_that_is_too_old_to_be_taken_away_stays(
    telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    await telegram.application.process_update(telegram.message("/mydata", message_id=5))
    telegram.request.refuse("deleteMessage", 400, "Bad Request: message can't be deleted")
    assert (await telegram.says("/help", edits=5)).method == "sendMessage"
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
