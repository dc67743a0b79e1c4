"""What people send that no command was made for: each gets a kind answer, in their language, over HTTP."""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from handlers.replies.counts import Count
from handlers.replies.texts import KO, LANGUAGES, TEXTS, Language, Texts
from tests.e2e.processes import FIRST_ANSWER, Program, eventually, rows
from tests.e2e.sim import Private, Said, Sim
from tests.png import PNG

pytestmark = [pytest.mark.usefixtures("shared_bot"), pytest.mark.timeout(300)]

COMMANDS = ("mask", "nsp", "sentiment", "nli", "tokens")
TWENTY_BLANKS = " ".join(["___"] * 20)
OLD = ("0:vote:1", "v1:1:2", "2:v:1:0:0:ko", "1:v:zzzz:0:0:ko", "1:u:zzzz:en", "1:a")
PICTURE = base64.b64encode(PNG).decode()
IN_BOTH = pytest.mark.parametrize("language", LANGUAGES)


def usage(texts: Texts, command: str, at: str = "") -> str:
    """How to use a command, as it is shown."""
    return texts.usage[command].format(at=at).replace("<code>", "").replace("</code>", "")


def is_answer(text: str, texts: Texts) -> bool:
    """Whether it is the model's."""
    return texts.by_model.format(model="builtin") in text


async def told(chat: Private, text: str = "", *, reply_to: Said | None = None, **more: Any) -> str:  # noqa: ANN401
    """Send something and return what the bot says to it, in one message."""
    said = await chat.says(text, reply_to=reply_to, **more)
    answer = await chat.next_bot_message(FIRST_ANSWER)
    assert answer.reply_to == said.id
    return answer.text


async def all_told(sim: Sim, language: Language, *texts: str) -> list[str]:
    """Return what several people are told who say one thing each: a chat gets one message a second."""
    return await asyncio.gather(*(told(sim.private(language=language), text) for text in texts))


async def lived_in_both(sim: Sim, story: Callable[[Private, Texts], Awaitable[None]]) -> None:
    """Let a story happen to two people at once, one of each language, as it takes some seconds."""
    await asyncio.gather(*(story(sim.private(language=code), TEXTS[code]) for code in LANGUAGES))


async def answered(chat: Private) -> Said:
    """An answer to somebody who has agreed."""
    await chat.agrees()
    await chat.says("/sentiment 이 영화는 너무 좋다")
    return await chat.next_bot_message(FIRST_ANSWER)


def votes(bot: Program) -> list[str]:
    """The kinds of all votes there are, from another connection."""
    return [kind for (kind,) in rows(bot.folder, "SELECT kind FROM votes ORDER BY id")]


@IN_BOTH
async def test_no_text(sim: Sim, language: Language) -> None:
    expected = [usage(TEXTS[language], command) for command in COMMANDS]
    assert await all_told(sim, language, *(f"/{command}" for command in COMMANDS)) == expected


@IN_BOTH
async def test_only_white_space(sim: Sim, language: Language) -> None:
    expected = [usage(TEXTS[language], command) for command in COMMANDS]
    assert await all_told(sim, language, *(f"/{command}   \n \t\u3000" for command in COMMANDS)) == expected


@IN_BOTH
async def test_one_sentence_where_two_are_needed(sim: Sim, language: Language) -> None:
    texts = TEXTS[language]
    for command in ("nsp", "nli"):
        lone = [f"/{command} {text}" for text in ("배가 고프다.", "고프다 |", "///", "\n배가 고프다.\n")]
        words = f"{texts.one_text_missing}\n{usage(texts, command)}"
        assert await all_told(sim, language, *lone) == [words] * 4


@IN_BOTH
async def test_three_sentences_where_two_are_needed(sim: Sim, language: Language) -> None:
    texts = TEXTS[language]
    for command, said in zip(
        ("nsp", "nli"), await all_told(sim, language, "/nsp a | b | c", "/nli a | b | c"), strict=True
    ):
        assert said == f"{texts.too_many_texts.format(count=3)}\n{usage(texts, command)}"


