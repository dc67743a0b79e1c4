"""The pictures of what those who run the bot see, once people have voted for two weeks."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, expect

from handlers.replies.texts import TEXTS, Language
from storage.agreed import ImportedText
from storage.base import utc_now
from storage.store import Store
from tests.page.cropping import crop, forget
from tests.page.visitor import Look, Visitor
from tests.trained import trained
from tests.training.feedback.voters import CHAT, PEPPER, open_store, question, texts, vote_on
from training.feedback.deciding import decide

SETTINGS = {"PSEUDONYM_KEY": PEPPER.decode(), "AGREE_MINUTES": "0"}
DAYS, PEOPLE = 14, 6
WAIT_MS = 60_000  # the agreement is counted in a process of its own


async def weeks_of_votes(folder: Path) -> None:
    """Fill the database of a bot: texts, votes on two tasks, and two models that came of them."""
    file = folder / "var" / "kobert-bot.db"
    store = await open_store(f"sqlite+aiosqlite:///{file}", people=PEOPLE)
    await vote_on(store, texts(150), voters=6)
    await vote_on(store, texts(70, "배우"), voters=2, seed=1)
    await vote_on(store, texts(25, "음악"), voters=1, seed=4)
    await _vote_on_pairs(store, 40)
    known = [ImportedText("sentiment", text, None, 0, "positive", gold=True) for text in texts(60, "장면")]
    await store.imports.add_texts(known)
    for task in ("sentiment", "nli"):
        await decide(store, task)
    first, second = "sentiment-0001", "sentiment-0002"
    await trained(store, folder / "models", first, 1.0)
    await store.checkpoints.promote(
        "sentiment", first, actor="gate", reason="it won", seen=None, preset="builtin"
    )
    await trained(store, folder / "models", second, 2.0, against=first)
    await store.close()
    _spread(file)


async def _vote_on_pairs(store: Store, number: int) -> None:
    rng = random.Random(2)
    for text in texts(number, "관객"):
        asked = question(text, "좋은 영화다", "nli")
        prediction = await store.add_prediction(asked, chat_id=CHAT, asker_id=1)
        for person in range(1, 1 + rng.randint(1, PEOPLE)):
            await store.vote(prediction, person, 0, rng.choice((0, 0, 0, 1, 2)), chat_id=CHAT)


def _spread(file: Path) -> None:
    """Let each answer have had its votes on some day of the two weeks."""
    rng = random.Random(3)
    with closing(sqlite3.connect(file)) as connection, connection:
        for (prediction,) in connection.execute("SELECT id FROM predictions").fetchall():
            day = utc_now() - timedelta(days=rng.randrange(DAYS))
            connection.execute(
                "UPDATE votes SET created_at = ? WHERE prediction_id = ?",
                (day.strftime("%Y-%m-%d %H:%M:%S.%f"), prediction),
            )


async def operating(browser: Browser, url: str, language: Language) -> None:
    """One picture per command of the person who runs the bot: the first one at the page."""
    visitor = await Visitor.arrive(browser, url, Look("tall", 520, 1500, language, "light"))
    await visitor.opens(0)
    expect.set_options(timeout=WAIT_MS)
    for name, text in (("stats", "/stats"), ("train", "/train sentiment"), ("models", "/models")):
        answer = await visitor.says(text)
        if name == "stats":
            await expect(answer.locator("img")).not_to_have_js_property("naturalWidth", 0)
        if name == "train":  # it finds out first what voters agree on
            await expect(answer).not_to_contain_text(TEXTS[language].teaching.agreeing.split("\n")[1])
        await crop(visitor, f"{name}.{language}")
        await forget(visitor)
    await visitor.leaves()
