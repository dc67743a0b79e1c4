from __future__ import annotations

import asyncio

import pytest

from handlers import waiting
from handlers.replies.texts import EN, KO, Texts
from models.downloads import DownloadProgress
from tests.handlers.offline import ENGLISH, KOREAN, FakeModel, Telegram


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_TOLD_EVERY", 0.05)


def progress(done: int) -> DownloadProgress:
    return DownloadProgress("klue/bert-base", "model.safetensors", done * 1_000_000, 400_000_000)


async def test_shows_typing_only_while_it_takes_long(telegram: Telegram, model: FakeModel) -> None:
    model.delay = 0.05
    await telegram.says("/sentiment good")
    assert "sendChatAction" not in [call.method for call in telegram.request.calls]
    model.delay = 1.0
    await telegram.says("/sentiment good")
    assert [call.method for call in telegram.request.calls[-2:]] == ["sendChatAction", "sendMessage"]


async def test_a_refused_typing_does_not_matter(telegram: Telegram, model: FakeModel) -> None:
    model.delay = 1.0
    telegram.request.refuse("sendChatAction", 400, "Bad Request: no rights")
    assert "Positive" in (await telegram.says("/sentiment good")).text


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_a_download_is_told_in_one_message_that_becomes_the_answer(
    telegram: Telegram, model: FakeModel, user: int, texts: Texts
) -> None:
    model.gate.clear()
    model.download = progress(100)
    asked = asyncio.get_running_loop().create_task(telegram.says("/sentiment good", user=user))
    while not telegram.answers:  # noqa: ASYNC110  # the request only records
        await asyncio.sleep(0.01)
    model.download = progress(300)
    while telegram.answers[-1].text == telegram.answers[0].text:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    model.gate.set()
    await asked
    first, *edits, answer = telegram.answers
    assert first.method == "sendMessage"
    assert first.text == texts.downloading.format(percent="25%", size="400 MB")
    assert {edit.text for edit in edits} >= {texts.downloading.format(percent="75%", size="400 MB")}
    assert {each.method for each in (*edits, answer)} == {"editMessageText"}
    assert texts.labels["sentiment"]["positive"] in answer.text
    assert answer.buttons


async def test_an_answer_comes_though_what_is_told_of_the_download_is_refused(
    telegram: Telegram, model: FakeModel
) -> None:
    model.delay, model.download = 0.3, progress(100)
    telegram.request.refuse("sendMessage", 403, "Forbidden: bot was blocked by the user")
    assert "Positive" in (await telegram.says("/sentiment good")).text


async def test_nothing_is_told_where_nothing_is_downloaded(telegram: Telegram, model: FakeModel) -> None:
    model.delay = 0.3
    await telegram.says("/sentiment good")
    assert len(telegram.answers) == 1
