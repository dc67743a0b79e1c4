"""Telegram's HTML parse mode: tags to entities, refused in Telegram's words when malformed.

The rules and messages are those of ``parse_html`` in https://github.com/tdlib/td (MessageEntity.cpp); see
also https://core.telegram.org/bots/api#html-style.
"""

import html
import re
from dataclasses import dataclass

from bot.playground.refusals import Json, Refusal, bad_request
from handlers.utf16 import length as units

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_CHARACTER = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")
_NAME = re.compile(r"[^\s>]*")


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    attributes: dict[str, str]
    language: str = ""


def parse(source: str) -> tuple[str, list[Json]]:
    """Turn HTML into plain text and entities.

    Args:
        source: Text in Telegram's HTML style.

    Returns:
        The text and its entities, offsets and lengths in UTF-16 code units.

    Raises:
        Refusal: "can't parse entities: …", with the byte offset Telegram names.
    """
    text: list[str] = []
    size = 0
    entities: list[Json] = []
    stack: list[_Open] = []
    position = 0
    while position < len(source):
        character = source[position]
        if character == "<":
            if source.startswith("</", position):
                position = _close(source, position, size, stack, entities)
            else:
                opened, position = _open(source, position, size)
                stack.append(opened)
            continue
        match = _CHARACTER.match(source, position) if character == "&" else None
        piece = html.unescape(match[0]) if match else character
        position = match.end() if match else position + 1
        text.append(piece)
        size += units(piece)
    if stack:
        raise _wrong(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(text), entities


def _open(source: str, begin: int, size: int) -> tuple[_Open, int]:
    name = _NAME.match(source, begin + 1)
    tag = name[0].lower() if name else ""
    position = begin + 1 + len(tag)
    if position >= len(source):
        raise _wrong(f"Unclosed start tag at byte offset {_byte(source, begin)}")
    if tag not in _TYPES:
        raise _wrong(f'Unsupported start tag "{tag}" at byte offset {_byte(source, begin)}')
    attributes: dict[str, str] = {}
    while True:
        while position < len(source) and source[position].isspace():
            position += 1
        if position >= len(source):
            raise _wrong(f"Unclosed start tag at byte offset {_byte(source, begin)}")
        if source[position] == ">":
            break
        match = _ATTRIBUTE.match(source, position)
        if match is None:
            raise _wrong(f'Empty attribute name in the tag "{tag}" at byte offset {_byte(source, begin)}')
        attributes[match[1].lower()] = html.unescape(match[2] or match[3] or match[4] or "")
        position = match.end()
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise _wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {_byte(source, begin)}')
    return _Open(tag, size, attributes), position + 1


def _close(source: str, begin: int, size: int, stack: list[_Open], entities: list[Json]) -> int:
    if not stack:
        raise _wrong(f"Unexpected end tag at byte offset {_byte(source, begin)}")
    end = source.find(">", begin)
    if end < 0:
        raise _wrong(f"Unclosed end tag at byte offset {_byte(source, begin)}")
    tag = source[begin + 2 : end].strip().lower()
    opened = stack.pop()
    if tag and tag != opened.tag:
        expected = f'expected "</{opened.tag}>", found "</{tag}>"'
        raise _wrong(f"Unmatched end tag at byte offset {_byte(source, begin)}, {expected}")
    if opened.tag == "code" and stack and stack[-1].tag == "pre":
        # <pre><code class="language-x"> is one block of code, not two entities.
        stack[-1].language = opened.attributes.get("class", "").removeprefix("language-")
        return end + 1
    entity: Json = {"type": _TYPES[opened.tag], "offset": opened.offset, "length": size - opened.offset}
    if opened.tag == "a":
        entity["url"] = opened.attributes.get("href", "")
    if opened.tag == "blockquote" and "expandable" in opened.attributes:
        entity["type"] = "expandable_blockquote"
    if opened.language:
        entity["language"] = opened.language
    # A link without an address is plain text.
    if entity["length"] and entity.get("url") != "":
        entities.append(entity)
    return end + 1


def _byte(source: str, index: int) -> int:
    return len(source[:index].encode())


def _wrong(reason: str) -> Refusal:
    return bad_request(f"can't parse entities: {reason}")
