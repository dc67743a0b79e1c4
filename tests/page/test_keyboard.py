"""The page without a mouse."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from handlers.replies.texts import EN, KO
from tests.page.conftest import Visit
from tests.page.visitor import DESKTOP_DARK, DESKTOP_LIGHT, PHONE_DARK, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOCUS_IS_SEEN = """() => {
    const here = document.activeElement;
    const outlined = (one) => one && getComputedStyle(one).outlineStyle !== "none";
    return [here, here.nextElementSibling, here.parentElement].some(outlined);
}"""


async def tab_to(visitor: Visitor, selector: str, key: str = "Tab") -> None:
    """Press Tab until the focus is there; it is always seen where it is."""
    for _ in range(40):
        await visitor.page.keyboard.press(key)
        here = await visitor.page.evaluate("document.activeElement.outerHTML")
        assert await visitor.page.evaluate(FOCUS_IS_SEEN), here
        if await visitor.page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


async def test_a_whole_story_from_the_first_tab_to_the_vote_and_back(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    keyboard = visitor.page.keyboard
    await tab_to(visitor, ".chat")
    await keyboard.press("Enter")
    await expect(visitor.field).to_be_focused()
    await tab_to(visitor, "#start", "Shift+Tab")
    await keyboard.press("Enter")
    await expect(visitor.answers.last).to_contain_text(EN.start)
    await expect(visitor.field).to_be_focused()

    await keyboard.type("/sentiment I loved it!")
    await keyboard.press("Enter")
    await expect(visitor.answers).to_have_count(2)
    await keyboard.press("Control+ArrowUp")
    await expect(visitor.answers.last).to_be_focused()
    await tab_to(visitor, ".key")
    await keyboard.press("Enter")  # agrees
    await expect(visitor.toast).to_have_text(EN.agreed_toast)
    right = visitor.answers.last.get_by_role("button", name=EN.right_button)
    await expect(right).to_be_focused()  # where the button of the consent was
    await keyboard.press("Enter")
    await expect(right).to_have_text(f"{EN.right_button} · 1")
    await expect(right).to_be_focused()
    await tab_to(visitor, ".keys:last-child .key:last-child")
    await keyboard.press("Space")
    await expect(visitor.toast).to_have_text(EN.undone_toast)
    await expect(right).to_have_text(EN.right_button)

    await keyboard.press("Escape")
    await expect(visitor.field).to_be_focused()


async def test_who_is_on_a_chat_stays_on_it_whatever_is_said_elsewhere(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(1)
    await tab_to(visitor, ".chat", "Shift+Tab")
    here = visitor.page.locator(".chat:focus")
    await expect(here).to_have_count(1)
    held = await here.get_attribute("data-id")
    state = await (await visitor.page.request.get(f"{visitor.url}/sim/state")).json()
    group = state["chats"][1]
    said = {"user_id": group["members"][0]["user_id"], "text": "hello"}
    answer = await visitor.page.request.post(f"{visitor.url}/sim/chats/{group['id']}/messages", data=said)
    assert answer.ok
    await expect(visitor.messages.last).to_contain_text("hello")
    assert held is not None
    await expect(visitor.page.locator(f'.chat[data-id="{held}"]')).to_be_focused()


async def test_the_menu_of_commands(visit: Visit) -> None:
    visitor = await visit(PHONE_DARK)
    keyboard = visitor.page.keyboard
    await visitor.opens(0)
    await keyboard.type("/")
    chosen = visitor.page.locator("[role=option][aria-selected=true]")
    await expect(visitor.options.first).to_have_text(f"/mask{KO.menu['mask']}")
    await expect(visitor.field).to_have_attribute("aria-activedescendant", "option-0")
    await keyboard.press("ArrowDown")
    await expect(chosen).to_contain_text("/nsp")
    await expect(visitor.field).to_have_attribute("aria-activedescendant", "option-1")
    await keyboard.press("ArrowUp")
    await keyboard.press("ArrowUp")
    await expect(chosen).to_have_attribute("id", f"option-{await visitor.options.count() - 1}")
    await keyboard.press("Escape")
    await expect(visitor.page.locator("#menu")).to_be_hidden()
    await expect(visitor.field).to_have_value("/")

    await keyboard.type("n")
    await expect(visitor.options).to_have_count(2)
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(visitor.field).to_have_value("/nli ")
    await expect(visitor.page.locator("#menu")).to_be_hidden()
    await visitor.field.fill("/sen")
    await keyboard.press("Tab")
    await expect(visitor.field).to_have_value("/sentiment ")
    await expect(visitor.field).to_be_focused()


async def test_a_command_that_is_typed_whole_is_sent_at_once(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.opens(0)
    await visitor.page.keyboard.type("/help")
    await expect(visitor.options).to_have_count(1)
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.locator(".own .text")).to_have_text("/help")


async def test_the_menu_of_a_group_names_the_bot(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.opens(1)
    await visitor.page.keyboard.type("/se")
    await expect(visitor.options).to_have_count(2)  # its creator has /settings too
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.field).to_have_value("/sentiment@kobert_bot ")


async def test_messages_are_walked_answered_and_edited(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    keyboard = visitor.page.keyboard
    await visitor.opens(0)
    await visitor.says("/nothing")
    await keyboard.press("Control+ArrowUp")
    await expect(visitor.messages.nth(1)).to_be_focused()
    await keyboard.press("ArrowUp")
    await expect(visitor.messages.nth(0)).to_be_focused()
    await keyboard.press("ArrowUp")
    await expect(visitor.messages.nth(0)).to_be_focused()
    await keyboard.press("r")
    await expect(visitor.field).to_be_focused()
    await expect(visitor.page.locator("#context-name")).to_have_text("회원 1에게 답장")
    await keyboard.press("Escape")
    await expect(visitor.page.locator("#context")).to_be_hidden()
    await keyboard.press("Control+ArrowUp")
    await keyboard.press("Home")
    await keyboard.press("e")
    await expect(visitor.field).to_have_value("/nothing")
    await expect(visitor.page.locator("#context-name")).to_have_text("메시지 수정")


async def test_only_one_message_is_in_the_way_of_tab(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.opens(0)
    for _ in range(3):
        await visitor.says("/help")
    reached = visitor.page.locator("#log [tabindex='0']")
    holders = "(all) => new Set(all.map((one) => one.closest('.message').dataset.id)).size"
    assert await reached.evaluate_all(holders) == 1


async def test_shift_enter_begins_a_line_and_a_syllable_is_not_sent(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.opens(0)
    await visitor.page.keyboard.type("배가 고프다.")
    await visitor.page.keyboard.press("Shift+Enter")
    await visitor.page.keyboard.type("밥을 먹자.")
    await expect(visitor.field).to_have_value("배가 고프다.\n밥을 먹자.")
    composing = 'new KeyboardEvent("keydown", {key: "Enter", isComposing: true, cancelable: true})'
    assert await visitor.field.evaluate(f"(field) => field.dispatchEvent({composing})")  # left to the browser
    await expect(visitor.messages).to_have_count(0)


async def test_a_dialog_gives_the_focus_back(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await tab_to(visitor, "#keys")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("dialog", name="키보드로 쓰기")).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.locator("#keys")).to_be_focused()
