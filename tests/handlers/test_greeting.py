from __future__ import annotations

import asyncio
import logging

import pytest

from handlers.access import Access, Lists
from handlers.news import News
from handlers.replies.texts import EN, KO, Texts
from storage.store import GroupSettings, Store
from tests.handlers.offline import (
    ANONYMOUS_ADMIN,
    BOT_NAME,
    ENGLISH,
    GROUP,
    KOREAN,
    Telegram,
)

BLOCKED, OURS = 4, -100
RESTRICTED: dict[str, object] = {"status": "restricted", "until_date": 0, "is_member": True}
RIGHTS = """can_change_info can_invite_users can_pin_messages can_send_messages can_send_polls
    can_manage_topics can_send_other_messages can_add_web_page_previews can_send_audios can_send_documents
    can_send_photos can_send_videos can_send_video_notes can_send_voice_notes can_react_to_messages
    can_edit_tag"""
RESTRICTED |= dict.fromkeys(RIGHTS.split(), True)


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.greeting._PATIENCE_S", 0.0)


@pytest.fixture
def lists() -> Lists:
    return Lists()


@pytest.fixture
def access(lists: Lists) -> Access:
    return Access(lists)


def greeting(texts: Texts) -> str:
    return texts.greeting.format(at=f"@{BOT_NAME}")


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("left", "member"),
        ("left", "administrator"),
        ("kicked", "member"),
        ("kicked", "administrator"),
        ("left", RESTRICTED),
        (RESTRICTED | {"is_member": False}, "member"),
    ],
)
async def test_a_group_is_greeted_in_two_lines_in_the_language_of_who_brought_the_bot(
    telegram: Telegram, old: str, new: str, user: int, texts: Texts
) -> None:
    (said,) = await telegram.puts_the_bot(old, new, user=user)
    assert (said.text, said.data["chat_id"]) == (greeting(texts), GROUP)
    assert len(said.text.splitlines()) == 2


async def test_the_language_they_chose_goes_first(telegram: Telegram, store: Store) -> None:
    await store.set_language(ENGLISH, "ko")
    (said,) = await telegram.puts_the_bot("left", "member")
    assert said.text == greeting(KO)


async def test_the_groups_own_language_goes_before_both(telegram: Telegram, store: Store) -> None:
    await store.change_group_settings(GROUP, lambda _: GroupSettings(language="ko"))
    (said,) = await telegram.puts_the_bot("left", "member")
    assert said.text == greeting(KO)


@pytest.mark.parametrize(("title", "texts"), [("우리 모임", KO), ("Our group", EN)])
async def test_behind_an_anonymous_administrator_the_groups_name_tells_the_language(
    telegram: Telegram, title: str, texts: Texts
) -> None:
    extra = {"from": ANONYMOUS_ADMIN["from"], "chat": {"id": GROUP, "type": "group", "title": title}}
    (said,) = await telegram.puts_the_bot("left", "member", extra=extra)
    assert said.text == greeting(texts)


@pytest.mark.parametrize(
    "statuses",
    [
        ("member", "administrator", "member"),
        ("member", "left"),
        ("administrator", "kicked"),
        ("member", RESTRICTED, "member"),
        ("member", RESTRICTED | {"is_member": False}),
        ("left", "kicked", "left"),
    ],
)
async def test_nothing_else_that_happens_to_the_bot_is_spoken_of(
    telegram: Telegram, caplog: pytest.LogCaptureFixture, statuses: tuple[str | dict[str, object], ...]
) -> None:
    assert await telegram.puts_the_bot(*statuses) == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("statuses", [("member", "kicked", "member"), ("left", "member", "kicked")])
async def test_a_person_who_blocks_and_comes_back_hears_nothing_of_it(
    telegram: Telegram, statuses: tuple[str, ...]
) -> None:
    assert await telegram.puts_the_bot(*statuses, chat=ENGLISH) == []


async def test_a_channel_is_not_greeted(telegram: Telegram) -> None:
    channel = {"chat": {"id": -1009, "type": "channel", "title": "Channel"}}
    assert await telegram.puts_the_bot("left", "administrator", extra=channel) == []


async def test_a_greeting_is_said_once_also_to_two_updates_at_once(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = telegram.membership("left", "member")
    await asyncio.gather(*(telegram.application.process_update(change) for _ in range(2)))
    assert len(telegram.answers) == 1
    assert await telegram.puts_the_bot("member", "left", "member", "left", "member") == []
    assert len(await telegram.puts_the_bot("left", "member", chat=GROUP - 1)) == 1
    monkeypatch.setattr(News, "is_news", lambda *_: True)  # a while later
    assert len(await telegram.puts_the_bot("left", "member")) == 1


@pytest.mark.parametrize(
    ("lists", "user", "chat"),
    [
        (Lists(blocked=frozenset({BLOCKED})), BLOCKED, GROUP),
        (Lists(blocked=frozenset({GROUP})), ENGLISH, GROUP),
        (Lists(allowed=frozenset({OURS})), ENGLISH, GROUP),
    ],
)
async def test_who_is_not_answered_is_not_greeted(telegram: Telegram, user: int, chat: int) -> None:
    assert await telegram.puts_the_bot("left", "member", user=user, chat=chat) == []


@pytest.mark.parametrize(
    ("lists", "user"),
    [
        (Lists(allowed=frozenset({GROUP})), ENGLISH),
        (Lists(blocked=frozenset({GROUP}), admins=frozenset({ENGLISH})), ENGLISH),
    ],
)
async def test_who_is_answered_is_greeted(telegram: Telegram, user: int) -> None:
    assert len(await telegram.puts_the_bot("left", "member", user=user)) == 1


@pytest.mark.parametrize(
    ("code", "description"),
    [
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
    ],
)
async def test_where_the_bot_may_not_speak_it_is_in_the_group_all_the_same(
    telegram: Telegram, caplog: pytest.LogCaptureFixture, code: int, description: str
) -> None:
    telegram.request.refuse("sendMessage", code, description)
    assert len(await telegram.puts_the_bot("left", "member")) == 1
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
