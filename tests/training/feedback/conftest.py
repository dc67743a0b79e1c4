"""A store of four people, and a folder for data sets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.store import Store
from tests.databases import with_tables
from tests.training.feedback.voters import open_store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return with_tables(tmp_path / "votes.db")


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = await open_store(url, people=4)
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"
