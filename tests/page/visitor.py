"""Somebody at the page: what they see and do, so that tests read as their story."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

PATIENCE_MS = 30_000
GRAVE = {"serious", "critical"}

expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True, slots=True)
class Look:
    """How the page is seen.

    Attributes:
        name: Of the test.
        width: Of the window, in CSS pixels; 390 is a phone without a mouse.
        height: Of the window.
        language: ``ko`` or ``en``, the browser's.
        theme: ``light`` or ``dark``, the system's.
    """

    name: str
    width: int
    height: int
    language: str
    theme: str

    @property
    def is_phone(self) -> bool:
        return self.width < 720


PHONE_DARK = Look("phone-ko-dark", 390, 844, "ko", "dark")
PHONE_LIGHT = Look("phone-en-light", 390, 844, "en", "light")
DESKTOP_LIGHT = Look("desktop-ko-light", 1280, 800, "ko", "light")
DESKTOP_DARK = Look("desktop-en-dark", 1280, 800, "en", "dark")
LOOKS = (PHONE_DARK, PHONE_LIGHT, DESKTOP_LIGHT, DESKTOP_DARK)


class Visitor:
    """A browser window at the page.

    Args:
        page: The window.
        url: Where the server is.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda line: self.complaints.append(line.text) if line.type in {"error", "warning"} else None,
        )

    @classmethod
    async def arrive(cls, browser: Browser, url: str, look: Look) -> Visitor:
        """Open the page in a browser that has never been there."""
        context = await browser.new_context(
            viewport={"width": look.width, "height": look.height},
            locale={"ko": "ko-KR", "en": "en-US"}[look.language],
            color_scheme="dark" if look.theme == "dark" else "light",
            reduced_motion="reduce",
            has_touch=look.is_phone,
            is_mobile=look.is_phone,
        )
        visitor = cls(await context.new_page(), url)
        await visitor.page.goto(url)
        await expect(visitor.page.locator(f"html[lang={look.language}]")).to_be_attached()
        await expect(visitor.chats.nth(1)).to_be_visible()
        return visitor

    @property
    def chats(self) -> Locator:
        return self.page.locator(".chat")

    @property
    def field(self) -> Locator:
        return self.page.locator("#text")

    @property
    def messages(self) -> Locator:
        return self.page.locator(".message")

    @property
    def answers(self) -> Locator:
        """What others wrote, the bot's answers among them."""
        return self.page.locator(".message.theirs")

    @property
    def options(self) -> Locator:
        """Of the menu over the text field."""
        return self.page.locator("#menu:not([hidden]) [role=option]")

    @property
    def toast(self) -> Locator:
        return self.page.locator("#toast.shown")

    async def opens(self, chat: int) -> None:
        """Open the first (private) or second (group) chat."""
        await self.chats.nth(chat).click()
        await expect(self.field).to_be_focused()

    async def opens_again(self, chat: int) -> None:
        """Open another chat, on a phone by way of the list."""
        if await self.page.locator("#back").is_visible():
            await self.page.click("#back")
        await self.opens(chat)

    async def sends(self, text: str) -> None:
        """Send a text."""
        await self.field.fill(text)
        await self.field.press("Enter")

    async def says(self, text: str) -> Locator:
        """Send a text, and give the answer once it is there."""
        before = await self.answers.count()
        await self.sends(text)
        await expect(self.answers).to_have_count(before + 1)
        return self.answers.nth(before)

    async def agrees(self, answer: Locator) -> None:
        """Agree, under a first answer, that it is kept."""
        async with self.page.expect_response(re.compile("/tap$")):  # an earlier toast may still be shown
            await answer.locator(".key").first.click()
        await expect(self.toast).to_be_visible()

    async def switches_to(self, member: int) -> None:
        """Speak as another member of the group, counted from 1."""
        await self.page.locator("#members").get_by_role("radio").nth(member - 1).check()

    async def selects(self, message: Locator, words: str) -> None:
        """Select the last such part of a message, as with the mouse."""
        found = await message.locator(".text").evaluate(
            """(body, words) => {
                const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
                for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                    const at = node.data.lastIndexOf(words);
                    if (at < 0) continue;
                    document.getSelection().setBaseAndExtent(node, at, node, at + words.length);
                    return true;
                }
                return false;
            }""",
            words,
        )
        assert found, words
        await expect(message).to_have_class(re.compile(r"\bquoting\b"))  # the page hears of it a moment later

    async def grave_findings(self) -> list[str]:
        """What axe-core finds that shuts people out: serious and critical, wherever it is on the page."""
        found = await Axe().run(self.page)
        violations: Sequence[dict[str, object]] = found.response["violations"]
        return [str(found.generate_report(str(one["id"]))) for one in violations if one["impact"] in GRAVE]

    async def overflows(self) -> bool:
        """Tell whether the page, or the messages, can be scrolled sideways."""
        return bool(
            await self.page.evaluate(
                """() => [document.documentElement, document.getElementById("log")]
                    .some((one) => one.scrollWidth > one.clientWidth)"""
            )
        )

    async def leaves(self) -> None:
        await self.page.context.close()
