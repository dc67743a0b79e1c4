from __future__ import annotations

import asyncio
import threading

import pytest

from models.errors import Busy
from models.loads import Loads


async def test_too_many_waiting_for_a_load_are_busy() -> None:
    loads, gate = Loads(most_waiting=2), threading.Event()
    loop = asyncio.get_running_loop()
    waiting = [loop.create_task(loads.get("model", gate.wait)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Busy) as caught:
        await loads.get("model", gate.wait)
    assert caught.value.retry_after > 0
    gate.set()
    assert await asyncio.gather(*waiting) == [True, True]
    assert await loads.get("model", gate.wait)
    await loads.close()
