from __future__ import annotations

import asyncio

import pytest

from handlers.limits import PER_CHAT, PER_USER, Limits, Place
from handlers.replies.texts import EN, KO
from tests.handlers.offline import ENGLISH, GROUP, KOREAN, FakeModel, Telegram

MANY = 30


async def test_past_a_users_share_one_reply_says_so_and_the_rest_hold_no_place(
    telegram: Telegram, model: FakeModel
) -> None:
    model.gate.clear()
    process = telegram.application.process_update
    updates = [telegram.message("/sentiment good", user=KOREAN, chat=GROUP) for _ in range(MANY)]
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        tasks = [group.create_task(process(update)) for update in updates]
        while sum(task.done() for task in tasks) < MANY - PER_USER:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert [answer.text for answer in telegram.answers] == [KO.one_moment]
        model.gate.set()
    assert len(telegram.answers) == 1 + PER_USER
    assert "긍정" in (await telegram.says("/sentiment good", user=KOREAN, chat=GROUP)).text


async def test_past_a_chats_share_too_and_other_chats_are_answered(
    telegram: Telegram, model: FakeModel
) -> None:
    model.gate.clear()
    process = telegram.application.process_update
    updates = [
        telegram.message("/sentiment good", user=person, chat=GROUP) for person in range(100, 100 + MANY)
    ]
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        tasks = [group.create_task(process(update)) for update in updates]
        while sum(task.done() for task in tasks) < MANY - PER_CHAT:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert [answer.text for answer in telegram.answers] == [EN.one_moment]
        private = group.create_task(process(telegram.message("/help", user=ENGLISH)))
        while not private.done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert telegram.answers[-1].data["chat_id"] == ENGLISH
        model.gate.set()
    assert len(telegram.answers) == 2 + PER_CHAT


async def test_a_failed_command_gives_its_place_back(telegram: Telegram, model: FakeModel) -> None:
    model.error = RuntimeError("broken")
    for _ in range(PER_USER + 1):
        await telegram.says("/sentiment good")
    model.error = None
    assert "Positive" in (await telegram.says("/sentiment good")).text
    assert EN.one_moment not in [answer.text for answer in telegram.answers]


def test_each_burst_is_told_once_and_nothing_is_kept() -> None:
    limits = Limits()
    for _ in range(2):
        with limits.place(1, 2), limits.place(1, 2), limits.place(1, 3) as last:
            assert last is Place.GIVEN
            for expected in (Place.TELL, Place.NONE, Place.NONE):
                with limits.place(1, 2) as place:
                    assert place is expected
            with limits.place(4, 2) as other:
                assert other is Place.GIVEN
    assert not limits._taken
    assert not limits._told


@pytest.mark.parametrize("user", [None, 1])
def test_who_speaks_for_a_chat_has_its_share_alone(user: int | None) -> None:
    limits = Limits()
    with limits.place(user, 2), limits.place(user, 2), limits.place(user, 2), limits.place(user, 2) as fourth:
        assert fourth is (Place.GIVEN if user is None else Place.TELL)
