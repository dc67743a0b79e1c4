from __future__ import annotations

import threading
from typing import Any

import pytest

from models.batching import Batcher
from models.catalog import Catalog
from models.errors import TooLate
from models.results import LabelResult
from models.runtime import ModelRunner
from models.service import ModelService


async def test_every_task_is_queued_in_the_name_of_its_chat_and_with_the_deadline(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = Batcher.submit
    asked: list[tuple[object, object]] = []

    async def noted(self: Batcher, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401  # passed on
        asked.append((keywords["chat"], keywords["deadline"]))
        return await submit(self, *arguments, **keywords)

    monkeypatch.setattr(Batcher, "submit", noted)
    service = ModelService(catalog, device="cpu", answer_deadline=45.0)
    await service.mask("soccer ___", chat=1)
    await service.nsp("나는", "학교", chat=2)
    await service.sentiment("나는", chat=3)
    await service.nli("나는", "학교", chat=4)
    await service.tokens("나는", chat=5)
    await service.sentiment("나는")
    await service.close()
    assert asked == [(chat, 45.0) for chat in (1, 2, 3, 4, 5, None)]


async def test_an_answer_that_takes_too_long_is_told_and_dropped(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, run = threading.Event(), ModelRunner.run

    def slow(self: ModelRunner, items: Any) -> Any:  # noqa: ANN401  # passed on
        assert gate.wait(60)
        return run(self, items)

    service = ModelService(catalog, device="cpu", answer_deadline=0.2)
    monkeypatch.setattr(ModelRunner, "run", slow)
    with pytest.raises(TooLate, match=r"0\.2 s"):
        await service.sentiment("나는")
    gate.set()
    monkeypatch.setattr(service, "_answer_deadline", 60.0)
    assert isinstance(await service.sentiment("나는"), LabelResult)
    await service.close()
