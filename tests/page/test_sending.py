"""What is sent leaves the field at once; whatever is begun while it is underway stays."""

from __future__ import annotations

import asyncio
import json

import pytest
from playwright.async_api import Route, expect

from tests.page.conftest import Visit
from tests.page.visitor import DESKTOP_DARK, DESKTOP_LIGHT, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSAL = {"ok": False, "error_code": 400, "description": "Bad Request: refused by the test"}


class Sluggish:
    """A way to the server that lets messages pass only when it is told to, or refuses them.

    Args:
        visitor: Whose page it is.
    """

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._gate = asyncio.Event()
        self.refuses: set[str] = set()
        self.seen: list[str] = []

    async def begin(self) -> None:
        await self._visitor.page.route("**/sim/chats/*/messages", self._pass)

    def let_pass(self) -> None:
        self._gate.set()

    async def _pass(self, route: Route) -> None:
        body = route.request.post_data_buffer or b""
        text = body.decode(errors="replace").split('name="text"')[1].split("\r\n")[2]
        self.seen.append(text)
        await self._gate.wait()
        if text in self.refuses:
            await route.fulfill(status=400, body=json.dumps(REFUSAL), content_type="application/json")
        else:
            await route.continue_()

    def forgive(self) -> None:
        """Let the browser have reported the refusals: one line for each."""
        assert len(self._visitor.complaints) == len(self.refuses)
        self._visitor.complaints.clear()


async def sluggish(visitor: Visitor, *refuses: str) -> Sluggish:
    way = Sluggish(visitor)
    way.refuses.update(refuses)
    await way.begin()
    return way


async def test_what_is_begun_while_a_message_is_underway_stays(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(1)
    await visitor.sends("good, not good, so good")
    said = visitor.messages.first
    await expect(said).to_be_visible()
    way = await sluggish(visitor)

    await visitor.sends("underway")
    await expect(visitor.field).to_have_value("")
    await visitor.selects(said, "good")
    await said.locator(".reply").click()
    await visitor.page.keyboard.type("what I write now")
    await visitor.selects(said, "not good")
    async with visitor.page.expect_response("**/messages") as sent:
        way.let_pass()
    await (await sent.value).finished()
    await visitor.page.evaluate("fetch('/sim/state')")  # the page has heard before this that it was sent
    await expect(visitor.messages).to_have_count(2)
    await expect(visitor.field).to_have_value("what I write now")
    await expect(visitor.page.locator("#context-text")).to_have_text("good")
    assert await visitor.page.evaluate("document.getSelection().toString()") == "not good"


async def test_a_second_enter_is_not_dropped_and_does_not_overtake(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(1)
    way = await sluggish(visitor)
    for text in ("one", "two", "three"):
        await visitor.sends(text)
    way.let_pass()
    await expect(visitor.messages).to_have_count(3)
    assert await visitor.page.locator(".own .text").all_inner_texts() == ["one", "two", "three"]
    assert way.seen == ["one", "two", "three"]


async def test_what_is_refused_comes_back_above_what_was_typed_meanwhile(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(1)
    way = await sluggish(visitor, "first", "second")
    await visitor.sends("first")
    await visitor.sends("second")
    await visitor.page.keyboard.type("third")
    way.let_pass()
    await expect(visitor.toast).to_contain_text("refused by the test")
    await expect(visitor.field).to_have_value("first\nsecond\nthird")
    way.forgive()


async def test_what_is_refused_comes_back_to_the_chat_it_was_written_in(visit: Visit, picture: bytes) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.opens(1)
    await visitor.sends("답할 글")
    await visitor.messages.first.hover()
    await visitor.messages.first.locator(".reply").click()
    await visitor.page.set_input_files("#file", {"name": "p.png", "mimeType": "image/png", "buffer": picture})
    way = await sluggish(visitor, "거절될 글")
    await visitor.sends("거절될 글")
    await expect(visitor.page.locator("#context")).to_be_hidden()
    await visitor.opens(0)
    await visitor.page.keyboard.type("여기 쓴 글")
    way.let_pass()
    await expect(visitor.toast).to_contain_text("refused by the test")
    await expect(visitor.field).to_have_value("여기 쓴 글")
    await expect(visitor.page.locator("#context")).to_be_hidden()

    await visitor.opens(1)
    await expect(visitor.field).to_have_value("거절될 글")
    await expect(visitor.page.locator("#context-name")).to_have_text("회원 1에게 답장 · 사진")
    await visitor.opens(0)
    await expect(visitor.field).to_have_value("여기 쓴 글")
    way.forgive()


async def test_what_cannot_be_joined_waits_until_there_is_place(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(1)
    await visitor.sends("original")
    await expect(visitor.messages).to_have_count(1)
    way = await sluggish(visitor, "refused")
    await visitor.sends("refused")
    await visitor.field.press("ArrowUp")
    await expect(visitor.field).to_have_value("original")
    way.let_pass()
    await expect(visitor.toast).to_contain_text("refused by the test")
    await expect(visitor.field).to_have_value("original")
    await visitor.sends("edited")
    await expect(visitor.page.locator(".own .text")).to_have_text("edited")
    await expect(visitor.field).to_have_value("refused")
    way.forgive()


async def test_an_edit_keeps_what_was_begun(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(1)
    await visitor.sends("original")
    await visitor.field.fill("begun")
    await visitor.page.keyboard.press("Control+ArrowUp")
    await visitor.page.keyboard.press("e")
    await expect(visitor.field).to_have_value("original")
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.field).to_have_value("begun")


async def test_who_speaks_may_change_while_an_answer_with_a_picture_is_begun(
    visit: Visit, picture: bytes
) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(1)
    await visitor.sends("original")
    await visitor.messages.first.hover()
    await visitor.messages.first.locator(".reply").click()
    await visitor.page.set_input_files("#file", {"name": "p.png", "mimeType": "image/png", "buffer": picture})
    await visitor.field.fill("words")
    await visitor.switches_to(2)
    await expect(visitor.page.locator("#context-name")).to_have_text("Reply to Member 1 · Photo")
    await expect(visitor.field).to_have_value("words")
