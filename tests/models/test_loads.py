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


async def test_who_waits_too_long_is_sent_away_and_finds_it_loaded_later() -> None:
    loads, gate = Loads(most_waiting=2, patience=0.05), threading.Event()
    with pytest.raises(Busy) as caught:
        await loads.get("model", gate.wait)
    assert caught.value.retry_after > 0
    gate.set()
    assert await loads.begin("model", gate.wait)
    assert await loads.get("model", gate.wait)
    await loads.close()


async def test_a_load_that_times_out_itself_says_so() -> None:
    def fail() -> None:
        raise TimeoutError("the hub")

    with pytest.raises(TimeoutError, match="the hub"):
        await Loads(most_waiting=1, patience=30).get("model", fail)
