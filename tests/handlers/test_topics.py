"""What is said in a topic stays in it."""

from __future__ import annotations

import pytest

from handlers import waiting
from handlers.replies.texts import EN
from models.downloads import DownloadProgress
from storage.store import StorageError, Store
from tests.handlers.conftest import ADMIN
from tests.handlers.offline import ENGLISH, GROUP, NEWCOMER, FakeModel, Telegram

TOPIC = 77
IN_TOPIC = {"is_topic_message": True, "message_thread_id": TOPIC}
COMMANDS = [
    *("/mask I go to ___.", "/mask", "/nsp a | b", "/sentiment good", "/nli a | b", "/tokens a", "/language"),
    *("/privacy", "/mydata", "/forgetme", "/settings", "/help", "/start"),
]


def threads(telegram: Telegram) -> set[object]:
    sent = [call for call in telegram.request.calls if call.method.startswith("send")]
    return {call.data.get("message_thread_id") for call in sent if call.data["chat_id"] != ADMIN}


@pytest.mark.parametrize("said", COMMANDS)
@pytest.mark.parametrize("user", [ENGLISH, NEWCOMER])
async def test_every_answer_stays_in_the_topic(telegram: Telegram, said: str, user: int) -> None:
    telegram.request.admins = {ENGLISH}
    await telegram.says(said, user=user, chat=GROUP, extra=IN_TOPIC)
    assert threads(telegram) == {TOPIC}
    assert len(telegram.answers) == 1


async def test_an_edit_edits_the_answer_there(telegram: Telegram) -> None:
    first = await telegram.says("/sentiment good", chat=GROUP, message_id=5, extra=IN_TOPIC)
    edited = await telegram.says("/nsp a | b", chat=GROUP, edits=5, extra=IN_TOPIC)
    assert (first.method, edited.method) == ("sendMessage", "editMessageText")
    telegram.request.refuse("editMessageText", 400, "Bad Request: message to edit not found")
    assert (
        await telegram.says("/sentiment bad", chat=GROUP, edits=5, extra=IN_TOPIC)
    ).method == "sendMessage"
    assert threads(telegram) == {TOPIC}


async def test_typing_and_the_progress_of_a_download_are_seen_there(
    telegram: Telegram, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_TYPING_AFTER", 0.01)
    monkeypatch.setattr(waiting, "_TOLD_EVERY", 0.05)
    model.delay, model.download = 0.2, DownloadProgress("m", "f", 1, 2)
    await telegram.says("/sentiment good", chat=GROUP, extra=IN_TOPIC)
    assert {call.method for call in telegram.request.calls} >= {"sendChatAction", "sendMessage"}
    assert threads(telegram) == {TOPIC}


async def test_an_apology_is_made_there_also_when_the_database_fails(
    telegram: Telegram, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise StorageError("disk full")

    model.error = RuntimeError("broken")
    await telegram.says("/sentiment good", chat=GROUP, extra=IN_TOPIC)
    for method in ("group_settings", "answer_to", "language"):
        monkeypatch.setattr(Store, method, broken)
    await telegram.says("/sentiment good", chat=GROUP, extra=IN_TOPIC)
    assert [answer.text for answer in telegram.answers if answer.data["chat_id"] == GROUP] == [
        EN.unexpected
    ] * 2
    assert threads(telegram) == {TOPIC}


async def test_an_answer_to_a_reply_in_a_group_without_topics_names_none(telegram: Telegram) -> None:
    await telegram.says(
        "/sentiment good", chat=GROUP, extra={"message_thread_id": TOPIC}
    )  # a thread of replies
    assert threads(telegram) == {None}
