"""A trained model comes into service in the chat, outlives a kill, and waits for files that are gone."""

from __future__ import annotations

import asyncio
import shutil
import signal
from pathlib import Path

import pytest

from handlers.replies.texts import EN
from storage.store import Store
from tests.e2e.processes import FIRST_ANSWER, TOKEN, bot_program, eventually
from tests.e2e.sim import Sim
from tests.trained import trained

pytestmark = pytest.mark.timeout(300)  # every bot imports torch anew
NAME = "sentiment-0001"


async def test_a_model_is_promoted_in_the_chat_and_another_answers_while_its_folder_is_gone(
    sim: Sim, api_url: str, catalog: Path, tmp_path: Path
) -> None:
    admin = sim.private(language="en")
    number = str(await admin.user_id())
    settings = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api_url,
        "ADMIN_IDS": number,
        "ADMIN_CHAT_ID": number,
        "PSEUDONYM_KEY": "pepper",
    }
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/var/kobert-bot.db", pepper=b"pepper")
    made = await trained(store, tmp_path / "models", NAME, 2.0)

    async def model_of(text: str) -> str:
        await admin.says(f"/sentiment {text}")
        return (await admin.next_bot_message(FIRST_ANSWER)).text.splitlines()[-1]

    async def shows(words: str) -> bool:
        return words in (await admin.look(panel)).text

    trained_one = EN.by_model.format(model=f"{NAME} ({made.version[:6]})")
    with bot_program(tmp_path, catalog, **settings) as bot:
        await asyncio.to_thread(bot.line_with, "is running")
        await admin.agrees()
        own = await model_of("좋다")
        assert own.startswith(EN.by_model.format(model="builtin ("))
        await admin.says("/models")
        panel = await admin.next_bot_message()
        await admin.taps(panel, EN.models.promote_button.format(task="Sentiment", name=NAME))
        await eventually(lambda: shows(f"shall {NAME} answer in place of"))
        await admin.taps(panel, EN.models.yes_button)
        await eventually(lambda: shows(f"✅ Sentiment: from now on {NAME} answers."))
        assert await model_of("나쁘다") == trained_one
        bot.stop(signal.SIGKILL)
    with bot_program(tmp_path, catalog, **settings) as bot:
        await asyncio.to_thread(bot.line_with, "is running")
        assert await model_of("학교") == trained_one
        assert await asyncio.to_thread(bot.stop) == 0
    shutil.rmtree(made.path)
    with bot_program(tmp_path, catalog, **settings) as bot:
        await asyncio.to_thread(bot.line_with, "is running")
        told = await admin.next_bot_message()
        assert told.text.startswith(f"⚠️ Sentiment: {NAME} cannot answer on ")
        assert told.text.endswith(f"there is no folder {made.path}")
        assert await model_of("친구") == own
        assert await asyncio.to_thread(bot.stop) == 0
        assert "Traceback" not in bot.log.read_text()
    assert (await store.checkpoints.standing("sentiment")).champion == made
    await store.close()
