"""A private chat without commands, and inline mode, over HTTP."""

from __future__ import annotations

import asyncio

import pytest

from handlers.replies.texts import EN, KO, TEXTS, Language
from tests.e2e.processes import FIRST_ANSWER, Program
from tests.e2e.sim import Sim

pytestmark = [pytest.mark.usefixtures("shared_bot"), pytest.mark.timeout(300)]


async def test_somebody_just_writes_picks_what_to_ask_agrees_and_votes(sim: Sim) -> None:
    chat = sim.private(language="ko")
    said = await chat.says("이 영화는 너무 좋다")
    offer = await chat.next_bot_message(FIRST_ANSWER)
    assert (offer.text, offer.reply_to) == (KO.offer, said.id)
    assert offer.buttons == ((KO.task_button["sentiment"],), (KO.task_button["tokens"],))

    toast = await chat.taps(offer, KO.task_button["sentiment"], timeout=FIRST_ANSWER)
    assert (toast.answered, toast.text) == (True, "")
    answer = await chat.look(offer)
    assert answer.text.endswith("자세한 내용: /privacy")  # asked once, under the first answer
    await chat.taps(answer, KO.agree_button)
    answer = await chat.wait_edit(answer)
    assert (await chat.taps(answer, KO.right_button)).text.startswith("고마워요, 기록했어요: ")
    await chat.silence()  # one message, from the offer to the vote


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("soccer is a really fun ___ .", ("mask", "tokens")),
        ("soccer is fun .\nthe sky is blue .", ("nsp", "nli")),
        ("pizza is good | pizza is bad", ("nsp", "nli")),
    ],
)
async def test_what_is_offered_fits_the_text(sim: Sim, text: str, tasks: tuple[str, ...]) -> None:
    chat = sim.private(language="en")
    await chat.says(text)
    offer = await chat.next_bot_message(FIRST_ANSWER)
    assert offer.buttons == tuple((EN.task_button[task],) for task in tasks)
    await chat.taps(offer, row=0, column=0, timeout=FIRST_ANSWER)
    assert EN.by_model.format(model="builtin") in (await chat.look(offer)).text


async def test_an_edited_text_changes_the_offer_and_then_its_answer(sim: Sim) -> None:
    chat = sim.private(language="en")
    await chat.agrees()
    said = await chat.says("soccer is fun")
    offer = await chat.next_bot_message(FIRST_ANSWER)
    await chat.edits(said, "soccer is a fun ___ .")
    offer = await chat.wait_edit(offer)
    assert offer.buttons[0] == (EN.task_button["mask"],)
    await chat.taps(offer, EN.task_button["mask"], timeout=FIRST_ANSWER)
    answer = await chat.look(offer)
    assert answer.text.startswith("soccer is a fun ")
    await chat.edits(said, "pizza is a good ___ .")
    answer = await chat.wait_edit(answer)
    assert answer.text.startswith("pizza is a good ")
    assert (EN.none_button, EN.labelling.word_button) in answer.buttons
    await chat.silence()


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_a_text_deleted_before_the_tap_is_missed_kindly(sim: Sim, language: Language) -> None:
    chat, texts = sim.private(language=language), TEXTS[language]
    said = await chat.says("좋다")
    offer = await chat.next_bot_message(FIRST_ANSWER)
    await chat.deletes(said)
    toast = await chat.taps(offer, texts.task_button["tokens"])
    assert (toast.text, toast.alert) == (texts.text_gone_toast, True)
    told = await chat.wait_edit(offer)
    assert (told.text, told.buttons) == (texts.text_gone_toast, ())


async def test_an_answer_comes_over_a_server_that_stumbles_and_others_go_on(
    sim: Sim, shared_bot: Program
) -> None:
    chat, other = sim.private(language="ko"), sim.private(language="ko")
    await chat.says("좋다")
    offer = await chat.next_bot_message(FIRST_ANSWER)
    await sim.fault("answerCallbackQuery", status=500)
    await sim.fault("editMessageText", drop=True)
    await chat.taps(offer, KO.task_button["sentiment"], timeout=FIRST_ANSWER)
    assert KO.by_model.format(model="builtin") in (await chat.look(offer)).text
    await other.says("좋다")
    await other.next_bot_message()
    assert "Traceback" not in shared_bot.log.read_text()


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_somebody_sends_an_answer_into_a_group_by_the_bots_name(sim: Sim, language: Language) -> None:
    group, texts = sim.group(language=language), TEXTS[language]
    member = group.member(2)
    offered = await member.types_inline("이 영화는 ___ 좋다", timeout=FIRST_ANSWER)
    assert offered.titles == tuple(texts.task_button[task] for task in ("mask", "sentiment", "tokens"))
    said = await member.chooses(offered, texts.task_button["sentiment"])
    assert said.text.startswith("이 영화는 ___ 좋다\n")
    assert texts.by_model.format(model="builtin") in said.text
    assert said.raw["entities"][0]["type"] == "blockquote"
    await group.silence()

    hint = await member.types_inline("이 영화는 너무 좋다")
    assert hint.titles == tuple(texts.task_button[task] for task in ("sentiment", "tokens"))
    assert hint.button == texts.inline_blank_button
    assert (await member.types_inline("")).button == texts.inline_help_button


async def test_an_answer_sent_to_the_bot_itself_is_not_a_question(sim: Sim) -> None:
    chat = sim.private(language="ko")
    offered = await chat.types_inline("좋다", timeout=FIRST_ANSWER)
    await chat.chooses(offered, KO.task_button["tokens"])
    await chat.silence()
    await chat.says("/start inline")  # what the button above the results does
    assert (await chat.next_bot_message()).text.startswith(KO.start)


async def test_who_types_on_gets_the_last_answer_and_an_expired_query_is_no_error(
    sim: Sim, shared_bot: Program
) -> None:
    chat = sim.private(language="ko")
    await chat.types_inline("좋다", timeout=FIRST_ANSWER)
    typed = ["이", "이 영", "이 영화", "이 영화는", "이 영화는 너무 좋다"]
    offers = await asyncio.gather(*(chat.types_inline(text, timeout=2) for text in typed))
    assert 0 < sum(offer.answered for offer in offers) < len(typed)

    async def expire() -> None:
        await asyncio.sleep(0.1)
        await sim.expire_queries()

    late, _ = await asyncio.gather(chat.types_inline("늦었다", timeout=1), expire())
    assert not late.answered
    refused = [call for call in await sim.calls("answerInlineQuery") if call.status == 400]
    assert len(refused) == 1
    log = shared_bot.log.read_text()
    assert "Traceback" not in log
    assert "WARNING" not in log.partition("too old")[2]
