from __future__ import annotations

import asyncio
from contextlib import ExitStack

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
        with ExitStack() as held:
            fill(held, limits, [(1, chat) for chat in range(PER_USER)])
            for expected in (Place.TELL, Place.NONE, Place.NONE):
                with limits.place(1, 0) as place:
                    assert place is expected
            with limits.place(4, 0) as other:
                assert other is Place.GIVEN
    assert not limits._taken
    assert not limits._told


def test_who_was_not_told_is_told() -> None:
    """A refusal that was said for the chat says nothing to somebody who is then refused elsewhere."""
    limits = Limits()
    with ExitStack() as held:
        fill(held, limits, [(person, 2) for person in range(100, 100 + PER_CHAT)])
        with limits.place(99, 2) as place:
            assert place is Place.TELL
        fill(held, limits, [(1, chat) for chat in range(10, 10 + PER_USER)])
        with limits.place(1, 2) as place:  # the chat knows
            assert place is Place.NONE
        with limits.place(1, 1) as place:  # in private the same person does not
            assert place is Place.TELL


def test_once_there_was_room_again_the_next_refusal_is_told() -> None:
    limits = Limits()
    with ExitStack() as held:
        fill(held, limits, [(1, 2)] * (PER_USER - 1))
        for _ in range(2):
            with limits.place(1, 2), limits.place(1, 2) as place:
                assert place is Place.TELL


def test_a_place_past_the_limit_counts() -> None:
    limits = Limits()
    with ExitStack() as held:
        fill(held, limits, [(1, 2)] * PER_USER)
        with ExitStack() as more:
            assert more.enter_context(limits.place(1, 2, always=True)) is Place.GIVEN
            held.close()
            fill(more, limits, [(1, 2)] * (PER_USER - 1))
            with limits.place(1, 2) as place:
                assert place is Place.TELL


@pytest.mark.parametrize("user", [None, 1])
def test_who_speaks_for_a_chat_has_its_share_alone(user: int | None) -> None:
    limits = Limits()
    with ExitStack() as held:
        fill(held, limits, [(user, 2)] * PER_USER)
        with limits.place(user, 2) as next_one:
            assert next_one is (Place.GIVEN if user is None else Place.TELL)


def fill(held: ExitStack, limits: Limits, places: list[tuple[int | None, int]]) -> None:
    """Take places until ``held`` is closed."""
    assert {held.enter_context(limits.place(*place)) for place in places} == {Place.GIVEN}


async def test_a_backlog_is_answered(telegram: Telegram) -> None:
    updates = [telegram.message("/sentiment good") for _ in range(10)]
    await asyncio.gather(*(telegram.application.process_update(update) for update in updates))
    assert [answer.text for answer in telegram.answers if answer.text == EN.one_moment] == []
    assert len(telegram.answers) == len(updates)


async def test_an_edit_past_the_limit_never_overwrites_an_answer(
    telegram: Telegram, model: FakeModel
) -> None:
    process = telegram.application.process_update
    await telegram.says("/sentiment good", message_id=500, chat=GROUP)
    model.gate.clear()
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        for _ in range(PER_USER):
            group.create_task(process(telegram.message("/sentiment good", chat=GROUP)))
        while len(model.asked) < 1 + PER_USER:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        group.create_task(process(telegram.message("/nli one | two", edits=500, chat=GROUP)))  # answered
        group.create_task(process(telegram.message("/nli one | two", edits=2, chat=GROUP)))  # in flight
        group.create_task(process(telegram.message("/nli one | two", edits=600, chat=GROUP)))  # never seen
        while telegram.answers[-1].text != EN.one_moment:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        model.gate.set()
    edits = [answer for answer in telegram.answers if answer.method == "editMessageText"]
    assert len(edits) == 2
    assert all("False (contradiction)" in edit.text for edit in edits)
    assert [answer.method for answer in telegram.answers if answer.text == EN.one_moment] == ["sendMessage"]
