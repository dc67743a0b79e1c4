"""Data sets that are drawn one after the other."""

from __future__ import annotations

import asyncio
from pathlib import Path

from storage.store import Store
from tests.kills.killing import Tell
from tests.kills.looking import PEPPER
from tests.kills.stages import telling
from training.feedback import snapshot


def draw_on(tell: Tell, url: str, folder: Path, number: int | None) -> None:
    """Draw so many data sets, or on and on; tells the name of each that is acknowledged."""
    with telling(tell, snapshot, "decide", "draw", "write_folder", "sync"):
        asyncio.run(_draw_on(tell, url, folder, number))


async def _draw_on(tell: Tell, url: str, folder: Path, number: int | None) -> None:
    store = await Store.open(url, pepper=PEPPER)
    drawn = 0
    while drawn != number:
        tell("snapshot", (await snapshot.take_snapshot(store, "sentiment", folder)).name)
        drawn += 1
    await store.close()
