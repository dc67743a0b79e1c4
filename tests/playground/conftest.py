"""A server of its own for each test, a real Bot, and a client of the control API."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.playground import serve
from tests.e2e.sim import Sim

TOKEN = "424242:test-token"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with serve(host="127.0.0.1", port=0, token=TOKEN) as base:
        yield base


@pytest.fixture
async def bot(url: str) -> AsyncIterator[Bot]:
    # Certificates are of no use over plain http, and slow to load.
    ways = [HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2)]
    made = Bot(TOKEN, f"{url}/bot", f"{url}/file/bot", request=ways[0], get_updates_request=ways[1])
    async with made as real:
        yield real


@pytest.fixture
async def sim(url: str) -> AsyncIterator[Sim]:
    async with Sim(url) as client:
        yield client
