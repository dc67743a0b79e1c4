from __future__ import annotations

import asyncio

import pytest

from handlers.replies.texts import TEXTS
from tests.handlers.offline import FakeModel, Telegram


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
    assert caplog.records == []


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


async def test_an_update_that_comes_twice_is_answered_once(telegram: Telegram) -> None:
    update = telegram.message("/sentiment good")
    await telegram.application.process_update(update)
    await telegram.application.process_update(update)
    assert [answer.method for answer in telegram.answers] == ["sendMessage", "editMessageText"]
