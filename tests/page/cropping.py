"""Keeping pictures of what is said at the page, without the rest of the window, and small."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.async_api import FloatRect, expect

from tests.page.visitor import Visitor

FOLDER = Path(__file__).parents[2] / "docs" / "using"
COLOURS = 160
MARGIN = 8


def keep(picture: bytes, name: str) -> None:
    """Save a picture with few colours."""
    with Image.open(io.BytesIO(picture)) as shown:
        few = shown.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    FOLDER.mkdir(exist_ok=True)
    few.save(FOLDER / f"{name}.png", optimize=True)


async def forget(visitor: Visitor) -> None:
    """Empty the chats on the server, so that the next picture shows only what follows; consent stays."""
    http = visitor.page.request
    for chat in (await (await http.get(f"{visitor.url}/sim/state")).json())["chats"]:
        for message in chat["messages"]:
            await http.delete(f"{visitor.url}/sim/chats/{chat['id']}/messages/{message['message_id']}")
    await expect(visitor.messages).to_have_count(0)


async def rest(visitor: Visitor) -> None:
    """Let nothing look as if it were just being used."""
    await visitor.page.evaluate("document.activeElement.blur()")
    await visitor.page.mouse.move(0, 0)


async def crop(visitor: Visitor, name: str) -> None:
    """Keep what was said, without the rest of the window."""
    await rest(visitor)
    boxes = [box for one in await visitor.messages.all() if (box := await one.bounding_box())]
    top = min(box["y"] for box in boxes) - MARGIN
    bottom = max(box["y"] + box["height"] for box in boxes) + MARGIN
    log = await visitor.page.locator("#log").bounding_box()
    assert log is not None
    assert top >= log["y"], "the window is too low for what was said"
    clip = FloatRect(x=log["x"], y=top, width=log["width"], height=bottom - top)
    keep(await visitor.page.screenshot(clip=clip), name)


async def whole(visitor: Visitor, name: str) -> None:
    """Keep all of the window."""
    await rest(visitor)
    keep(await visitor.page.screenshot(), name)
