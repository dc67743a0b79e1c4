"""The pictures of the documentation, taken of the running bot: ``make pictures``.

They are the built-in model's real answers, seen in the machine's Chromium, with few colours to stay small.
The bot runs in a temporary folder, without anybody's own settings.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from handlers.replies.texts import LANGUAGES, TEXTS, Language
from tests.e2e.processes import Program
from tests.page.conftest import NAMES
from tests.page.cropping import crop, forget, whole
from tests.page.operators import SETTINGS, operating, weeks_of_votes
from tests.page.visitor import Look, Visitor

WAIT_MS = 60_000  # the first answer waits for the model

MASK: Mapping[Language, str] = {"ko": "축구는 정말 재미있는 ___다.", "en": "I went to ___ this morning."}
PRAISE: Mapping[Language, str] = {"ko": "이 영화 개꿀잼 ㅋㅋㅋ", "en": "What a wonderful film!"}
PREMISE: Mapping[Language, str] = {
    "ko": "아이가 공원에서 뛰고 있다. | 아이가 밖에 있다.",
    "en": "A child is running in the park. | A child is outside.",
}
FOLLOWS: Mapping[Language, str] = {
    "ko": "배가 고프다. | 그래서 밥을 먹었다.",
    "en": "I was hungry. | So I made a sandwich.",
}
SOMEBODYS: Mapping[Language, str] = {
    "ko": "배우들 연기가 아까운 영화였다",
    "en": "The actors deserved a better film.",
}
PIECES: Mapping[Language, str] = {
    "ko": "아 더빙.. 진짜 짜증나네요 목소리",
    "en": "Nice to meet you!",
}


async def agrees_first(visitor: Visitor, language: Language) -> None:
    """Agree to be remembered, so that the pictures show votes."""
    answer = await visitor.says("/privacy")
    await visitor.agrees(answer)
    await expect(answer).to_contain_text(TEXTS[language].privacy_agreed.split("{date}")[0])
    await forget(visitor)


async def commands(browser: Browser, url: str, language: Language) -> None:
    """One picture per command."""
    visitor = await Visitor.arrive(browser, url, Look("tall", 520, 1500, language, "light"))
    await visitor.opens(0)
    visitor.page.set_default_timeout(WAIT_MS)
    told = {
        "start": "/start",
        "help": "/help",
        "language": "/language",
        "privacy": "/privacy",
        "mydata": "/mydata",
        "forgetme": "/forgetme",
        "mask": f"/mask {MASK[language]}",
        "nsp": f"/nsp {FOLLOWS[language]}",
        "sentiment": f"/sentiment {PRAISE[language]}",
        "nli": f"/nli {PREMISE[language]}",
        "tokens": f"/tokens {PIECES[language]}",
        "unknown": "/nsp",
    }
    await agrees_first(visitor, language)
    for name, text in told.items():
        answer = await visitor.says(text)
        if name == "sentiment":
            await answer.locator(".key").first.click()
            await expect(answer.locator(".key").last).to_have_text(TEXTS[language].undo_button)
        await crop(visitor, f"{name}.{language}")
        await forget(visitor)
    await visitor.says(PRAISE[language])
    await crop(visitor, f"offer.{language}")
    await forget(visitor)
    await visitor.opens_again(1)
    await visitor.says("/settings@kobert_bot")
    await crop(visitor, f"settings.{language}")
    await labelling(visitor, language)
    await visitor.page.request.post(f"{url}/sim/reset")
    await visitor.leaves()


async def labelling(visitor: Visitor, language: Language) -> None:
    """A text that another member asked about, without the answer; and what came of labelling it."""
    await forget(visitor)
    await visitor.switches_to(2)
    await visitor.agrees(await visitor.says("/privacy@kobert_bot"))
    await visitor.says(f"/sentiment@kobert_bot {SOMEBODYS[language]}")
    await forget(visitor)
    await visitor.opens_again(0)
    item = await visitor.says("/label")
    await expect(item).to_contain_text(SOMEBODYS[language])
    await crop(visitor, f"label.{language}")
    await item.get_by_role("button", name=TEXTS[language].labels["sentiment"]["negative"]).click()
    await expect(item).to_contain_text("/mystats")
    await forget(visitor)
    await visitor.says("/mystats")
    await crop(visitor, f"mystats.{language}")


async def pages(browser: Browser, url: str, language: Language) -> None:
    """The page itself: a private chat, a group, a phone."""
    desk = await Visitor.arrive(browser, url, Look("desk", 1080, 1000, language, "light"))
    await desk.opens(0)
    await agrees_first(desk, language)
    blank = await desk.says(f"/mask {MASK[language]}")
    await blank.locator(".key").first.click()
    await expect(blank.locator(".key").last).to_have_text(TEXTS[language].undo_button)
    await desk.says(f"/sentiment {PRAISE[language]}")
    await whole(desk, f"private.{language}")
    await desk.leaves()

    phone = await Visitor.arrive(browser, url, Look("phone", 390, 780, language, "light"))
    await phone.opens(0)
    await whole(phone, f"phone.{language}")
    await forget(phone)
    await phone.leaves()

    group = await Visitor.arrive(browser, url, Look("group", 1080, 720, language, "dark"))
    await group.opens(1)
    await group.switches_to(2)
    await group.sends(PRAISE[language])
    await group.switches_to(1)
    said = group.messages.first
    await said.hover()
    await said.locator(".reply").click()
    answer = await group.says("/sentiment@kobert_bot")
    await answer.locator(".key").first.click()
    await expect(group.toast).to_be_visible()
    await expect(answer.locator(".key").last).to_have_text(TEXTS[language].undo_button)
    await whole(group, f"group.{language}")
    await forget(group)
    await group.leaves()


Tour = Callable[[Browser, str, Language], Awaitable[None]]


async def take(url: str, language: Language, *tours: Tour) -> None:
    path = next(filter(None, map(shutil.which, NAMES)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path)
        for tour in tours:
            await tour(browser, url, language)
        await browser.close()


def visit(folder: Path, language: Language, *tours: Tour, **settings: str) -> None:
    """Start the bot, take the pictures, stop it."""
    with Program("bot", "run", folder=folder, PLAYGROUND_PORT="0", DEVICE="cpu", **settings) as bot:
        url = bot.line_with("in your browser").split()[1]
        asyncio.run(take(url, language, *tours))
        bot.stop()


def main() -> None:
    """Take all pictures: of a bot that is new, and of one that people have taught for two weeks."""
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory() as new, tempfile.TemporaryDirectory() as taught:
            visit(Path(new), language, commands, pages)
            asyncio.run(weeks_of_votes(Path(taught)))
            visit(Path(taught), language, operating, **SETTINGS)


if __name__ == "__main__":
    main()
