"""One process at a time: a lock on a file, which the system takes back from whoever is killed."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_EVERY_S = 0.1


@asynccontextmanager
async def held(file: Path) -> AsyncIterator[None]:
    """Hold the lock on a file, made if it is missing, while the block runs; wait for it until then."""
    with file.open("a") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_EVERY_S)
        yield
