"""What Telegram finds in a text by itself: commands, mentions, links, hashtags."""

import re
from collections.abc import Mapping

from bot.playground import markup_html
from bot.playground.people import User
from bot.playground.refusals import Json, bad_request
from bot.playground.utf16 import trim
from handlers.utf16 import length as units

# The patterns of https://github.com/tdlib/td (MessageEntity.cpp), shortened where a chat doesn't need more.
_FOUND = {
    "bot_command": re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])"),
    "url": re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]"),
    "mention": re.compile(r"(?<![\w/])@[A-Za-z0-9_]{3,32}(?!\w)"),
    "hashtag": re.compile(r"(?<!\w)#\w*[^\W\d]\w*"),
}
_CLOSED = {"code", "pre", "text_link", "text_mention"}
_PERSON = re.compile(r"tg://user\?id=([0-9]{1,18})")


def detect(text: str, entities: list[Json]) -> list[Json]:
    """Add what Telegram detects to the entities the sender gave.

    Args:
        text: The text as it is shown.
        entities: The sender's entities.

    Returns:
        All entities in order, in UTF-16 code units. Nothing is detected inside code or links.
    """
    taken = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in _CLOSED]
    found = list(entities)
    for kind, pattern in _FOUND.items():
        for match in pattern.finditer(text):
            first, length = units(text[: match.start()]), units(match[0])
            if all(first >= end or first + length <= start for start, end in taken):
                taken.append((first, first + length))
                found.append({"type": kind, "offset": first, "length": length})
    return sorted(found, key=lambda entity: (entity["offset"], -entity["length"]))


def mentions(entities: list[Json], people: Mapping[int, User]) -> list[Json]:
    """Turn links to people into mentions of them; of somebody unknown the words alone stay.

    See https://core.telegram.org/bots/api#formatting-options.
    """
    found: list[Json] = []
    for entity in entities:
        link = _PERSON.fullmatch(str(entity.get("url", "")))
        if link is None:
            found.append(entity)
        elif person := people.get(int(link[1])):
            kept = {key: value for key, value in entity.items() if key != "url"}
            found.append({**kept, "type": "text_mention", "user": person.to_json()})
    return found


def formatted(
    source: str, parse_mode: str | None, entities: list[Json] | None, people: Mapping[int, User]
) -> tuple[str, list[Json]]:
    """Read a bot's text: its parse mode or its explicit entities, trimmed, with the detected entities added.

    Args:
        source: As it was sent.
        parse_mode: HTML or none.
        entities: Explicit ones, for a text without a parse mode.
        people: Who can be mentioned, by id.

    Raises:
        Refusal: "can't parse entities: …", or a parse mode other than HTML (MarkdownV2 isn't supported here).
    """
    if parse_mode:
        if parse_mode.lower() != "html":
            raise bad_request("unsupported parse_mode")
        text, given = markup_html.parse(source)
    else:
        text, given = source, entities or []
    text, given = trim(text, given)
    return text, detect(text, mentions(given, people))