async def test_one_sentence_is_mended_by_an_edit(sim: Sim) -> None:
    chat = sim.private(language="ko")
    asked = await chat.says("/nsp 배가 고프다.")
    answer = await chat.next_bot_message(FIRST_ANSWER)
    await chat.edits(asked, "/nsp 배가 고프다. | 밥을 먹었다.")
    assert is_answer((await chat.wait_edit(answer)).text, KO)


@IN_BOTH
async def test_no_blank(sim: Sim, language: Language) -> None:
    texts = TEXTS[language]
    said = await all_told(sim, language, "/mask 축구는 재미있다", "/mask [MASK", "/mask __", "/mask [ ]")
    assert said == [f"{texts.no_blank}\n{usage(texts, 'mask')}"] * 4


async def test_twenty_blanks_and_more(sim: Sim) -> None:
    async def story(chat: Private, texts: Texts) -> None:
        await chat.agrees()
        await chat.says(f"/mask {TWENTY_BLANKS}")
        answer = await chat.next_bot_message(FIRST_ANSWER)
        assert "⑳" in answer.text
        assert len(answer.buttons) == 22  # below the blanks: another word, not sure
        toast = await chat.taps(answer, row=19, column=0)
        assert toast.text.startswith(texts.counted_toast.split("{", maxsplit=1)[0])
        more = await told(chat, f"/mask {TWENTY_BLANKS} ___ ___")
        assert texts.more_blanks.format(count=Count(2)) in more

    await lived_in_both(sim, story)


async def test_5000_characters(sim: Sim) -> None:
    """Telegram sends them as two messages: the command is answered, and the rest is offered what fits it."""

    async def story(chat: Private, texts: Texts) -> None:
        said = await chat.says("/sentiment " + "이 영화는 너무 좋다 " * 454)
        assert said.raw["parts"] == 2
        answers = [await chat.next_bot_message(FIRST_ANSWER) for _ in range(2)]
        (answer,) = (one for one in answers if one.text != texts.offer)
        assert answer.reply_to == said.id
        assert is_answer(answer.text, texts)
        assert texts.truncated in answer.text
        await chat.silence()

    await lived_in_both(sim, story)


@pytest.mark.parametrize("command", ["sentiment", "tokens"])
async def test_the_longest_message_and_caption(sim: Sim, command: str) -> None:
    async def story(chat: Private, texts: Texts) -> None:
        said = await chat.says("good " * 819 + ".")
        assert (len(said.text), said.raw["parts"]) == (4096, 1)
        assert (await chat.next_bot_message(FIRST_ANSWER)).text == texts.offer
        assert texts.truncated in await told(chat, f"/{command}", reply_to=said)
        pictured = await chat.says("good " * 204 + "film", photo=PICTURE)
        assert len(pictured.text) == 1024
        assert (await chat.next_bot_message(FIRST_ANSWER)).text == texts.offer
        assert texts.truncated in await told(chat, f"/{command}", reply_to=pictured)

    await lived_in_both(sim, story)


@IN_BOTH
async def test_only_emoji(sim: Sim, language: Language) -> None:
    texts = TEXTS[language]
    for guess in await all_told(sim, language, "/sentiment 😀👍🏽🇰🇷", "/nli 😀 | 좋다", "/nsp 좋다 | 😀"):
        assert is_answer(guess, texts)
        assert texts.guessed in guess  # the model knows none of them
    for answer in await all_told(sim, language, "/tokens 😀👍🏽🇰🇷", "/mask 😀 ___ 👨‍👩‍👧"):
        assert is_answer(answer, texts)
    assert await all_told(sim, language, "🎉") == [texts.offer]


@IN_BOTH
async def test_zero_width_characters(sim: Sim, language: Language) -> None:
    unseen = ("\u200b\u200d\u2060", "\ufeff", "\u3164", "\u2800", "\u202e")
    asked = [f"{command}{text}" for text in unseen for command in ("/sentiment ", "/nsp a | ", "")]
    assert await all_told(sim, language, *asked) == [TEXTS[language].empty_text] * len(asked)
    assert is_answer(await told(sim.private(language=language), "/sentiment 좋\u200b다"), TEXTS[language])


