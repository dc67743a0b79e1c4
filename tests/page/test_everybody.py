"""Nobody is shut out: axe-core finds nothing serious in any state, and what happens is read out."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from handlers.replies.texts import KO, TEXTS, language_for
from tests.page.conftest import Visit
from tests.page.visitor import DESKTOP_LIGHT, LOOKS, Look

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
async def test_axe_finds_nothing_serious(visit: Visit, look: Look, picture: bytes) -> None:
    visitor = await visit(look)
    found = {"first visit": await visitor.grave_findings()}
    await visitor.page.click("#keys")
    found["keys"] = await visitor.grave_findings()
    await visitor.page.keyboard.press("Escape")

    await visitor.opens(0)
    found["welcome"] = await visitor.grave_findings()
    await visitor.says("/help")
    await visitor.page.set_input_files("#file", {"name": "p.png", "mimeType": "image/png", "buffer": picture})
    answer = await visitor.says("/sentiment I loved it!")
    await visitor.agrees(answer)
    await answer.hover()
    found["conversation, toast shown"] = await visitor.grave_findings()
    await visitor.says("/tokens so good")
    await visitor.says("/mydata")
    await visitor.field.press("ArrowUp")
    found["file, edit begun"] = await visitor.grave_findings()
    await visitor.field.press("Escape")
    await visitor.field.press_sequentially("/")
    await expect(visitor.options.first).to_be_visible()
    found["menu open"] = await visitor.grave_findings()
    await visitor.field.press("Escape")
    await visitor.page.locator(".own .photo").click()
    found["picture"] = await visitor.grave_findings()
    await visitor.page.keyboard.press("Escape")

    if look.is_phone:
        await visitor.page.click("#back")
    await visitor.opens(1)
    asked = await visitor.says("/sentiment@kobert_bot I loved it!")
    await visitor.switches_to(2)
    await (asked.locator(".foot").click() if look.is_phone else asked.hover())
    await asked.locator(".reply").click()
    found["group, reply begun"] = await visitor.grave_findings()
    assert found == {state: [] for state in found}


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
async def test_axe_finds_nothing_serious_in_settings_alerts_and_labelling(visit: Visit, look: Look) -> None:
    texts = TEXTS[language_for(look.language)]
    visitor = await visit(look)
    await visitor.opens(1)
    await visitor.says("/settings@kobert_bot")
    found = {"settings": await visitor.grave_findings()}
    await visitor.switches_to(2)
    await visitor.messages.last.locator(".key").first.click()
    alert = visitor.page.get_by_role("dialog", name=texts.only_admins_toast)
    await expect(alert).to_be_visible()
    found["alert"] = await visitor.grave_findings()
    await alert.get_by_role("button").click()
    await expect(alert).to_be_hidden()

    await visitor.agrees(await visitor.says("/privacy@kobert_bot"))
    await visitor.says("/sentiment@kobert_bot What a wonderful film!")
    await visitor.opens_again(0)
    await visitor.agrees(await visitor.says("/privacy"))
    item = await visitor.says("/label sentiment")
    await expect(item.get_by_role("button", name=texts.labelling.stop_button)).to_be_visible()
    found["text to label"] = await visitor.grave_findings()
    await item.get_by_role("button", name=texts.labelling.guideline_button).click()
    await expect(item).to_contain_text(texts.labels["sentiment"]["negative"])
    found["how to decide"] = await visitor.grave_findings()
    assert found == {state: [] for state in found}


async def test_an_answer_is_read_out_and_a_whole_chat_is_not(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    announcer = visitor.page.locator("#announcer")
    await expect(announcer).to_have_attribute("aria-live", "polite")
    await visitor.opens(0)
    await visitor.says("/sentiment 좋아요")
    await expect(announcer).to_contain_text(f"KoBERT: {KO.labels['sentiment']['positive']}")
    await expect(announcer).to_contain_text("고를 수 있는 것 2개")
    told = await announcer.inner_text()
    await visitor.opens(1)
    await visitor.opens(0)
    await expect(visitor.messages).to_have_count(2)
    assert await announcer.inner_text() == told
    await expect(visitor.page.get_by_role("log")).to_have_attribute("aria-live", "off")


async def test_a_message_is_named_by_who_says_what(visit: Visit) -> None:
    visitor = await visit(DESKTOP_LIGHT)
    await visitor.opens(0)
    await visitor.says("/nothing")
    await expect(visitor.page.get_by_role("article", name=KO.unknown_command)).to_be_attached()
    await expect(visitor.page.get_by_role("article", name="회원 1 /nothing")).to_be_attached()
