"""What a group is told whose admins have chosen a preset that cannot be loaded, by the real model service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from handlers.replies.texts import EN, KO, Texts
from models.catalog import load_catalog
from models.service import ModelService
from tests.handlers.offline import ENGLISH, GROUP, KOREAN, Telegram
from tests.tiny import catalog_file, write_checkpoint


@pytest.fixture
async def model(tmp_path: Path) -> AsyncIterator[ModelService]:
    """A service whose own preset loads, and whose ``klue`` has weights that are none."""
    good, bad = write_checkpoint(tmp_path / "good"), write_checkpoint(tmp_path / "bad")
    (bad / "model.safetensors").write_bytes(b"not weights")
    catalog = catalog_file(tmp_path / "catalog.toml", builtin=str(good), klue=str(bad))
    service = ModelService(load_catalog(catalog), device="cpu")
    yield service
    await service.close()


@pytest.mark.parametrize(("user", "texts"), [(ENGLISH, EN), (KOREAN, KO)])
async def test_the_first_answer_names_the_preset_and_the_way_to_another(
    telegram: Telegram, user: int, texts: Texts
) -> None:
    telegram.request.admins = {user}
    panel = await telegram.says("/settings", user=user, chat=GROUP)
    await telegram.taps(panel.button("🤖 klue"), user=user, chat=GROUP)
    await telegram.says("/sentiment 좋다", user=user, chat=GROUP)
    told = next(each for each in reversed(telegram.answers) if each.data["chat_id"] == GROUP)
    assert told.text == texts.preset_unavailable.format(preset="klue", at="@KobertBot")
    assert "/settings@KobertBot" in told.text
    assert "klue" in told.text

    panel = await telegram.says("/settings", user=user, chat=GROUP)
    await telegram.taps(panel.button("🤖 builtin"), user=user, chat=GROUP)
    answer = await telegram.says("/sentiment 좋다", user=user, chat=GROUP)
    assert texts.by_model.format(model="<i>builtin</i>") in answer.text
