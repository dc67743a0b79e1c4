"""One process at a time: whoever comes while another holds a file waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from storage.file_lock import take

_EVERY_S = 0.1


@asynccontextmanager
async def held(file: Path) -> AsyncIterator[None]:
    """Hold the lock on a file, made if it is missing, while the block runs; wait for it until then."""
    with file.open("a") as stream:
        while not take(stream):  # noqa: ASYNC110  # another process lets go of it
            await asyncio.sleep(_EVERY_S)
        yield
