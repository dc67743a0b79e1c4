"""Entities: what people's texts and the bot's HTML carry."""

import pytest
from telegram import Bot, MessageEntity

from bot.playground.entities import detect
from bot.playground.utf16 import cut
from tests.e2e.sim import Sim


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("/mask 오늘", ["/mask"]),
        ("/mask@kobert_bot 오늘", ["/mask@kobert_bot"]),
        ("😀 /mask", ["/mask"]),
        ("/mask오늘", []),
        ("1/2 and/or", []),
        ("//mask", []),
        ("/a /b", ["/a", "/b"]),
        ("https://example.org/mask", []),
        ("/", []),
    ],
)
def test_commands_are_found_as_telegram_finds_them(text: str, commands: list[str]) -> None:
    found = [e for e in detect(text, []) if e["type"] == "bot_command"]
    assert [cut(text, e["offset"], e["length"]) for e in found] == commands


def test_nothing_is_found_inside_code() -> None:
    code = {"type": "code", "offset": 0, "length": 5}
    assert detect("/mask", [code]) == [code]


async def test_html_becomes_entities_with_utf16_offsets(bot: Bot, sim: Sim) -> None:
    source = (
        "😀<b>굵게 <i>둘 다😀</i></b> <u>u</u> <s>s</s> <tg-spoiler>h</tg-spoiler> <code>1 &lt; 2</code>\n"
        '<pre><code class="language-python">x = 1</code></pre><a href="https://example.org/?a=1&amp;b=2">link</a>'
        "<blockquote expandable>q</blockquote>"
    )
    sent = await bot.send_message(await sim.private().id(), source, parse_mode="HTML")
    assert sent.text == "😀굵게 둘 다😀 u s h 1 < 2\nx = 1linkq"
    found = {entity.type: sent.parse_entity(entity) for entity in sent.entities}
    assert found == {
        MessageEntity.BOLD: "굵게 둘 다😀",
        MessageEntity.ITALIC: "둘 다😀",
        MessageEntity.UNDERLINE: "u",
        MessageEntity.STRIKETHROUGH: "s",
        MessageEntity.SPOILER: "h",
        MessageEntity.CODE: "1 < 2",
        MessageEntity.PRE: "x = 1",
        MessageEntity.TEXT_LINK: "link",
        MessageEntity.EXPANDABLE_BLOCKQUOTE: "q",
    }
    by_type = {entity.type: entity for entity in sent.entities}
    assert by_type[MessageEntity.PRE].language == "python"
    assert by_type[MessageEntity.TEXT_LINK].url == "https://example.org/?a=1&b=2"


async def test_text_is_trimmed_and_entities_move_along(bot: Bot, sim: Sim) -> None:
    sent = await bot.send_message(await sim.private().id(), "\n  <b> bold</b>  ", parse_mode="HTML")
    assert (sent.text, sent.parse_entity(sent.entities[0])) == ("bold", "bold")


async def test_a_caption_has_entities_too(bot: Bot, sim: Sim, picture: bytes) -> None:
    sent = await bot.send_photo(
        await sim.private().id(), picture, caption="<i>x</i> /mask", parse_mode="HTML"
    )
    assert [entity.type for entity in sent.caption_entities] == ["italic", "bot_command"]
