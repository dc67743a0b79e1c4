"""What a person sees who waits: "typing…", how far a download of the model is, or what goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from telegram import Message
from telegram.constants import ChatAction

from handlers.answer import reply
from handlers.context import Context
from handlers.replies.answers import download_line

_TOLD_AFTER = 1.0  # seconds; what takes longer is worth a line
_TYPING_AFTER = 0.4  # seconds; most answers are there sooner
_TYPING_LASTS = 4.5  # Telegram shows it for five seconds
_TOLD_EVERY = 3.0  # Telegram lets a bot write into a group twenty times a minute


@asynccontextmanager
async def waiting(message: Message, context: Context) -> AsyncIterator[None]:
    """Show that work goes on while the block takes longer than a moment.

    What is told of a download is the message that the answer will take the place of.
    """
    over = asyncio.Event()
    # Both are owned and awaited right here.
    typing = asyncio.create_task(_type(message))  # noqa: TID251
    telling = asyncio.create_task(_tell(message, context, over))  # noqa: TID251
    try:
        yield
    finally:
        typing.cancel()
        over.set()  # not cancelled: a message that was sent must be remembered as the answer's place
        await asyncio.gather(typing, telling, return_exceptions=True)  # nobody misses what was refused


@asynccontextmanager
async def telling(tell: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Say once what goes on if the block takes longer than a moment; the answer takes the place of that.

    Args:
        tell: Says it; that Telegram refuses it does not matter.
    """
    over = asyncio.Event()
    saying = asyncio.create_task(_tell_late(tell, over))  # noqa: TID251  # owned and awaited right here
    try:
        yield
    finally:
        over.set()  # not cancelled: what was sent must be remembered as the answer's place
        await asyncio.gather(saying, return_exceptions=True)


async def _tell_late(tell: Callable[[], Awaitable[object]], over: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(_TOLD_AFTER):
            await over.wait()
    except TimeoutError:
        await tell()


async def _type(message: Message) -> None:
    await asyncio.sleep(_TYPING_AFTER)
    while True:
        await message.reply_chat_action(ChatAction.TYPING)
        await asyncio.sleep(_TYPING_LASTS)


async def _tell(message: Message, context: Context, over: asyncio.Event) -> None:
    while True:
        try:
            async with asyncio.timeout(_TOLD_EVERY):
                await over.wait()
        except TimeoutError:
            if (progress := context.model.download) is not None:
                await reply(message, context, download_line(progress, await context.texts_in(message)))
        else:
            return
