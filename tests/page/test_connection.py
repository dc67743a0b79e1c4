"""The server goes away and comes back."""

from __future__ import annotations

import socket

import pytest
from playwright.async_api import Browser, expect

from bot.playground import serve
from tests.page.conftest import TOKEN
from tests.page.visitor import DESKTOP_DARK, PHONE_DARK, Look, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.mark.parametrize("look", [PHONE_DARK, DESKTOP_DARK], ids=lambda look: look.name)
async def test_a_restart_is_shown_survived_and_loses_no_words(browser: Browser, look: Look) -> None:
    port = free_port()
    banner = {"ko": "연결이 끊겼어요. 다시 연결하는 중…", "en": "The connection was lost. Trying again…"}
    async with serve(host="127.0.0.1", port=port, token=TOKEN) as url:
        visitor = await Visitor.arrive(browser, url, look)
        await visitor.opens(1)
        await visitor.sends("before")
        await expect(visitor.page.locator(".message .text")).to_have_text("before")
    await expect(visitor.page.locator("#connection")).to_have_text(banner[look.language])
    assert await visitor.grave_findings() == []
    await visitor.sends("after")
    await expect(visitor.toast).to_be_visible()
    await expect(visitor.field).to_have_value("after")

    await visitor.page.keyboard.press("Control+ArrowUp")
    await visitor.page.keyboard.press("e")
    await expect(visitor.field).to_have_value("before")
    await visitor.field.fill("half an edit")

    async with serve(host="127.0.0.1", port=port, token=TOKEN):
        await expect(visitor.page.locator("#connection")).to_be_empty()
        await expect(visitor.messages).to_have_count(0)  # the server keeps nothing
        await expect(visitor.page.locator(f"html[lang={look.language}]")).to_be_attached()
        await expect(visitor.page.locator("#context")).to_be_hidden()
        await expect(visitor.field).to_have_value("half an edit")
        await visitor.field.press("Enter")
        await expect(visitor.page.locator(".message .text")).to_have_text("half an edit")
        await expect(visitor.field).to_have_value("after")
        await visitor.sends("after")
        await expect(visitor.page.locator(".message .text").last).to_have_text("after")
        await visitor.leaves()
    # The browser's own words on a server that is away.
    assert all("ERR_" in line for line in visitor.complaints)
