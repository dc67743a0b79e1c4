from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.e2e.processes import TOKEN, Program, bot_program
from tests.e2e.sim import Sim
from tests.tiny import catalog_file, write_checkpoint


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue whose built-in preset, and a second one, is a tiny random model."""
    folder = tmp_path_factory.mktemp("tiny")
    checkpoint = str(write_checkpoint(folder / "checkpoint"))
    return catalog_file(folder / "catalog.toml", builtin=checkpoint, second=checkpoint)


@pytest.fixture(scope="module")
def api_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A local Bot API server of the module's own."""
    folder = tmp_path_factory.mktemp("server")
    with Program("bot.playground", "--port", "0", "--token", TOKEN, folder=folder) as server:
        yield server.line_with("TELEGRAM_API_URL=").strip().partition("=")[2]
        assert server.stop() == 0


@pytest.fixture(scope="module")
def shared_bot(api_url: str, catalog: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A running bot for the stories that leave it running."""
    folder = tmp_path_factory.mktemp("bot")
    with bot_program(folder, catalog, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=api_url) as bot:
        bot.line_with("is running")
        yield bot
        assert bot.stop() == 0


@pytest.fixture
async def sim(api_url: str) -> AsyncIterator[Sim]:
    async with Sim(api_url) as sim:
        yield sim