@IN_BOTH
async def test_right_to_left(sim: Sim, language: Language) -> None:
    texts = ("שלום עולם", "مرحبا بالعالم", "\u202eabc\u202c 좋다", "\u2067שלום\u2069 good")
    asked = [question for text in texts for question in (f"/sentiment {text}", f"/mask {text} ___")]
    for answer in await all_told(sim, language, *asked):
        assert is_answer(answer, TEXTS[language])
    assert await all_told(sim, language, "שלום") == [TEXTS[language].offer]


@pytest.mark.parametrize(
    "written",
    ["<b>굵게</b> & &lt;", "</i><a href='x'>", "*별* `코드` [링크](https://x.y)", "<script>", "a < b > c"],
)
async def test_html_and_markdown_are_shown_as_they_were_written(sim: Sim, written: str) -> None:
    chat = sim.private(language="ko")
    await chat.says(f"/mask {written} ___")
    answer = await chat.next_bot_message(FIRST_ANSWER)
    assert answer.text.startswith(f"{written} ")
    bold = [entity["offset"] for entity in answer.raw["entities"] if entity["type"] == "bold"]
    assert bold[0] == len(f"{written} ")  # the word in the blank is the first
    offered = await chat.types_inline(written, timeout=FIRST_ANSWER)
    assert (await chat.chooses(offered, KO.task_button["tokens"])).text.startswith(f"{written}\n")


@pytest.mark.parametrize(
    "sent",
    [{"photo": PICTURE}, {"sticker": "😀"}, {"document": PICTURE, "file_name": "a.txt"}],
    ids=["photo", "sticker", "file"],
)
async def test_what_holds_no_text(sim: Sim, sent: dict[str, Any]) -> None:
    async def story(chat: Private, texts: Texts) -> None:
        said = await chat.says("", **sent)
        assert (await chat.next_bot_message(FIRST_ANSWER)).text == texts.only_text
        for command in ("sentiment", "nli"):
            words = f"{texts.nothing_in_reply}\n{usage(texts, command)}"
            assert await told(chat, f"/{command}", reply_to=said) == words

    await lived_in_both(sim, story)


@pytest.mark.parametrize("sent", [{"photo": PICTURE}, {"sticker": "😀"}], ids=["photo", "sticker"])
async def test_what_holds_no_text_in_a_group(sim: Sim, sent: dict[str, Any]) -> None:
    group = sim.group(members=2, language="ko")
    said = await group.member(1).says("", **sent)
    await group.member(2).says("/sentiment@kobert_bot", reply_to=said)
    answer = await group.next_bot_message(FIRST_ANSWER)
    assert answer.text == f"{KO.nothing_in_reply}\n{usage(KO, 'sentiment', '@kobert_bot')}"
    await group.silence()


async def test_a_photo_with_a_caption_is_read(sim: Sim) -> None:
    async def story(chat: Private, texts: Texts) -> None:
        assert await told(chat, "좋다", photo=PICTURE) == texts.offer
        assert is_answer(await told(chat, "/sentiment 좋다", photo=PICTURE), texts)
        assert await told(chat, "/sentiment", photo=PICTURE) == usage(texts, "sentiment")

    await lived_in_both(sim, story)


async def test_a_forwarded_message(sim: Sim) -> None:
    async def story(chat: Private, texts: Texts) -> None:
        forwarded = await chat.says("이 영화는 너무 좋다", forwarded_from="회원 9")
        offer = await chat.next_bot_message(FIRST_ANSWER)
        assert offer.text == texts.offer
        await chat.taps(offer, texts.task_button["tokens"], timeout=FIRST_ANSWER)
        assert is_answer((await chat.wait_edit(offer)).text, texts)
        assert is_answer(await told(chat, "/sentiment", reply_to=forwarded), texts)
        assert await told(chat, sticker="😀", forwarded_from="회원 9") == texts.only_text

    await lived_in_both(sim, story)


@IN_BOTH
async def test_a_command_that_nobody_knows(sim: Sim, language: Language) -> None:
    chat = sim.private(language=language)
    assert await told(chat, "/translate 좋다") == TEXTS[language].unknown_command
    await chat.says("/sentiment@other_bot 좋다")
    await chat.silence()


