"""What people send that no command was made for: each gets a kind answer, in their language, over HTTP."""

from __future__ import annotations

import asyncio
import base64
import random
import sqlite3
import struct
import zlib
from contextlib import closing

import pytest

from handlers.replies.texts import EN, KO, TEXTS, Language, Texts
from tests.e2e.processes import FIRST_ANSWER, Program, eventually
from tests.e2e.sim import Private, Said, Sim

pytestmark = [pytest.mark.usefixtures("shared_bot"), pytest.mark.timeout(300)]

LANGUAGES: list[Language] = ["ko", "en"]
BY_MODEL = {"ko": KO.by_model.format(model="builtin"), "en": EN.by_model.format(model="builtin")}
COMMANDS = ("mask", "nsp", "sentiment", "nli", "tokens")
TWENTY_BLANKS = " ".join(["___"] * 20)
OLD = ("0:vote:1", "v1:1:2", "2:v:1:0:0:ko", "1:v:zzzz:0:0:ko", "1:u:zzzz:en", "1:a")


def plain(html: str) -> str:
    """A text as it is shown."""
    return html.replace("<code>", "").replace("</code>", "")


def usage(texts: Texts, command: str, at: str = "") -> str:
    return plain(texts.usage[command].format(at=at))


def picture() -> str:
    """A photo of one pixel, in base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(4)))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")).decode()


PICTURE = picture()


async def told(chat: Private, text: str = "", *, reply_to: Said | None = None, **more: object) -> str:
    """Send something and return what the bot says to it, in one message."""
    said = await chat.says(text, reply_to=reply_to, **more)
    answer = await chat.next_bot_message(FIRST_ANSWER)
    assert answer.reply_to == said.id
    return answer.text


async def all_told(sim: Sim, language: Language, *texts: str) -> list[str]:
    """Return what several people are told who say one thing each: a chat gets one message a second."""
    return await asyncio.gather(*(told(sim.private(language=language), text) for text in texts))


# --- the text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_text(sim: Sim, language: Language) -> None:
    expected = [usage(TEXTS[language], command) for command in COMMANDS]
    assert await all_told(sim, language, *(f"/{command}" for command in COMMANDS)) == expected
    only_white_space = (f"/{command}   \n \t" for command in COMMANDS)
    assert await all_told(sim, language, *only_white_space) == expected


@pytest.mark.parametrize("language", LANGUAGES)
async def test_one_sentence_where_two_are_needed(sim: Sim, language: Language) -> None:
    texts = TEXTS[language]
    for command in ("nsp", "nli"):
        lone = [
            f"/{command} {text}" for text in ("배가 고프다.", "배가 고프다. |", "///", "\n배가 고프다.\n")
        ]
        words = f"{texts.one_text_missing}\n{usage(texts, command)}"
        assert await all_told(sim, language, *lone) == [words] * 4
    chat = sim.private(language=language)
    asked = await chat.says("/nsp 배가 고프다.")
    answer = await chat.next_bot_message(FIRST_ANSWER)
    await chat.edits(asked, "/nsp 배가 고프다. | 밥을 먹었다.")
    assert BY_MODEL[language] in (await chat.wait_edit(answer)).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_blank(sim: Sim, language: Language) -> None:
    texts = TEXTS[language]
    said = await all_told(sim, language, "/mask 축구는 재미있다", "/mask [MASK", "/mask __", "/mask [ ]")
    assert said == [f"{texts.no_blank}\n{usage(texts, 'mask')}"] * 4


@pytest.mark.parametrize("language", LANGUAGES)
async def test_twenty_blanks_and_more(sim: Sim, language: Language) -> None:
    chat, texts = sim.private(language=language), TEXTS[language]
    await chat.agrees()
    await chat.says(f"/mask {TWENTY_BLANKS}")
    answer = await chat.next_bot_message(FIRST_ANSWER)
    assert "⑳" in answer.text
    assert len(answer.buttons) == 20
    toast = await chat.taps(answer, row=19, column=0)
    assert toast.text.startswith(texts.counted_toast.split("{", maxsplit=1)[0])
    more = await told(chat, f"/mask {TWENTY_BLANKS} ___ ___")
    assert texts.more_blanks.format(count=2) in more


@pytest.mark.parametrize("language", LANGUAGES)
async def test_5000_characters(sim: Sim, language: Language) -> None:
    """Telegram sends them as two messages: the command is answered, and the rest is offered what fits it."""
    chat, texts = sim.private(language=language), TEXTS[language]
    said = await chat.says("/sentiment " + "이 영화는 너무 좋다 " * 454)
    assert said.raw["parts"] == 2
    answers = [await chat.next_bot_message(FIRST_ANSWER) for _ in range(2)]
    (answer,) = (one for one in answers if one.text != texts.offer)
    assert (answer.reply_to, texts.truncated in answer.text) == (said.id, True)
    await chat.silence()


@pytest.mark.parametrize("command", ["sentiment", "tokens"])
async def test_the_longest_message_caption_and_reply(sim: Sim, command: str) -> None:
    chat = sim.private(language="en")
    longest = "good " * 819 + "."
    said = await chat.says(longest)
    assert len(said.text) == 4096
    await chat.next_bot_message(FIRST_ANSWER)
    captioned = await chat.says(("good " * 300)[:1024].strip(), photo=PICTURE)
    await chat.next_bot_message(FIRST_ANSWER)
    for source in (said, captioned):
        assert EN.truncated in await told(chat, f"/{command}", reply_to=source)
    assert EN.truncated in await told(chat, f"/{command} {longest[:4080]}")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_only_emoji(sim: Sim, language: Language) -> None:
    said = await all_told(
        sim,
        language,
        "/sentiment 😀👍🏽🇰🇷",
        "/tokens 😀👍🏽🇰🇷",
        "/mask 😀 ___ 👨‍👩‍👧",
        "/nli 😀 | 😀",
        "/nsp 😀 | 😀",
    )
    assert all(BY_MODEL[language] in answer for answer in said)
    assert await all_told(sim, language, "🎉") == [TEXTS[language].offer]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_zero_width_characters(sim: Sim, language: Language) -> None:
    for unseen in ("\u200b\u200d\u2060", "\ufeff", "\u3164", "\u2800", "\u202e"):
        said = await all_told(sim, language, f"/sentiment {unseen}", f"/nsp {unseen} | 좋다", unseen)
        assert said == [TEXTS[language].empty_text] * 3
    assert BY_MODEL[language] in (await all_told(sim, language, "/sentiment 좋\u200b다"))[0]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_right_to_left(sim: Sim, language: Language) -> None:
    texts = ("שלום עולם", "مرحبا بالعالم", "\u202eabc\u202c 좋다", "\u2067שלום\u2069 good")
    asked = [question for text in texts for question in (f"/sentiment {text}", f"/mask {text} ___")]
    assert all(BY_MODEL[language] in answer for answer in await all_told(sim, language, *asked))
    assert await all_told(sim, language, "שלום") == [TEXTS[language].offer]


@pytest.mark.parametrize(
    "written",
    [
        "<b>굵게</b> & &lt;",
        "</i><a href='x'>",
        "*별* `코드` [링크](https://x.y)",
        "<script>",
        "a < b > c",
    ],
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


# --- what is no text --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "sent",
    [{"photo": PICTURE}, {"sticker": "😀"}, {"document": PICTURE, "file_name": "a.txt"}],
    ids=["photo", "sticker", "file"],
)
async def test_what_holds_no_text(sim: Sim, language: Language, sent: dict[str, str]) -> None:
    texts = TEXTS[language]

    async def asks(command: str) -> str:
        chat = sim.private(language=language)
        said = await chat.says("", **sent)
        assert (await chat.next_bot_message(FIRST_ANSWER)).text == texts.only_text
        return await told(chat, f"/{command}", reply_to=said)

    for command, words in zip(COMMANDS, await asyncio.gather(*map(asks, COMMANDS)), strict=True):
        assert words == f"{texts.nothing_in_reply}\n{usage(texts, command)}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_photo_with_a_caption_is_read(sim: Sim, language: Language) -> None:
    chat = sim.private(language=language)
    assert await told(chat, "좋다", photo=PICTURE) == TEXTS[language].offer
    assert BY_MODEL[language] in await told(chat, "/sentiment 좋다", photo=PICTURE)


async def test_a_photo_or_a_sticker_in_a_group(sim: Sim) -> None:
    group = sim.group(members=2, language="ko")
    asker = group.member(2)
    for sent in ({"photo": PICTURE}, {"sticker": "😀"}):
        said = await group.member(1).says("", **sent)
        await group.silence(0.3)
        await asker.says("/sentiment@kobert_bot", reply_to=said)
        answer = await group.next_bot_message(FIRST_ANSWER)
        assert answer.text == f"{KO.nothing_in_reply}\n{usage(KO, 'sentiment', '@kobert_bot')}"
    await asker.says("/sentiment@kobert_bot 좋다", photo=PICTURE)
    assert BY_MODEL["ko"] in (await group.next_bot_message(FIRST_ANSWER)).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_forwarded_message(sim: Sim, language: Language) -> None:
    chat, texts = sim.private(language=language), TEXTS[language]
    forwarded = await chat.says("이 영화는 너무 좋다", forwarded_from="회원 9")
    offer = await chat.next_bot_message(FIRST_ANSWER)
    assert offer.text == texts.offer
    await chat.taps(offer, texts.task_button["tokens"], timeout=FIRST_ANSWER)
    assert BY_MODEL[language] in (await chat.look(offer)).text
    assert BY_MODEL[language] in await told(chat, "/sentiment", reply_to=forwarded)
    assert await told(chat, sticker="😀", forwarded_from="회원 9") == texts.only_text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_command_that_nobody_knows(sim: Sim, language: Language) -> None:
    chat, texts = sim.private(language=language), TEXTS[language]
    assert await told(chat, "/translate 좋다") == texts.unknown_command
    await chat.says("/sentiment@other_bot 좋다")
    await chat.silence(0.3)


# --- buttons ----------------------------------------------------------------------------------------------


async def answered(chat: Private, text: str = "/sentiment 이 영화는 너무 좋다") -> Said:
    await chat.agrees()
    await chat.says(text)
    return await chat.next_bot_message(FIRST_ANSWER)


def votes(bot: Program) -> list[str]:
    """The kinds of all votes there are, from another connection."""
    with closing(sqlite3.connect(bot.log.parent / "var" / "kobert-bot.db")) as database:
        return [str(kind) for (kind,) in database.execute("SELECT kind FROM votes ORDER BY id")]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_button_of_another_version_or_database(sim: Sim, language: Language) -> None:
    chat, texts = sim.private(language=language), TEXTS[language]
    answer = await answered(chat)
    for toast in await asyncio.gather(*(chat.taps(answer, data=data) for data in OLD)):
        assert (toast.text, toast.alert) == (texts.old_button_toast, True)
    assert await chat.look(answer) == answer


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_forged_callback(sim: Sim, shared_bot: Program, language: Language) -> None:
    chat, texts = sim.private(language=language), TEXTS[language]
    answer = await answered(chat)
    forger, before = sim.private(language=language), votes(shared_bot)
    own = await answered(forger)
    letters = random.Random(7)
    forged = ["".join(letters.choices("1:vucaflo0123 가😀", k=letters.randint(1, 16))) for _ in range(20)]
    good = answer.data[0][0]
    slots = [good.replace(":0:0:", ":0:9:"), good.replace(":0:0:", ":7:0:")]
    altered = [f"{good}0", good[:-1], good.upper(), *slots]
    for toast in await asyncio.gather(*(chat.taps(answer, data=data) for data in (*forged, *altered))):
        assert (toast.text, toast.alert) == (texts.old_button_toast, True)
    toast = await forger.taps(own, data=good)  # a vote on what was answered in another chat
    assert (toast.text, toast.alert) == (texts.old_button_toast, True)
    assert votes(shared_bot) == before
    assert await chat.look(answer) == answer


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_button_pressed_twenty_times_in_a_second(
    sim: Sim, shared_bot: Program, language: Language
) -> None:
    chat, texts = sim.private(language=language), TEXTS[language]
    answer, before = await answered(chat), len(votes(shared_bot))
    toasts = await asyncio.gather(*(chat.taps(answer, texts.right_button) for _ in range(20)))
    counted, again = (
        texts.counted_toast.split("{", maxsplit=1)[0],
        texts.unchanged_toast.split("{", maxsplit=1)[0],
    )
    said = sorted(toast.text.split(":")[0] + ": " for toast in toasts)
    assert said == sorted([counted, *[again] * 19])
    assert (await chat.wait_edit(answer)).buttons[0] == (f"{texts.right_button} · 1",)
    assert len(votes(shared_bot)) == before + 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_offer_pressed_twenty_times_in_a_second(sim: Sim, language: Language) -> None:
    chat, texts = sim.private(language=language), TEXTS[language]
    await chat.agrees()
    await chat.says("이 영화는 너무 좋다")
    offer = await chat.next_bot_message(FIRST_ANSWER)
    data = offer.data[0][0]
    toasts = await asyncio.gather(*(chat.taps(offer, data=data, timeout=FIRST_ANSWER) for _ in range(20)))
    assert all(toast.answered for toast in toasts)
    assert {toast.text for toast in toasts} <= {"", texts.one_moment_toast}
    answer = await chat.look(offer)
    assert (BY_MODEL[language] in answer.text, answer.version) == (True, 1)


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
