from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.application import build_application
from bot.rate_limiter import PatientRateLimiter, Rate
from handlers.access import Access
from handlers.context import Services
from handlers.quota import Quotas
from models.results import Task
from storage.outlook import Outlook
from storage.store import ConsentStatus, Store
from tests.databases import with_tables
from tests.handlers.offline import ENGLISH, KOREAN, PRESETS, FakeModel, OfflineRequest, Telegram
from training.feedback.deciding import decide_and_draw

ADMIN = 99
AT_ONCE = Rate(1000, 1.0)


class Agreeing:
    """Agrees in this process, and knows no alpha."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._outlooks: dict[str, Outlook] = {}

    async def agree(self) -> bool:
        for task in await self._store.consensus.tasks():
            _, drawn = await decide_and_draw(self._store, task)
            self._outlooks[task] = Outlook(drawn.counts)
        return True

    def outlook(self, task: str) -> Outlook | None:
        return self._outlooks.get(task)

    async def agreement(self) -> Mapping[str, float | None]:
        return {}


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(with_tables(tmp_path / "bot.db"), pepper=b"pepper")
    await agree(store, KOREAN, ENGLISH)
    yield store
    await store.close()


async def agree(store: Store, *people: int) -> None:
    for person in people:
        await store.set_consent(person, ConsentStatus.AGREED)


@pytest.fixture
def access() -> Access:
    """Whom the bot answers; a module may have its own."""
    return Access()


@pytest.fixture
def quotas() -> Quotas:
    """How often somebody may ask; a module may have its own."""
    return Quotas()


@pytest.fixture
def apart() -> Mapping[str, Mapping[str, str]]:
    """Tasks that another model answers in each language; a module may have its own."""
    return {}


@pytest.fixture
async def telegram(
    model: FakeModel,
    store: Store,
    access: Access,
    quotas: Quotas,
    apart: Mapping[str, Mapping[str, str]],
) -> AsyncIterator[Telegram]:
    request = OfflineRequest()
    application = build_application(
        Services(
            model,
            store,
            ADMIN,
            access=access,
            quotas=quotas,
            presets=PRESETS,
            unserved={"google": {Task.SENTIMENT: ("ko", "en")}},
            apart=apart,
            teacher=Agreeing(store),
        ),
        token="1:token",
        request=request,
        rate_limiter=PatientRateLimiter(chat=AT_ONCE, group=AT_ONCE, overall=AT_ONCE),
    )
    async with application:
        yield Telegram(application, request)


@pytest.fixture(autouse=True)
def _new_style_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this PTB 22 warns of its own use of the old style, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