async def test_a_button_of_another_version_or_database(sim: Sim) -> None:
    async def story(chat: Private, texts: Texts) -> None:
        answer = await answered(chat)
        for toast in await asyncio.gather(*(chat.taps(answer, data=data) for data in OLD)):
            assert (toast.text, toast.alert) == (texts.old_button_toast, True)
        assert await chat.look(answer) == answer

    await lived_in_both(sim, story)


async def test_a_forged_callback(sim: Sim, shared_bot: Program) -> None:
    before, owner, letters = votes(shared_bot), sim.private(language="ko"), random.Random(7)
    good = (await answered(owner)).data[0][0]
    slots = [good.replace(":0:0:", ":0:9:"), good.replace(":0:0:", ":7:0:")]
    altered = [f"{good}0", good[:-1], good.upper(), *slots]
    noise = ["".join(letters.choices("1:vucaflo0123 가😀", k=letters.randint(1, 16))) for _ in range(20)]

    async def story(chat: Private, texts: Texts) -> None:
        answer = await answered(chat)
        forged = (*noise, *altered, good)  # the last is a vote on what was answered in another chat
        for toast in await asyncio.gather(*(chat.taps(answer, data=data) for data in forged)):
            assert (toast.text, toast.alert) == (texts.old_button_toast, True)
        assert await chat.look(answer) == answer

    await lived_in_both(sim, story)
    assert votes(shared_bot) == before


async def test_a_button_pressed_twenty_times_in_a_second(sim: Sim, shared_bot: Program) -> None:
    before = len(votes(shared_bot))

    async def story(chat: Private, texts: Texts) -> None:
        answer = await answered(chat)
        toasts = await asyncio.gather(*(chat.taps(answer, texts.right_button) for _ in range(20)))
        counted, again = (
            toast.split("{", maxsplit=1)[0] for toast in (texts.counted_toast, texts.unchanged_toast)
        )
        assert sum(toast.text.startswith(counted) for toast in toasts) == 1
        assert sum(toast.text.startswith(again) for toast in toasts) == 19
        assert (await chat.wait_edit(answer)).buttons[0] == (f"{texts.right_button} · 1",)

    await lived_in_both(sim, story)
    assert len(votes(shared_bot)) == before + len(LANGUAGES)


async def test_an_offer_pressed_twenty_times_in_a_second(sim: Sim) -> None:
    async def story(chat: Private, texts: Texts) -> None:
        await chat.agrees()
        await chat.says("이 영화는 너무 좋다")
        offer = await chat.next_bot_message(FIRST_ANSWER)
        taps = (chat.taps(offer, data=offer.data[0][0], timeout=FIRST_ANSWER) for _ in range(20))
        toasts = await asyncio.gather(*taps)
        assert all(toast.answered for toast in toasts)
        assert {toast.text for toast in toasts} <= {"", texts.one_moment_toast}
        assert is_answer((await chat.look(offer)).text, texts)
        edits = await sim.calls("editMessageText")
        assert sum(str(edit.params["message_id"]) == str(offer.id) for edit in edits) == 1
        await chat.silence()

    await lived_in_both(sim, story)


async def test_two_people_pressing_at_once(sim: Sim) -> None:
    group = sim.group(members=2, language="ko")
    for number in (1, 2):
        await group.member(number).agrees()
    await group.member(1).says("/sentiment@kobert_bot 좋다")
    answer = await group.next_bot_message(FIRST_ANSWER)
    other = answer.buttons[1][0]
    for faces in ((KO.right_button, KO.right_button), (other, KO.right_button)):
        taps = zip((1, 2), faces, strict=True)
        toasts = await asyncio.gather(*(group.member(number).taps(answer, face) for number, face in taps))
        assert all(toast.answered and toast.text for toast in toasts)

    async def shows_both() -> bool:
        buttons = (await group.look(answer)).buttons
        return buttons[:2] == ((f"{KO.right_button} · 1",), (f"{other} · 1",))

    await eventually(shows_both)


async def test_nothing_of_all_this_was_an_error(shared_bot: Program) -> None:
    log = shared_bot.log.read_text()
    assert "Traceback" not in log
    assert " ERROR " not in log
