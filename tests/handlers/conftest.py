from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.application import build_application
from handlers.context import Services
from storage.store import ConsentStatus, Store
from tests.handlers.offline import ENGLISH, KOREAN, FakeModel, OfflineRequest, Telegram

ADMIN = 99


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/bot.db", pepper=b"pepper")
    await agree(store, KOREAN, ENGLISH)
    yield store
    await store.close()


async def agree(store: Store, *people: int) -> None:
    for person in people:
        await store.set_consent(person, ConsentStatus.AGREED)


@pytest.fixture
async def telegram(model: FakeModel, store: Store) -> AsyncIterator[Telegram]:
    request = OfflineRequest()
    application = build_application(Services(model, store, ADMIN), token="1:token", request=request)
    async with application:
        yield Telegram(application, request)


@pytest.fixture(autouse=True)
def _new_style_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this PTB 22 warns of its own use of the old style, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
