"""Another checkpoint takes over a task while questions come in."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from safetensors.torch import load_file, save_file

from models.catalog import BUILTIN, BadCatalog, Source
from models.checkpoints import load_checkpoint
from models.errors import CheckpointUnavailable, ModelServiceError, StillLoading, UnknownPreset
from models.memory import give_back
from models.results import LabelResult, Task
from models.runtime import Loader, ModelRunner
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
    runner: ModelRunner = service._runners.ready().model(source, Task.SENTIMENT)
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


async def test_a_refused_checkpoint_is_let_go(service: ModelService, tmp_path: Path) -> None:
    await service.sentiment(TEXT)
    loader = service._runners.ready()
    before = len(loader._checkpoints)
    write_checkpoint(tmp_path / "mask", "bert-mask")
    with pytest.raises(CheckpointUnavailable, match="no trained weights for sentiment"):
        await service.swap(Task.SENTIMENT, Source(str(tmp_path / "mask"), str(tmp_path / "mask")))
    assert len(loader._checkpoints) == before


async def test_swaps_at_the_same_time_take_turns_and_the_last_one_stays(
    service: ModelService, tmp_path: Path
) -> None:
    sources = [certain(tmp_path / name, label) for label, name in enumerate(("first", "second"))]
    versions = await asyncio.gather(*(service.swap(Task.SENTIMENT, each) for each in sources))
    answer = await service.sentiment(TEXT)
    assert (answer.version, answer.label) == (versions[-1], "positive")


async def test_the_loop_goes_on_while_another_checkpoint_loads(
    service: ModelService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models import runtime  # noqa: PLC0415  # beside its only use

    await service.sentiment(TEXT)
    one, other = certain(tmp_path / "one", 0), certain(tmp_path / "other", 1)
    loading, leave, real = threading.Event(), threading.Event(), load_checkpoint

    def slow(blueprint: Any, source: Source, *others: Any) -> Any:  # noqa: ANN401  # stands for the real one
        if source == other:
            loading.set()
            leave.wait(10)
        return real(blueprint, source, *others)

    await asyncio.to_thread(service._runners.ready().model, one, Task.SENTIMENT)
    monkeypatch.setattr(runtime, "load_checkpoint", slow)
    async with asyncio.TaskGroup() as group:
        load = group.create_task(asyncio.to_thread(service._runners.ready().model, other, Task.NLI))
        await asyncio.to_thread(loading.wait, 10)
        release = group.create_task(service._release())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not load.done()
        assert not release.done()  # waits in its thread, not on the loop
        leave.set()


async def test_what_cannot_be_swapped_is_refused_at_once(service: ModelService, tmp_path: Path) -> None:
    source = certain(tmp_path / "new", 0)
    with pytest.raises(ModelServiceError, match="tokens has a tokenizer"):
        await service.swap(Task.TOKENS, source)
    with pytest.raises(BadCatalog, match="ko, en, any, not 'de'"):
        await service.swap(Task.SENTIMENT, source, language="de")


async def test_a_head_with_another_number_of_classes_is_refused(
    service: ModelService, tmp_path: Path
) -> None:
    source = certain(tmp_path / "three", 0)
    file = tmp_path / "three" / "model.safetensors"
    weights = load_file(file)
    hidden = weights["sentiment.out.weight"].shape[1]
    weights["sentiment.out.weight"], weights["sentiment.out.bias"] = torch.zeros(3, hidden), torch.zeros(3)
    save_file(weights, file, {"format": "pt"})
    with pytest.raises(CheckpointUnavailable, match="head for sentiment has 3 classes, not 2"):
        await service.swap(Task.SENTIMENT, source)


@pytest.mark.parametrize("waits", [True, False])
async def test_what_comes_after_the_swap_that_let_go_of_it_is_let_go(
    service: ModelService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    late, new = certain(tmp_path / "late", 0), certain(tmp_path / "new", 1)
    gate, load, fetch = threading.Event(), Loader.model, service._runners.model
    came, loop = asyncio.Event(), asyncio.get_running_loop()

    def slow(loader: Loader, source: Source, task: Task) -> ModelRunner:
        if source == late:
            gate.wait(60)
        return load(loader, source, task)

    def told(source: Source, task: Task) -> ModelRunner:
        try:
            return fetch(source, task)
        finally:
            if source == late:
                loop.call_soon_threadsafe(came.set)

    monkeypatch.setattr(Loader, "model", slow)
    monkeypatch.setattr(service._runners, "model", told)
    service._catalog = service._catalog.with_source(BUILTIN, Task.SENTIMENT, "any", late)
    service._loads._patience = None if waits else 0.05
    asked = asyncio.get_running_loop().create_task(service.sentiment(TEXT))
    await asyncio.sleep(0.1)
    version = await service.swap(Task.SENTIMENT, new)
    gate.set()
    if waits:
        assert (await asked).label == "negative"
    else:  # nobody waits for it any more
        with pytest.raises(StillLoading):
            await asked
        await came.wait()
    assert (await service.sentiment(TEXT)).version == version
    loader = service._runners.ready()
    assert (late, Task.SENTIMENT) not in loader._keys
    assert all(runner.checkpoint.name != late.model for runner in loader._runners.values())
    assert not any(key[0] == Path(late.model) for key in loader._tokenizers)


async def test_closing_does_not_wait_for_a_swap_that_downloads(
    service: ModelService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, gate = certain(tmp_path / "new", 1), threading.Event()
    await service.sentiment(TEXT)
    monkeypatch.setattr(Loader, "model", lambda *_: gate.wait(60))
    monkeypatch.setattr("models.loads._PATIENCE", 0.05)
    swap = asyncio.get_running_loop().create_task(service.swap(Task.SENTIMENT, new))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(20):
        await service.close()
    gate.set()
    with pytest.raises(ModelServiceError, match="closed"):
        await swap
    with pytest.raises(ModelServiceError, match="closed"):
        await service.swap(Task.SENTIMENT, new)


async def test_freed_memory_goes_back_to_the_system(
    service: ModelService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    monkeypatch.setattr("models.runtime.give_back", lambda: given.append(1))
    await service.sentiment(TEXT)
    loaded = len(given)
    await service.swap(Task.SENTIMENT, certain(tmp_path / "new", 1))
    assert (loaded, len(given)) == (1, 3), "after each load, and after letting go"


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_a_heap_in_pieces_is_given_back() -> None:
    held = [bytes(100_000) for _ in range(2_000)]  # below the size that is mapped by itself
    kept = held[::50]
    before = psutil.Process().memory_info().rss
    del held
    give_back()
    assert len(kept) == 40
    assert before - psutil.Process().memory_info().rss > 100 * 2**20
