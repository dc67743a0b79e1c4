from __future__ import annotations

import pytest

from handlers.replies.texts import EN, KO, language_for
from storage.store import Store
from tests.handlers.offline import ENGLISH, GROUP, KOREAN, Telegram


async def test_a_chosen_language_outlives_telegrams(telegram: Telegram, store: Store) -> None:
    question = await telegram.says("/language")
    assert question.text == EN.language_question
    toast = await telegram.taps(question.button("한국어"))
    assert toast.text == KO.language_set_toast
    assert telegram.answers[-1].method == "editMessageText"
    assert telegram.answers[-1].text == KO.language_set
    assert await store.language(ENGLISH) == "ko"
    assert "긍정" in (await telegram.says("/sentiment good")).text


@pytest.mark.parametrize(
    "command", ["/mask ___", "/nli a | b", "/sentiment good", "/tokens a", "/help", "/settings"]
)
async def test_a_command_looks_the_language_up_once(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    asked: list[int] = []

    async def language(_: Store, user_id: int) -> str | None:
        asked.append(user_id)
        return None

    monkeypatch.setattr(Store, "language", language)
    await telegram.says(command)
    assert asked == [ENGLISH]


async def test_a_korean_may_choose_english(telegram: Telegram) -> None:
    question = await telegram.says("/language", user=KOREAN)
    await telegram.taps(question.button("English"), user=KOREAN)
    assert "Positive" in (await telegram.says("/sentiment good", user=KOREAN)).text


async def test_in_a_group_everyone_chooses_for_themselves(telegram: Telegram) -> None:
    question = await telegram.says("/language", chat=GROUP)
    await telegram.taps(question.button("한국어"), user=KOREAN, chat=GROUP)
    assert len(telegram.answers) == 1  # the question stays for the others
    assert "Positive" in (await telegram.says("/sentiment good", chat=GROUP)).text


async def test_a_post_in_the_name_of_a_channel_is_answered(telegram: Telegram) -> None:
    channel = {"id": -100_5, "type": "channel", "title": "Channel"}
    fake = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
    answer = await telegram.says("/sentiment good", chat=GROUP, extra={"sender_chat": channel, "from": fake})
    assert "Positive" in answer.text


@pytest.mark.parametrize(
    ("code", "language"),
    [("ko", "ko"), ("ko-KR", "ko"), ("KO", "ko"), ("en", "en"), ("kok", "en"), (None, "en")],
)
def test_every_code_but_korean_means_english(code: str | None, language: str) -> None:
    assert language_for(code) == language
