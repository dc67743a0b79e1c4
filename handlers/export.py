"""``/export``: those who run the bot get every vote with its text as a file."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import dataclass
from functools import partial

from telegram import Message
from telegram.constants import FileSizeLimit

from handlers.answer import reply, reply_with_file
from handlers.context import Context
from handlers.operators import for_operators
from handlers.replies.counts import Count
from handlers.replies.texts import TEXTS
from handlers.surplus import says_more
from storage.content import content_hash
from storage.store import Store

FILE_NAME = "feedback.jsonl"
PLAIN = 1_000_000
"""Bytes; what is larger is packed."""
LIMIT = int(FileSizeLimit.FILESIZE_UPLOAD)


@dataclass(frozen=True, slots=True)
class _Votes:
    """All votes as a file, and what they are about."""

    name: str
    content: bytes
    votes: int
    people: int
    texts: int


async def _export(message: Message, context: Context) -> None:
    if await says_more(message, context, "export"):
        return
    texts = TEXTS[await context.language_in(message)].teaching
    found = await _read(context.store)
    if not found.votes:
        await reply(message, context, texts.exported_nothing)
        return
    if len(found.content) > LIMIT:
        words = texts.too_large.format(size=_size(len(found.content)), limit=_size(LIMIT))
        await reply(message, context, words)
        return
    caption = texts.exported.format(
        votes=Count(found.votes), voters=Count(found.people), texts=Count(found.texts)
    )
    send = partial(
        message.reply_document,
        found.content,
        filename=found.name,
        caption=caption,
        do_quote=True,
        allow_sending_without_reply=True,
    )
    await reply_with_file(message, context, send)


export = for_operators("export", _export)


async def _read(store: Store) -> _Votes:
    """Read all votes; only as much as would be sent is kept in memory."""
    votes, people, texts = 0, set[str](), set[str]()
    plain, packed = bytearray(), io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as stream:
        async for row in store.feedback():
            line = json.dumps(row.as_json(), ensure_ascii=False).encode() + b"\n"
            stream.write(line)
            if len(plain) <= PLAIN:
                plain += line
            votes += 1
            people.add(row.annotator)
            texts.add(content_hash(f"{row.task}\n{row.text_a}", row.text_b))
    if len(plain) <= PLAIN:
        return _Votes(FILE_NAME, bytes(plain), votes, len(people), len(texts))
    return _Votes(f"{FILE_NAME}.gz", packed.getvalue(), votes, len(people), len(texts))


def _size(count: int) -> str:
    return f"{count / 1e6:.0f} MB"
