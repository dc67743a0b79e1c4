"""The page in a real browser; behind it the real application, which asks a model with fixed answers."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright
from playwright.async_api import Error as BrowserError

from bot.application import ALLOWED_UPDATES, build_application, introduce
from bot.playground import serve
from bot.rate_limiter import PatientRateLimiter, Rate
from handlers.context import Services
from storage.store import Store
from tests.handlers.offline import PRESETS, FakeModel
from tests.page.visitor import Look, Visitor

TOKEN = "4242:page"
AT_ONCE = Rate(1000, 1.0)
NAMES = ("chromium", "chromium-browser", "google-chrome")

Visit = Callable[[Look], Awaitable[Visitor]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"the page needs a browser, and none of {', '.join(NAMES)} is installed")
    async with async_playwright() as playwright:
        try:
            running = await playwright.chromium.launch(executable_path=path)
        except BrowserError as error:
            pytest.skip(f"{path} does not start: {error.message.splitlines()[0]}")
        yield running
        await running.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def model() -> FakeModel:
    return FakeModel()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def url(
    browser: Browser, model: FakeModel, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """A server with the bot; after the browser, so that without one nothing starts."""
    assert browser.is_connected()
    database = tmp_path_factory.mktemp("page") / "bot.db"
    store = await Store.open(f"sqlite+aiosqlite:///{database}", pepper=b"pepper")
    async with serve(host="127.0.0.1", port=0, token=TOKEN) as base:
        application = build_application(
            Services(model, store, presets=PRESETS),
            token=TOKEN,
            api_url=base,
            rate_limiter=PatientRateLimiter(chat=AT_ONCE, group=AT_ONCE, overall=AT_ONCE),
        )
        assert application.updater is not None
        async with application:
            await application.start()
            await application.updater.start_polling(allowed_updates=ALLOWED_UPDATES)
            await introduce(application.bot)
            yield base
            await application.updater.stop()
            await application.stop()
    await store.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, url: str) -> AsyncIterator[Visit]:
    """Arrives at a page that nobody has been at; afterwards its console has to be silent."""
    there: list[Visitor] = []

    async def arrive(look: Look) -> Visitor:
        async with httpx.AsyncClient(verify=False) as http:
            (await http.post(f"{url}/sim/reset")).raise_for_status()
        there.append(await Visitor.arrive(browser, url, look))
        return there[-1]

    yield arrive
    for visitor in there:
        await visitor.leaves()
        assert visitor.complaints == []
