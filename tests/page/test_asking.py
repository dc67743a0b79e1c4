"""A message that asks for a reply opens one, as in Telegram's own apps."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from handlers.replies.texts import EN, TEXTS, language_for
from tests.page.conftest import TOKEN, Visit
from tests.page.visitor import DESKTOP_DARK, DESKTOP_LIGHT, PHONE_DARK, Look, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

IN_GROUP = "/mask@kobert_bot I go to ___ ."
WORD = EN.labelling.word_button


async def asks_for_a_word(visitor: Visitor, answer: Locator, button: str = WORD) -> None:
    """Tap "another word" and see the bot's question."""
    before = await visitor.answers.count()
    await answer.get_by_role("button", name=button).click()
    await expect(visitor.answers).to_have_count(before + 1)


def begun(visitor: Visitor) -> Locator:
    """What the text field is about to reply to."""
    return visitor.page.locator("#context")


@pytest.mark.parametrize("look", [PHONE_DARK, DESKTOP_DARK], ids=lambda look: look.name)
async def test_the_word_that_is_asked_for_is_written_and_counts(visit: Visit, look: Look) -> None:
    texts = TEXTS[language_for(look.language)]
    visitor = await visit(look)
    await visitor.opens(0)
    placeholder = await visitor.field.get_attribute("placeholder")
    answer = await visitor.says("/mask I go to ___ .")
    await visitor.agrees(answer)
    await asks_for_a_word(visitor, answer, texts.labelling.word_button)
    await expect(begun(visitor)).to_contain_text("KoBERT")
    await expect(visitor.field).to_be_focused()
    await expect(visitor.field).to_have_attribute("placeholder", texts.labelling.word_placeholder_button)
    assert await visitor.grave_findings() == []
    counted = await visitor.says("beach")
    await expect(counted).to_contain_text(re.sub("<.*", "", texts.labelling.word_counted))
    await expect(counted).to_contain_text("beach")
    await expect(begun(visitor)).to_be_hidden()
    assert placeholder is not None
    await expect(visitor.field).to_have_attribute("placeholder", placeholder)


async def test_what_is_begun_stays_as_it_is(visit: Visit, picture: bytes) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(0)
    answer = await visitor.says("/mask I go to ___ .")
    await visitor.agrees(answer)
    await visitor.field.fill("begun")
    await asks_for_a_word(visitor, answer)
    await expect(begun(visitor)).to_be_hidden()
    await expect(visitor.field).to_have_value("begun")

    await visitor.field.fill("")
    other = await visitor.says("/mask You go to ___ .")
    await visitor.page.set_input_files("#file", {"name": "p.png", "mimeType": "image/png", "buffer": picture})
    await asks_for_a_word(visitor, other)
    await expect(visitor.page.locator("#context-name")).to_have_text("Photo")
    await visitor.field.press("Escape")

    third = await visitor.says("/mask We go to ___ .")
    await visitor.messages.first.hover()
    await visitor.messages.first.locator(".reply").click()
    await asks_for_a_word(visitor, third)
    await expect(visitor.page.locator("#context-name")).to_have_text("Reply to Member 1")


