from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import torch

from models.catalog import Catalog
from models.service import ModelService
from models.tokenizers import Tokenizer, load_tokenizer
from tests.tiny import tiny_catalog, write_tokenizer


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Tiny models gain nothing from torch's thread pool, and lose much beside a busy neighbour."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return tiny_catalog(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
async def service(catalog: Catalog) -> AsyncIterator[ModelService]:
    service = ModelService(catalog, device="cpu")
    yield service
    await service.close()


@pytest.fixture(scope="session")
def wordpiece(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    folder = tmp_path_factory.mktemp("wordpiece")
    write_tokenizer(folder)
    return load_tokenizer(folder, "auto")


@pytest.fixture(scope="session")
def kobert() -> Tokenizer:
    """The shipped KoBERT tokenizer."""
    return load_tokenizer(Path("models/kobert_tokenizer").absolute(), "kobert")
