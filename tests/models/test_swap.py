"""Another checkpoint takes over a task while questions come in."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from models.catalog import Source
from models.errors import CheckpointUnavailable, UnknownPreset
from models.results import LabelResult, Task
from models.runtime import ModelRunner
from models.service import ModelService
from tests.tiny import tiny_catalog, write_checkpoint

TEXT = "이 영화는 너무 좋다"


def certain(folder: Path, label: int) -> Source:
    """A checkpoint that gives one sentiment, whatever the text."""
    file = write_checkpoint(folder) / "model.safetensors"
    weights = load_file(file)
    weights["sentiment.out.weight"].zero_()
    weights["sentiment.out.bias"] = torch.tensor([8.0, -8.0] if label == 0 else [-8.0, 8.0])
    save_file(weights, file, {"format": "pt"})
    return Source(model=str(folder), tokenizer=str(folder))


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ModelService]:
    opened = ModelService(tiny_catalog(tmp_path / "catalog"), device="cpu")
    yield opened
    await opened.close()


async def test_a_swapped_task_is_answered_by_the_new_checkpoint_and_the_others_by_the_old(
    service: ModelService, tmp_path: Path
) -> None:
    before = await service.nli(TEXT, "좋다")
    old = await service.sentiment(TEXT)
    new = await service.swap(Task.SENTIMENT, certain(tmp_path / "new", 1))
    after = await service.sentiment(TEXT)
    assert (after.label, after.version) == ("positive", new)
    assert old.version != new
    assert (await service.nli(TEXT, "좋다")).version == before.version


async def test_under_load_no_question_is_lost_and_each_answer_is_of_one_model(
    service: ModelService, tmp_path: Path
) -> None:
    sources = [certain(tmp_path / name, label) for label, name in enumerate(("no", "yes"))]
    labels = {
        await service.swap(Task.SENTIMENT, each): name
        for each, name in zip(sources, ("negative", "positive"), strict=True)
    }
    stop = asyncio.Event()
    answers: list[LabelResult] = []

    async def client(number: int) -> None:
        while not stop.is_set():
            answers.append(await service.sentiment(f"{TEXT} {number}", chat=number))

    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(client(number))
        for each in [*sources, *sources, *sources]:
            await service.swap(Task.SENTIMENT, each)
            seen = len(answers)
            while len(answers) < seen + 20:
                await service.sentiment(TEXT)
        stop.set()
    assert {answer.version for answer in answers} == set(labels)
    assert all(answer.label == labels[answer.version] for answer in answers)
    assert all(max(answer.scores.values()) > 0.99 for answer in answers)


async def test_the_old_model_is_let_go(service: ModelService, tmp_path: Path) -> None:
    await service.sentiment(TEXT)
    await service.swap(Task.SENTIMENT, certain(tmp_path / "a", 0))
    source = service._catalog.source("builtin", Task.SENTIMENT, "ko")
    runner: ModelRunner = service._get_loader().model(source, Task.SENTIMENT)
    network = weakref.ref(runner.checkpoint.network)
    del runner
    await service.sentiment(TEXT)
    await service.swap(Task.SENTIMENT, certain(tmp_path / "b", 1))
    await service.sentiment(TEXT)
    gc.collect()
    assert network() is None


async def test_a_checkpoint_that_cannot_serve_is_refused_and_the_old_one_stays(
    service: ModelService, tmp_path: Path
) -> None:
    version = (await service.sentiment(TEXT)).version
    broken = certain(tmp_path / "broken", 0)
    file = tmp_path / "broken" / "model.safetensors"
    weights = load_file(file)
    weights["sentiment.out.bias"] = torch.tensor([float("nan"), 0.0])
    save_file(weights, file, {"format": "pt"})
    with pytest.raises(CheckpointUnavailable, match="not numbers"):
        await service.swap(Task.SENTIMENT, broken)
    write_checkpoint(tmp_path / "trunk", "bert-trunk")
    with pytest.raises(CheckpointUnavailable):
        await service.swap(Task.SENTIMENT, Source(str(tmp_path / "trunk"), str(tmp_path / "trunk")))
    with pytest.raises(UnknownPreset):
        await service.swap(Task.SENTIMENT, broken, preset="nobody")
    assert (await service.sentiment(TEXT)).version == version


async def test_one_language_can_be_swapped_alone(service: ModelService, tmp_path: Path) -> None:
    korean = (await service.sentiment(TEXT)).version
    english = await service.swap(Task.SENTIMENT, certain(tmp_path / "en", 0), language="en")
    assert (await service.sentiment("a good film")).version == english
    assert (await service.sentiment(TEXT)).version == korean
