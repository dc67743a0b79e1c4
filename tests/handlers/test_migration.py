from __future__ import annotations

import asyncio
import logging

import pytest

from handlers.access import Access, Lists
from handlers.quota import Bounds, Quotas
from handlers.replies.texts import EN, KO
from storage.store import GroupSettings, StorageError, Store, Voters
from tests.handlers.conftest import ADMIN
from tests.handlers.offline import ENGLISH, KOREAN, FakeModel, Telegram

OLD, NEW = -501, -1000000000501
SET = GroupSettings("ko", "klue", Voters.ADMINS, 60)


@pytest.fixture
def lists() -> Lists:
    return Lists()


@pytest.fixture
def access(lists: Lists) -> Access:
    return Access(lists)


@pytest.fixture
def quotas() -> Quotas:
    return Quotas(Bounds(chat_quota=2))


async def hears(telegram: Telegram, *told: str) -> None:
    """Let the bot hear of the move: ``to`` in the old chat, ``from`` in the new one; all of it at once."""
    updates = {
        "to": telegram.message("", user=ENGLISH, chat=OLD, extra={"migrate_to_chat_id": NEW}),
        "from": telegram.message("", user=ENGLISH, chat=NEW, extra={"migrate_from_chat_id": OLD}),
    }
    await asyncio.gather(*(telegram.application.process_update(updates[one]) for one in told))


@pytest.mark.parametrize(
    "told", [("to", "from"), ("from", "to"), ("to",), ("from",), ("to", "to", "from", "from", "to")]
)
async def test_everything_follows_a_group_whatever_it_hears_of_the_move(
    telegram: Telegram, store: Store, model: FakeModel, told: tuple[str, ...]
) -> None:
    before = await telegram.says("/sentiment good", chat=OLD)
    await store.change_group_settings(OLD, lambda _: SET)
    await hears(telegram, *told)
    assert len(telegram.answers) == 1  # without a word
    assert await store.group_settings(NEW) == SET

    telegram.request.admins = {KOREAN}
    assert (await telegram.taps(before.button("✅"), chat=NEW)).text == EN.only_admins_vote_toast
    closed = "Bad Request: group chat was upgraded to a supergroup chat"
    telegram.request.refuse("getChatMember", 400, closed, migrate_to_chat_id=NEW)
    toast = await telegram.taps(before.button("✅"), user=KOREAN, chat=OLD)  # a button left in the old chat
    assert toast.text == KO.counted_toast.format(label="긍정")
    assert await said(telegram, NEW, user=55) == [
        KO.chat_cooldown.format(wait="1분")
    ]  # the last was just now
    await store.change_group_settings(NEW, lambda _: GroupSettings("ko", "klue"))
    answer = await telegram.says("/sentiment good", chat=NEW, user=55)
    assert "긍정" in answer.text
    assert model.asked[-1] == ("sentiment", "good", "klue")
    assert await said(telegram, NEW, user=66) == [KO.chat_quota.format(count=2, wait="24시간")]


async def said(telegram: Telegram, chat: int, user: int) -> list[str]:
    before = len(telegram.answers)
    await telegram.application.process_update(telegram.message("/sentiment good", chat=chat, user=user))
    return [answer.text for answer in telegram.answers[before:]]


async def test_a_group_that_moved_is_not_greeted_anew(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.greeting._PATIENCE_S", 0.0)
    await hears(telegram, "from")
    assert await telegram.puts_the_bot("left", "member", chat=NEW) == []
    assert len(await telegram.puts_the_bot("left", "member", chat=NEW - 1)) == 1


@pytest.mark.parametrize("told", [("to",), ("from",), ("to", "from")])
async def test_nor_when_it_hears_of_the_move_a_moment_later(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch, told: tuple[str, ...]
) -> None:
    monkeypatch.setattr("handlers.greeting._PATIENCE_S", 30.0)
    joined = telegram.membership("left", "member", chat=NEW)
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(telegram.application.process_update(joined))
        await asyncio.sleep(0)  # the greeting waits by now
        group.create_task(hears(telegram, *told))
    assert telegram.answers == []


@pytest.mark.parametrize("lists", [Lists(allowed=frozenset({OLD})), Lists(blocked=frozenset({OLD}))])
async def test_the_operators_lists_hold_on_and_the_log_says_what_to_change(
    telegram: Telegram, lists: Lists, caplog: pytest.LogCaptureFixture
) -> None:
    await hears(telegram, "to", "from")
    heard = await said(telegram, NEW, user=ENGLISH)
    assert heard == [EN.blocked_toast] if lists.blocked else "Positive" in heard[0]
    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert str(OLD) in line
    assert str(NEW) in line


async def test_a_move_that_could_not_be_kept_is_told_to_the_operator_and_not_to_the_group(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise StorageError("disk full")

    monkeypatch.setattr(Store, "move_group", broken)
    await hears(telegram, "to")
    assert [answer.data["chat_id"] for answer in telegram.answers] == [ADMIN]
