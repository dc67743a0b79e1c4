"""What people do at the page, on a phone and at a desk."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import expect

from handlers.replies.texts import TEXTS, language_for
from tests.handlers.offline import FakeModel
from tests.page.conftest import Visit
from tests.page.visitor import DESKTOP_DARK, DESKTOP_LIGHT, LOOKS, PHONE_DARK, PHONE_LIGHT, Look
from tests.png import png

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = pytest.mark.parametrize("look", [PHONE_DARK, DESKTOP_DARK], ids=lambda look: look.name)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
async def test_somebody_starts_asks_votes_and_takes_it_back(visit: Visit, look: Look) -> None:
    texts = TEXTS[language_for(look.language)]
    visitor = await visit(look)
    await visitor.opens(0)
    await expect(visitor.page.locator("#about")).to_have_text(texts.description)
    await visitor.page.click("#start")
    await expect(visitor.answers.last).to_contain_text(texts.start)
    assert not await visitor.overflows()

    answer = await visitor.says("/mask I go to ___ .")
    await visitor.agrees(answer)
    await expect(visitor.toast).to_have_text(texts.agreed_toast)
    await answer.get_by_role("button", name="school", exact=True).click()
    await expect(visitor.toast).to_have_text(texts.counted_toast.format(label="school"))
    voted = answer.get_by_role("button", name="school · 1")
    await expect(voted).to_be_visible()
    assert not await visitor.overflows()

    await answer.get_by_role("button", name=texts.undo_button).click()
    await expect(visitor.toast).to_have_text(texts.undone_toast)
    await expect(voted).to_have_count(0)


@WIDTHS
async def test_a_member_of_a_group_answers_another_with_a_quote(visit: Visit, look: Look) -> None:
    texts = TEXTS[language_for(look.language)]
    visitor = await visit(look)
    await visitor.opens(1)
    await visitor.sends("The film was long. I loved it!")
    said = visitor.messages.first
    await expect(said).to_have_class(re.compile("own"))

    await visitor.switches_to(2)
    await expect(said).to_have_class(re.compile("theirs"))
    await visitor.selects(said, "I loved it!")
    await said.locator(".reply").click()
    await expect(visitor.page.locator("#context-text")).to_have_text("I loved it!")
    await visitor.sends("/sentiment@kobert_bot")
    answer = visitor.answers.nth(1)
    await expect(answer).to_contain_text(texts.labels["sentiment"]["positive"])
    asked = visitor.page.locator(".message.own")
    await expect(asked.locator(".replied")).to_contain_text("I loved it!")
    await expect(answer.locator(".replied")).to_contain_text("/sentiment@kobert_bot")

    await asked.locator(".replied").click()
    await expect(said).to_be_focused()
    assert not await visitor.overflows()


async def test_the_part_that_is_quoted_is_read_where_it_was_selected(visit: Visit, model: FakeModel) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(1)
    await visitor.sends("😀 good, not good, so good")
    said = visitor.messages.first
    await visitor.selects(said, "good")
    await said.locator(".reply").click()
    await visitor.says("/sentiment@kobert_bot")
    assert model.asked[-1][1] == "good"
    state = await (await visitor.page.request.get(f"{visitor.url}/sim/state")).json()
    quotes = [message["quote"] for message in state["chats"][1]["messages"] if "quote" in message]
    assert [(quote["text"], quote["position"]) for quote in quotes] == [("good", 22)]  # UTF-16 code units


@WIDTHS
async def test_an_edited_command_edits_its_answer(visit: Visit, look: Look) -> None:
    texts = TEXTS[language_for(look.language)]
    visitor = await visit(look)
    await visitor.opens(0)
    answer = await visitor.says("/nsp I was hungry.")
    await expect(answer).to_contain_text(texts.one_text_missing)
    await visitor.field.press("ArrowUp")
    await expect(visitor.field).to_have_value("/nsp I was hungry.")
    await visitor.sends("/nsp I was hungry. | I ate.")
    await expect(answer).to_contain_text(texts.labels["nsp"]["next"])
    await expect(visitor.answers).to_have_count(1)
    for one in (answer, visitor.page.locator(".message.own")):
        await expect(one.locator(".foot")).to_contain_text({"ko": "수정됨", "en": "edited"}[look.language])


async def test_an_edit_that_is_refused_is_not_lost(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(0)
    await visitor.says("/help")
    await visitor.field.press("ArrowUp")
    await visitor.sends("x" * 5000)
    await expect(visitor.toast).to_contain_text("message is too long")
    await expect(visitor.field).to_have_value("x" * 5000)
    await visitor.field.press("Escape")
    await expect(visitor.field).to_have_value("")
    assert len(visitor.complaints) == 1  # the browser reports the refusal
    visitor.complaints.clear()


@WIDTHS
async def test_a_picture_is_sent_with_words_and_looked_at(visit: Visit, look: Look, picture: bytes) -> None:
    texts = TEXTS[language_for(look.language)]
    visitor = await visit(look)
    await visitor.opens(0)
    await visitor.page.set_input_files("#file", {"name": "p.png", "mimeType": "image/png", "buffer": picture})
    await expect(visitor.page.locator("#preview")).to_be_visible()
    answer = await visitor.says("/sentiment What a view!")
    await expect(answer).to_contain_text(texts.labels["sentiment"]["positive"])
    image = visitor.page.locator(".own img")
    await expect(image).to_have_js_property("naturalWidth", 3)
    await expect(image).to_have_attribute("alt", "/sentiment What a view!")
    await visitor.page.locator(".own .photo").click()
    await expect(visitor.page.locator("#viewer[open] img")).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.locator("#viewer[open]")).to_have_count(0)


async def test_a_large_picture_leaves_the_latest_in_sight(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.opens(0)
    for _ in range(3):
        await visitor.says("/help")
    large = png(600, 900)
    await visitor.page.set_input_files("#file", {"name": "p.png", "mimeType": "image/png", "buffer": large})
    answer = await visitor.says("")
    image = visitor.page.locator(".own img")
    await expect(image).to_have_js_property("naturalWidth", 600)
    await expect(image).to_have_js_property("height", 340)
    await expect(answer).to_be_in_viewport(ratio=1)
    await expect(visitor.page.locator("#down")).to_be_hidden()


async def test_an_empty_group_says_what_to_do(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(1)
    await expect(visitor.page.locator("#about")).to_contain_text("/sentiment@kobert_bot")
    await expect(visitor.page.locator("#start")).to_be_hidden()
    await visitor.sends("hello")
    await expect(visitor.page.locator("#welcome")).to_be_hidden()


async def test_enter_takes_an_answer_and_a_hint_keeps_the_text(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(1)
    await visitor.field.fill("@KOBERT_BOT I loved it!")
    await expect(visitor.options).to_have_count(3)
    await visitor.options.first.click()
    await expect(visitor.answers.last).to_contain_text(
        TEXTS["en"].start
    )  # the private chat, which is open now
    await visitor.opens_again(1)
    await expect(visitor.field).to_have_value("@KOBERT_BOT I loved it!")
    await visitor.field.fill("@kobert_bot I loved it!")
    await expect(visitor.options).to_have_count(3)
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.locator(".own")).to_contain_text(TEXTS["en"].labels["sentiment"]["positive"])
    await expect(visitor.field).to_have_value("")


async def test_what_the_bot_keeps_comes_as_a_file(visit: Visit, tmp_path: Path) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.opens(0)
    answer = await visitor.says("/mydata")
    async with visitor.page.expect_download() as waiting:
        await answer.locator(".file").click()
    await (await waiting.value).save_as(tmp_path / "mine.json")
    assert (tmp_path / "mine.json").read_text().startswith("{")


async def test_a_link_leads_into_the_private_chat(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.opens(1)
    panel = await visitor.says("/settings@kobert_bot")
    await panel.get_by_role("button", name="개인 채팅").click()
    await expect(visitor.page.locator("#title")).to_have_text("KoBERT")
    await expect(visitor.answers.last).to_contain_text("우리 모임")


@WIDTHS
async def test_the_bot_offers_behind_its_name(visit: Visit, look: Look) -> None:
    texts = TEXTS[language_for(look.language)]
    visitor = await visit(look)
    await visitor.opens(1)
    await visitor.field.fill("@kobert_bot I loved it!")
    sentiment = visitor.options.filter(has_text=texts.labels["sentiment"]["positive"]).first
    await expect(sentiment).to_be_visible()
    await visitor.field.press("Enter")
    await expect(visitor.page.locator(".own")).to_contain_text("@kobert_bot")
    await expect(visitor.field).to_have_value("")


async def test_a_group_with_topics_shows_one_at_a_time(visit: Visit) -> None:
    visitor = await visit(PHONE_DARK)
    http = visitor.page.request
    users = [user["id"] for user in (await (await http.get(f"{visitor.url}/sim/state")).json())["users"]]
    group = {"members": users, "forum": True, "title": "영화 모임"}
    chat = (await (await http.post(f"{visitor.url}/sim/groups", data=group)).json())["id"]
    await http.post(f"{visitor.url}/sim/chats/{chat}/topics", data={"name": "새 영화"})
    await expect(visitor.chats).to_have_count(3)
    await visitor.opens(2)
    await visitor.page.get_by_role("radio", name="새 영화").check()
    answer = await visitor.says("/sentiment@kobert_bot 정말 재미있어요")
    await expect(answer).to_contain_text("긍정")
    await visitor.page.get_by_role("radio", name="전체").check()
    await expect(visitor.answers.last.locator(".foot")).to_contain_text("# 새 영화")


async def test_it_shows_that_the_bot_is_at_work(visit: Visit, model: FakeModel) -> None:
    visitor = await visit(PHONE_DARK)
    await visitor.opens(0)
    model.gate.clear()
    try:
        await visitor.sends("/sentiment 좋아요")
        await expect(visitor.page.locator("#subtitle.busy")).to_have_text("입력 중…")
    finally:
        model.gate.set()
    await expect(visitor.answers.last).to_contain_text("긍정")
    await expect(visitor.page.locator("#subtitle")).to_have_text("봇")


async def test_another_chats_answer_is_counted_until_it_is_read(visit: Visit, model: FakeModel) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(0)
    model.gate.clear()
    try:
        await visitor.sends("/sentiment good")
        await expect(visitor.page.locator("#subtitle.busy")).to_be_visible()
        await visitor.opens(1)
    finally:
        model.gate.set()
    await expect(visitor.chats.first.locator(".badge")).to_have_text("1 unread messages")
    await expect(visitor.page).to_have_title("(1) KoBERT")
    await visitor.opens(0)
    await expect(visitor.page.locator(".badge")).to_have_count(0)


async def test_what_is_written_is_never_read_as_html(visit: Visit) -> None:
    visitor = await visit(DESKTOP_DARK)
    await visitor.opens(0)
    mark_up = "<img src=x onerror=alert(1)> <b>bold</b>"
    await visitor.says(f"/tokens {mark_up}")
    await expect(visitor.page.locator(".own .text")).to_have_text(f"/tokens {mark_up}")
    await expect(visitor.page.locator("#log img")).to_have_count(0)


@WIDTHS
async def test_a_reload_keeps_the_conversation_and_its_place(visit: Visit, look: Look) -> None:
    visitor = await visit(look)
    await visitor.opens(1)
    await visitor.says("/sentiment@kobert_bot I loved it!")
    shown = await visitor.page.locator(".message .text").all_inner_texts()
    await visitor.page.reload()
    await expect(visitor.messages).to_have_count(2)
    assert await visitor.page.locator(".message .text").all_inner_texts() == shown
    await expect(visitor.page.locator("#members")).to_be_visible()


async def test_back_on_a_phone_leads_to_the_list(visit: Visit) -> None:
    visitor = await visit(PHONE_LIGHT)
    await expect(visitor.page.locator(".room")).to_be_hidden()
    await visitor.opens(1)
    await expect(visitor.page.locator(".side")).to_be_hidden()
    await visitor.page.go_back()
    await expect(visitor.page.locator(".side")).to_be_visible()
    await visitor.opens(0)
    await visitor.page.click("#back")
    await expect(visitor.chats.first).to_be_focused()


async def test_words_that_were_begun_wait_in_their_chat(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.opens(0)
    await visitor.field.fill("오늘은 날씨가")
    await visitor.opens(1)
    await expect(visitor.field).to_have_value("")
    await visitor.opens(0)
    await expect(visitor.field).to_have_value("오늘은 날씨가")


async def test_a_reload_keeps_what_was_begun_and_forgets_what_was_sent(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.opens(0)
    await visitor.field.fill("오늘은 날씨가")
    await visitor.opens(1)
    answer = await visitor.says("/sentiment@kobert_bot 좋아요")
    await answer.hover()
    await answer.locator(".reply").click()
    await visitor.field.fill("내 생각은")
    await visitor.page.reload()
    await expect(visitor.field).to_have_value("내 생각은")
    await expect(visitor.page.locator("#context")).to_contain_text("KoBERT")
    await visitor.opens(0)
    await expect(visitor.field).to_have_value("오늘은 날씨가")
    await visitor.says("/nothing")
    await visitor.page.reload()
    await expect(visitor.messages).to_have_count(2)
    await expect(visitor.field).to_have_value("")
    await visitor.opens(1)
    await expect(visitor.field).to_have_value("내 생각은")


async def test_language_and_theme_are_switched_and_remembered(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.page.select_option("#language", "en")
    await expect(visitor.chats.nth(1)).to_contain_text("Our group")
    await visitor.opens(0)
    await visitor.page.click("#start")
    await expect(visitor.answers.last).to_contain_text(TEXTS["en"].start)
    background = "getComputedStyle(document.body).backgroundColor"
    light = await visitor.page.evaluate(background)
    await visitor.page.select_option("#theme", "dark")
    dark = await visitor.page.evaluate(background)
    assert dark != light
    await visitor.page.reload()
    await expect(visitor.page.locator("html[lang=en][data-theme=dark]")).to_be_attached()
    assert await visitor.page.evaluate(background) == dark


@WIDTHS
async def test_a_toast_leaves_the_messages_in_sight(visit: Visit, look: Look) -> None:
    visitor = await visit(look)
    await visitor.opens(0)
    answer = await visitor.says("/mask I go to ___ .")
    await visitor.agrees(answer)
    await answer.get_by_role("button", name="school", exact=True).click()
    await expect(visitor.toast).to_contain_text("school")
    toast, log = await visitor.toast.bounding_box(), await visitor.page.locator("#log").bounding_box()
    assert toast is not None
    assert log is not None
    assert toast["y"] >= 0
    assert toast["y"] + toast["height"] <= log["y"]


async def test_the_menu_shows_most_of_its_commands_on_the_smallest_phone(visit: Visit) -> None:
    visitor = await visit(replace(PHONE_LIGHT, width=320, height=568))
    await visitor.opens(0)
    await visitor.page.keyboard.type("/")
    await expect(visitor.options.nth(6)).to_be_in_viewport()
    assert not await visitor.overflows()
    await visitor.page.keyboard.press("ArrowUp")  # the last one, which is scrolled to
    # All of it but a part of a pixel: the browser scrolls by whole ones.
    await expect(visitor.options.last).to_be_in_viewport(ratio=0.98)