async def test_in_a_group_only_who_is_asked_replies(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(1)
    answer = await visitor.says(IN_GROUP)
    await visitor.agrees(answer)
    await expect(answer.get_by_role("button", name=WORD)).to_be_visible()
    page = visitor.page
    state = await (await page.request.get(f"{visitor.url}/sim/state")).json()
    group = state["chats"][1]
    first, second = (member["user_id"] for member in group["members"][:2])
    word = next(
        key["callback_data"]
        for row in group["messages"][-1]["reply_markup"]["inline_keyboard"]
        for key in row
        if key["text"] == WORD
    )
    await visitor.switches_to(2)
    tap = f"{visitor.url}/sim/chats/{group['id']}/messages/{group['messages'][-1]['message_id']}/tap"
    await page.request.post(tap, data={"user_id": first, "data": word})  # from another device
    await expect(visitor.answers.last).to_contain_text("Member 1, which word")
    await expect(begun(visitor)).to_be_hidden()

    await visitor.agrees(await visitor.says("/privacy@kobert_bot"))
    await page.request.post(tap, data={"user_id": second, "data": word})
    await expect(begun(visitor)).to_contain_text("Member 2, which word")
    counted = await visitor.says("beach")
    await expect(counted).to_contain_text("beach")
    await expect(counted).not_to_contain_text("?")


async def test_nothing_is_opened_by_what_was_there_before(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    texts = TEXTS["ko"].labelling
    await visitor.opens(0)
    answer = await visitor.says("/mask I go to ___ .")
    await visitor.agrees(answer)
    await asks_for_a_word(visitor, answer, texts.word_button)
    await expect(begun(visitor)).to_be_visible()
    await visitor.field.press("Escape")
    await expect(begun(visitor)).to_be_hidden()
    await visitor.page.reload()
    await expect(visitor.messages).to_have_count(3)
    await expect(begun(visitor)).to_be_hidden()
    await visitor.opens(1)
    await visitor.opens(0)
    await expect(begun(visitor)).to_be_hidden()
    await visitor.answers.last.hover()
    await visitor.answers.last.locator(".reply").click()
    await expect(visitor.field).to_have_attribute("placeholder", texts.word_placeholder_button)


async def bot_asks(
    visitor: Visitor, chat: int, *, selective: bool = False, reply_to: int | None = None
) -> None:
    """Let the bot ask for a reply without a mention, and see its question."""
    before = await visitor.answers.count()
    asks: dict[str, object] = {"chat_id": chat, "text": "Why?"}
    asks["reply_markup"] = {"force_reply": True, "selective": selective}
    if reply_to is not None:
        asks["reply_parameters"] = {"message_id": reply_to}
    sent = await visitor.page.request.post(f"{visitor.url}/bot{TOKEN}/sendMessage", data=asks)
    assert sent.ok
    await expect(visitor.answers).to_have_count(before + 1)


async def test_who_is_asked_without_a_mention(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    http = visitor.page.request
    state = await (await http.get(f"{visitor.url}/sim/state")).json()
    private, group = (chat["id"] for chat in state["chats"])
    await visitor.opens(0)
    await bot_asks(visitor, private, selective=True)  # in private there is nobody else
    await expect(begun(visitor)).to_contain_text("Why?")
    await expect(visitor.field).to_have_attribute("placeholder", "Write a message")

    await visitor.opens(1)
    await visitor.sends("hello")
    await expect(visitor.messages).to_have_count(1)
    hello = await visitor.messages.first.get_attribute("data-id")
    assert hello is not None
    await bot_asks(visitor, group, selective=True)  # nobody
    await expect(begun(visitor)).to_be_hidden()
    await bot_asks(visitor, group, selective=True, reply_to=int(hello))
    await expect(begun(visitor)).to_contain_text("Why?")
    await visitor.field.press("Escape")
    await visitor.switches_to(2)
    await bot_asks(visitor, group, selective=True, reply_to=int(hello))
    await expect(begun(visitor)).to_be_hidden()
    await bot_asks(visitor, group)  # everybody
    await expect(begun(visitor)).to_contain_text("Why?")


async def test_a_question_in_another_topic_opens_nothing(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    http = visitor.page.request
    users = [user["id"] for user in (await (await http.get(f"{visitor.url}/sim/state")).json())["users"]]
    made = {"members": users, "forum": True, "title": "Films"}
    chat = (await (await http.post(f"{visitor.url}/sim/groups", data=made)).json())["id"]
    await http.post(f"{visitor.url}/sim/chats/{chat}/topics", data={"name": "New films"})
    await expect(visitor.chats).to_have_count(3)
    await visitor.opens(2)
    await visitor.page.get_by_role("radio", name="New films").check()
    asks = {"chat_id": chat, "text": "Why?", "reply_markup": {"force_reply": True}}
    await http.post(f"{visitor.url}/bot{TOKEN}/sendMessage", data=asks)
    await expect(visitor.page.locator("#announcer")).to_contain_text("Why?")  # the page has heard of it
    await expect(begun(visitor)).to_be_hidden()
