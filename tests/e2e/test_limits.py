"""How a bot of somebody's own treats strangers, who was blocked, and who asks much."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from handlers.replies.texts import EN, KO
from tests.e2e.processes import FIRST_ANSWER, TOKEN, bot_program, eventually
from tests.e2e.sim import Group, Person, Said, Sim

pytestmark = pytest.mark.timeout(300)


async def answered(group: Group, asker: Person) -> Said:
    """Ask until there is an answer; what a model that still loads answers takes nothing off the quota."""
    async with asyncio.timeout(FIRST_ANSWER):
        while True:
            await asker.says("/sentiment@kobert_bot 좋다")
            said = await group.next_bot_message(FIRST_ANSWER)
            if said.buttons:
                return said


async def test_an_operator_keeps_the_bot_to_a_group_and_to_so_many_questions(
    sim: Sim, api_url: str, catalog: Path, tmp_path: Path
) -> None:
    group, stranger = sim.group(members=4, language="ko"), sim.private(language="en")
    asker, admin, blocked = group.member(2), group.member(1), group.member(3)
    settings = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api_url,
        "ADMIN_IDS": str(await admin.user_id()),
        "ALLOWED_IDS": str(await group.id()),
        "BLOCKED_IDS": str(await blocked.user_id()),
        "USER_DAILY_QUOTA": "2",
    }
    with bot_program(tmp_path, catalog, **settings) as bot:
        await asyncio.to_thread(bot.line_with, "is running")

        await stranger.says("/sentiment good")
        told = await stranger.next_bot_message(FIRST_ANSWER)
        assert told.text == EN.private_toast.format(id=await stranger.id())
        await stranger.says("/help")
        await stranger.silence()

        answer = await answered(group, asker)
        await asker.taps(answer, KO.agree_button)
        answer = await answered(group, asker)
        await asker.says("/tokens@kobert_bot 좋다")
        told = await group.next_bot_message(FIRST_ANSWER)
        assert told.text.startswith(KO.user_quota.split("{wait}", maxsplit=1)[0].format(count=2))
        await asker.says("/tokens@kobert_bot 좋다")
        await group.silence(2)

        await blocked.says("/sentiment@kobert_bot 좋다")
        assert (await group.next_bot_message(FIRST_ANSWER)).text == KO.blocked_toast
        await blocked.says("/sentiment@kobert_bot 좋다")
        await group.silence(2)
        assert (await blocked.taps(answer, KO.right_button)).text == KO.blocked_toast

        for _ in range(3):
            await admin.says("/sentiment@kobert_bot 좋다")
        for _ in range(3):
            assert (await group.next_bot_message(FIRST_ANSWER)).buttons
        toast = await asker.taps(answer, KO.right_button)  # a vote is no question
        assert toast.text.startswith(KO.counted_toast.split("{label}", maxsplit=1)[0])

        there = await group.id()

        async def written() -> list[float]:
            calls = await sim.calls()
            return [
                call.at
                for call in calls
                if call.params.get("chat_id") in (there, str(there))
                and call.method.startswith(("send", "edit"))
                and call.method != "sendChatAction"
            ]

        async def is_redrawn() -> bool:
            return (await group.look(answer)).buttons[0] == (f"{KO.right_button} · 1",)

        await eventually(is_redrawn)
        times = await written()
        assert all(later - earlier > 0.9 for earlier, later in pairwise(times))
        assert "Traceback" not in bot.log.read_text()
        assert await asyncio.to_thread(bot.stop) == 0
