"""Who speaks in the name of a chat: answered, and nothing is asked of, kept of or counted to that name."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.quota import Bounds, Quotas
from handlers.replies.texts import EN, KO
from storage.store import Store
from tests.handlers.offline import (
    ANONYMOUS_ADMIN,
    BOT_NAME,
    CHANNEL,
    GROUP,
    KOREAN,
    LINKED_CHANNEL,
    FakeModel,
    Telegram,
)
from tests.traces import traces

SECRET = "아무에게도 말하지 않은 비밀"
SENDERS = pytest.mark.parametrize("sender", [ANONYMOUS_ADMIN, CHANNEL, LINKED_CHANNEL])
NAMES = (1087968824, 136817688, 777000)


@pytest.fixture
def bounds() -> Bounds:
    return Bounds()


@pytest.fixture
def quotas(bounds: Bounds) -> Quotas:
    return Quotas(bounds)


@SENDERS
@pytest.mark.parametrize(
    "command", ["/mask {} ___", "/nsp {} | b", "/sentiment {}", "/nli a | {}", "/tokens {}"]
)
async def test_every_question_is_answered_bare_and_nothing_of_it_is_kept(
    telegram: Telegram, store: Store, tmp_path: Path, sender: dict[str, object], command: str
) -> None:
    for _ in range(2):
        answer = await telegram.says(command.format(SECRET), chat=GROUP, extra=sender)
        assert KO.by_model.format(model="<i>builtin</i>") in answer.text
        assert KO.consent_question.format(at=f"@{BOT_NAME}") not in answer.text
        assert "reply_markup" not in answer.data
    assert traces(tmp_path, SECRET) == []
    for name in NAMES:
        assert await store.consent(name) is None
        assert (await store.own_data(name)).known_since is None


@SENDERS
async def test_an_edit_is_answered_in_place(telegram: Telegram, sender: dict[str, object]) -> None:
    first = await telegram.says("/sentiment good", chat=GROUP, message_id=5, extra=sender)
    edited = await telegram.says("/nsp a | b", chat=GROUP, edits=5, extra=sender)
    assert (first.method, edited.method) == ("sendMessage", "editMessageText")
    assert "It follows" in edited.text


@SENDERS
@pytest.mark.parametrize(("text", "texts"), [("/sentiment 좋다", KO), ("/sentiment good", EN), ("/help", EN)])
async def test_the_answer_is_in_the_language_they_wrote_in(
    telegram: Telegram, sender: dict[str, object], text: str, texts: object
) -> None:
    answer = await telegram.says(text, chat=GROUP, extra=sender)
    assert ("모델" in answer.text or "명령" in answer.text) is (texts is KO)


@SENDERS
async def test_what_is_between_a_person_and_the_bot_is_left_to_the_private_chat(
    telegram: Telegram, sender: dict[str, object]
) -> None:
    for command in ("mydata", "forgetme"):
        said = await telegram.says(f"/{command}", chat=GROUP, extra=sender)
        assert said.text == EN.only_in_private.format(command=command, name=BOT_NAME)


async def test_buttons_under_privacy_and_language_speak_for_whoever_taps(
    telegram: Telegram, store: Store
) -> None:
    privacy = await telegram.says("/privacy", chat=GROUP, extra=ANONYMOUS_ADMIN)
    await telegram.taps(privacy.button(EN.withdraw_button), user=KOREAN, chat=GROUP)
    language = await telegram.says("/language", chat=GROUP, extra=ANONYMOUS_ADMIN)
    await telegram.taps(language.button("English"), user=KOREAN, chat=GROUP)
    assert await store.language(KOREAN) == "en"
    consent = await store.consent(KOREAN)
    assert consent is not None
    assert not consent.in_force
    for name in NAMES:
        assert await store.language(name) is None
        assert await store.consent(name) is None


@pytest.mark.parametrize("bounds", [Bounds(user_quota=1)])
async def test_anonymous_administrators_share_no_quota_and_a_channel_has_its_own(
    telegram: Telegram, model: FakeModel
) -> None:
    for _ in range(3):
        await telegram.says("/sentiment good", chat=GROUP, extra=ANONYMOUS_ADMIN)
    other = {**CHANNEL, "sender_chat": {"id": -1006, "type": "channel", "title": "Other"}}
    for sender in (CHANNEL, LINKED_CHANNEL, other):  # the first two are one channel
        await telegram.says("/sentiment good", chat=GROUP, extra=sender)
    assert len(model.asked) == 3 + 2


@pytest.mark.parametrize("bounds", [Bounds(chat_quota=2)])
async def test_all_of_them_count_to_the_groups_quota(telegram: Telegram, model: FakeModel) -> None:
    for sender in (ANONYMOUS_ADMIN, CHANNEL, LINKED_CHANNEL):
        await telegram.says("/sentiment good", chat=GROUP, extra=sender)
    assert len(model.asked) == 2
    assert telegram.answers[-1].text == EN.chat_quota.format(count=2, wait="24 h")
