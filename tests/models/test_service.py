from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
import torch

from models.catalog import Catalog, Source, load_catalog
from models.downloads import DownloadProgress
from models.errors import (
    Busy,
    CheckpointUnavailable,
    EmptyText,
    ModelServiceError,
    NoBlank,
    PreferredUnavailable,
    StillLoading,
    TaskNotServed,
    UnknownPreset,
)
from models.results import LABELS, LabelResult, MaskResult, Task, TokensResult
from models.runtime import Loader, ModelRunner
from models.service import ModelService
from tests.tiny import catalog_file, write_checkpoint

NASTY = [  # and whether there is anything to read in them
    ("\x00", False),
    ("a\x00b", True),
    ("\ud800", False),
    ("a\udfff가", True),
    ("שלום עולם", True),
    ("😀👨‍👩‍👧‍👦", True),
    ("\u202egnp.exe", True),
    ("[CLS] [SEP] [PAD]", True),
    ("##다", True),
    ("가" * 5000, True),
]


async def test_five_tasks_in_two_languages(service: ModelService) -> None:
    for text in ("축구는 정말 재미있는 [MASK]다.", "soccer is a really fun ___."):
        mask = await service.mask(text)
        assert (mask.model, len(mask.masks), len(mask.masks[0])) == ("builtin", 1, 5)
    for first, second in (("나는 학교", "오늘 아침에"), ("pizza is good", "the sky is blue")):
        answers: list[LabelResult] = [
            await service.nsp(first, second),
            await service.sentiment(first),
            await service.nli(first, second),
        ]
        for task, answer in zip((Task.NSP, Task.SENTIMENT, Task.NLI), answers, strict=True):
            assert answer.task is task
            assert tuple(answer.scores) == LABELS[task]
            assert sum(answer.scores.values()) == pytest.approx(1)
            assert answer.scores[answer.label] == max(answer.scores.values())


async def test_answers_do_not_depend_on_company(catalog: Catalog) -> None:
    service = ModelService(catalog, device="cpu", precision="fp32")
    texts = [f"이 영화는 {'너무 ' * length}좋다" for length in range(12)]
    alone = [await service.sentiment(text) for text in texts]
    together = await asyncio.gather(*map(service.sentiment, texts))
    for one, other in zip(alone, together, strict=True):
        assert one.scores == pytest.approx(dict(other.scores), abs=1e-5)
    assert len({round(one.scores["positive"], 6) for one in alone}) > 6
    await service.close()


async def test_tokens_say_where_they_come_from_and_compare_offline(service: ModelService) -> None:
    text = "나는  학교 😀"
    result = await service.tokens(text, "pizza")
    assert [token.token for token in result.tokens][:3] == ["[CLS]", "나는", "학교"]
    assert [text[token.start : token.end] for token in result.tokens if not token.segment][:3] == [
        "",
        "나는",
        "학교",
    ]
    assert [token.segment for token in result.tokens][-1] == 1
    assert result.tokens[0].special
    unknown = next(token for token in result.tokens if token.token == "[UNK]")
    assert text[unknown.start : unknown.end] == "😀"
    assert not unknown.special  # a piece of the text, though nobody knows which
    assert result.other_model == "kobert"
    words = [text[token.start : token.end] for token in result.other_tokens if token.segment == 0]
    assert {"나는", "학교", "😀"} <= set(words)


async def test_tokens_point_into_the_text_as_it_was_sent(service: ModelService) -> None:
    import unicodedata  # noqa: PLC0415  # beside its only use

    text = unicodedata.normalize("NFD", "나는 영화")
    result = await service.tokens(text)
    assert [text[token.start : token.end] for token in result.tokens if not token.special] == text.split()


@pytest.mark.parametrize("wrong", ["no folder", "weights", "config", "no tokenizer"])
async def test_a_preset_that_is_preferred_and_cannot_be_loaded_is_named(
    catalog: Catalog, tmp_path: Path, wrong: str
) -> None:
    folder = tmp_path / "broken"
    if wrong != "no folder":
        write_checkpoint(folder, tokenizer=wrong != "no tokenizer")
    if wrong == "weights":
        (folder / "model.safetensors").write_bytes(b"not weights")
    if wrong == "config":
        (folder / "config.json").write_text("{", encoding="utf-8")
    lines = load_catalog(catalog_file(tmp_path / "catalog.toml", klue=str(folder))).presets["klue"]
    service = ModelService(Catalog({"builtin": catalog.presets["builtin"], "klue": lines}), device="cpu")
    asks: list[Callable[..., Awaitable[LabelResult | MaskResult | TokensResult]]] = [
        partial(service.sentiment, "영화"),
        partial(service.nli, "영화", "학교"),
        partial(service.nsp, "영화", "학교"),
        partial(service.mask, "영화 ___"),
    ]
    if wrong not in {"weights", "config"}:  # a tokenizer needs neither
        asks.append(partial(service.tokens, "영화"))
    for ask in asks:
        with pytest.raises(PreferredUnavailable) as caught:
            await ask(prefer="klue")
        assert caught.value.preset == "klue"
        assert "\n" not in str(caught.value)
        assert (await ask()).model == "builtin"
    with pytest.raises(CheckpointUnavailable) as aloud:
        await service.sentiment("영화", preset="klue")
    assert not isinstance(aloud.value, PreferredUnavailable)
    await service.close()


async def test_tokens_compared_by_name(service: ModelService) -> None:
    result = await service.tokens("나는", preset="kobert", compare="builtin")
    assert (result.model, result.other_model) == ("kobert", "builtin")
    with pytest.raises(UnknownPreset):
        await service.tokens("나는", compare="nope")


async def test_a_tokenizer_asked_for_by_name_is_missed_aloud(catalog: Catalog, tmp_path: Path) -> None:
    gone = Source(model=str(tmp_path / "gone"), tokenizer=str(tmp_path / "gone"))
    presets = {"builtin": catalog.presets["builtin"], "gone": {(Task.TOKENS, "any"): gone}}
    service = ModelService(Catalog(presets), device="cpu")
    assert (await service.tokens("나는")).other_model is None
    with pytest.raises(CheckpointUnavailable, match="no folder"):
        await service.tokens("나는", compare="gone")
    await service.close()


@pytest.mark.parametrize(("text", "readable"), NASTY)
async def test_nasty_texts_are_answered_or_refused_by_type(
    service: ModelService, text: str, readable: bool
) -> None:
    assert (await service.mask(f"{text} [MASK]")).masks[0]
    calls = [
        service.nsp(text, "가"),
        service.nli("가", text),
        service.sentiment(text),
        service.tokens(text, text),
    ]
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(outcome, LabelResult | TokensResult if readable else EmptyText), outcome


async def test_of_a_text_without_a_known_piece_the_answer_is_a_guess(service: ModelService) -> None:
    assert (await service.sentiment("😀👍")).guessed
    assert (await service.nli("나는", "שלום")).guessed
    assert (await service.nsp("שלום", "나는")).guessed
    assert not (await service.sentiment("😀 나는")).guessed
    assert not (await service.nli("나는 😀", "😀 나는")).guessed


async def test_long_texts_are_cut_and_say_so(service: ModelService) -> None:
    long = "나는 학교 " * 60
    assert (await service.sentiment(long)).truncated
    assert (await service.nsp("나는", long)).truncated
    assert (await service.nli(long, "나는")).truncated
    tokens = await service.tokens(long)
    assert tokens.truncated
    assert len(tokens.tokens) == 64
    compared = await service.tokens("나는 학교 " * 20, preset="kobert", compare="builtin")
    assert len(compared.tokens) < 512
    assert len(compared.other_tokens) < 64
    assert not compared.truncated
    compared = await service.tokens("나는 학교 " * 40, preset="kobert", compare="builtin")
    assert len(compared.tokens) < 512
    assert len(compared.other_tokens) == 64
    assert compared.truncated
    assert not (await service.sentiment("나는")).truncated


async def test_refusals_are_typed(service: ModelService) -> None:
    with pytest.raises(NoBlank):
        await service.mask("나는 학교")
    with pytest.raises(EmptyText):
        await service.nli("나는", "\u200b")
    with pytest.raises(UnknownPreset):
        await service.sentiment("나는", preset="nope")
    with pytest.raises(TaskNotServed):
        await service.sentiment("나는", preset="klue")


async def test_a_default_preset_without_a_task_leaves_it_to_the_builtin(catalog: Catalog) -> None:
    service = ModelService(catalog, device="cpu", preset="klue")
    assert (await service.sentiment("나는")).model == "builtin"
    assert (await service.mask("soccer [MASK]")).model == "builtin"
    await service.close()


async def test_a_preferred_preset_answers_what_it_can(catalog: Catalog) -> None:
    mine = {key: source for key, source in catalog.presets["builtin"].items() if key[0] is Task.MASK}
    presets = {"builtin": catalog.presets["builtin"], "mine": mine, "other": dict(catalog.presets["builtin"])}
    service = ModelService(Catalog(presets), device="cpu", preset="other")
    assert service.preset == "other"
    assert (await service.mask("나는 [MASK]", prefer="mine")).model == "mine"
    assert (await service.sentiment("나는", prefer="mine")).model == "other"  # the default
    assert (await service.nsp("나는", "너는", prefer="gone")).model == "other"
    assert (await service.nli("나는", "너는", prefer="builtin")).model == "builtin"
    assert (await service.tokens("나는", prefer="builtin")).model == "builtin"
    assert (await service.mask("나는 [MASK]", preset="builtin", prefer="mine")).model == "builtin"
    await service.close()


async def test_a_korean_blank_leaves_an_english_text_english(service: ModelService) -> None:
    with pytest.raises(TaskNotServed, match="English"):
        await service.mask("The capital of France is (빈칸).", preset="klue")


async def test_a_checkpoint_is_loaded_once_however_many_ask(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[Task] = []
    model = Loader.model

    def counted(self: Loader, source: object, task: Task) -> ModelRunner:
        loads.append(task)
        return model(self, source, task)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(Loader, "model", counted)
    service = ModelService(catalog, device="cpu")
    await asyncio.gather(*(service.sentiment("나는") for _ in range(20)))
    assert loads == [Task.SENTIMENT]
    await service.close()


async def test_a_failed_load_is_tried_again(tmp_path: Path) -> None:
    catalog = load_catalog(catalog_file(tmp_path / "c.toml", builtin=str(tmp_path / "late")))
    service = ModelService(catalog, device="cpu")
    with pytest.raises(CheckpointUnavailable):
        await service.sentiment("나는")
    write_checkpoint(tmp_path / "late")
    assert (await service.sentiment("나는")).model == "builtin"
    await service.close()


async def test_a_request_that_goes_away_does_not_spoil_the_load(catalog: Catalog) -> None:
    service = ModelService(catalog, device="cpu")
    loop = asyncio.get_running_loop()
    gone, stays = (loop.create_task(service.sentiment("나는")) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).model == "builtin"
    await service.close()


async def test_more_than_the_queue_holds_is_busy(catalog: Catalog) -> None:
    service = ModelService(catalog, device="cpu", queue_size=3)
    outcomes = await asyncio.gather(*(service.sentiment("나는") for _ in range(10)), return_exceptions=True)
    busy = [outcome for outcome in outcomes if isinstance(outcome, Busy)]
    assert len(busy) == 7
    assert all(error.retry_after > 0 for error in busy)
    assert all(isinstance(outcome, LabelResult | Busy) for outcome in outcomes)
    await service.close()


async def test_who_waits_in_vain_learns_how_far_the_download_is(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[DownloadProgress | None] = []
    progress = DownloadProgress("klue/bert-base", "model.safetensors", 1, 4)
    over = threading.Event()

    def download(loader: Loader, *_: object) -> None:
        assert loader._watch is not None
        loader._watch(progress)
        over.wait(60)
        loader._watch(None)

    monkeypatch.setattr(Loader, "model", download)
    monkeypatch.setattr("models.loads._PATIENCE", 0.05)
    service = ModelService(catalog, device="cpu", watch=told.append, load_patience=0.5)
    with pytest.raises(StillLoading) as caught:
        await service.sentiment("나는")
    shown = service.download
    assert caught.value.progress == shown == progress
    over.set()
    while service.download is not None:  # noqa: ASYNC110  # set by another thread
        await asyncio.sleep(0.01)
    assert told == [progress, None]
    await service.close()


async def test_closing_does_not_wait_for_a_download(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloaded = threading.Event()
    monkeypatch.setattr(Loader, "model", lambda *_: downloaded.wait(60))
    monkeypatch.setattr("models.loads._PATIENCE", 0.05)
    service = ModelService(catalog, device="cpu", load_patience=0.05)
    asked = asyncio.get_running_loop().create_task(service.sentiment("나는"))
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await service.close()
    with pytest.raises(Busy):
        await asked
    downloaded.set()


async def test_closing_answers_what_was_accepted(catalog: Catalog) -> None:
    service = ModelService(catalog, device="cpu")
    await service.start()
    loop = asyncio.get_running_loop()
    asked = [loop.create_task(service.sentiment("나는")) for _ in range(5)]
    await asyncio.sleep(0)
    await service.close()
    assert all(task.done() for task in asked)
    assert {(await task).model for task in asked} == {"builtin"}
    with pytest.raises(ModelServiceError, match="closed"):
        await service.sentiment("나는")


async def warm(service: ModelService) -> None:
    assert service._warming is not None
    await service._warming


async def test_the_warm_up_and_who_asks_meanwhile_load_once(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, load, loaded = threading.Event(), Loader.model, Counter[Task]()

    def slow(loader: Loader, source: Source, task: Task) -> ModelRunner:
        loaded[task] += 1
        gate.wait(60)
        return load(loader, source, task)

    monkeypatch.setattr(Loader, "model", slow)
    service = ModelService(catalog, device="cpu")
    await service.start()
    asked = asyncio.get_running_loop().create_task(service.mask("나는 [MASK]"))
    await asyncio.sleep(0.05)
    gate.set()
    await asked
    await warm(service)
    assert loaded == dict.fromkeys((Task.MASK, Task.NSP, Task.SENTIMENT, Task.NLI), 1)
    await service.close()


async def test_closing_does_not_wait_for_the_warm_up(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloaded = threading.Event()
    monkeypatch.setattr(Loader, "model", lambda *_: downloaded.wait(60))
    monkeypatch.setattr("models.loads._PATIENCE", 0.05)
    service = ModelService(catalog, device="cpu")
    await service.start()
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await service.close()
    downloaded.set()


async def test_start_loads_without_waiting_and_survives_a_missing_checkpoint(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    catalog = load_catalog(catalog_file(tmp_path / "c.toml", builtin=str(tmp_path / "none")))
    service = ModelService(catalog, device="cpu")
    with caplog.at_level(logging.WARNING):
        await service.start()
        await warm(service)
        await service.close()
    assert "there is no folder" in caplog.text
    assert all("\n" not in record.getMessage() for record in caplog.records)


async def test_what_nobody_expected_of_a_warm_up_is_logged_and_the_rest_is_loaded(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[Task] = []

    def broken(_: Loader, __: object, task: Task) -> None:
        asked.append(task)
        raise RuntimeError(message)

    message = "never seen before"
    monkeypatch.setattr(Loader, "model", broken)
    service = ModelService(catalog, device="cpu")
    await service.start()
    await warm(service)
    await service.close()
    assert caplog.text.count("\nRuntimeError\n") == len(asked)
    assert message not in caplog.text  # a message may hold what somebody wrote
    assert asked == [Task.MASK, Task.NSP, Task.SENTIMENT, Task.NLI]


async def test_an_unusable_device_is_told_at_the_start(catalog: Catalog) -> None:
    service = ModelService(catalog, device="tpu")
    with pytest.raises(ModelServiceError, match="DEVICE is"):
        await service.start()
    await service.close()


async def test_the_loop_runs_on_while_a_batch_is_worked_on(
    service: ModelService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.sentiment("나는")  # loaded, so that only work is measured
    run = ModelRunner.run
    worked: list[float] = []
    threads: set[str] = set()

    def heavy(self: ModelRunner, items: object) -> object:
        begin = time.monotonic()
        threads.add(threading.current_thread().name)
        matrix = torch.ones(400, 400)
        while time.monotonic() - begin < 0.6:
            matrix = (matrix @ matrix).clamp(-1, 1)
        worked.append(time.monotonic() - begin)
        return run(self, items)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(ModelRunner, "run", heavy)
    lags: list[float] = []

    async def tick() -> None:
        while True:
            begin = time.monotonic()
            await asyncio.sleep(0.01)
            lags.append(time.monotonic() - begin - 0.01)

    for _ in range(3):  # a busy machine may hold up one round, a blocked loop holds up all
        lags.clear()
        ticker = asyncio.get_running_loop().create_task(tick())
        await service.sentiment("나는")
        ticker.cancel()
        if max(lags) < 0.1:
            break
    assert max(lags) < 0.1
    assert len(lags) > 10
    assert min(worked) >= 0.6
    assert all(name.startswith("model-worker") for name in threads)


def test_importing_the_service_does_not_import_torch() -> None:
    code = (
        "import sys, models.service; sys.exit(any(name in sys.modules for name in ('torch', 'transformers')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_a_preset_of_ones_own_answers(tmp_path: Path) -> None:
    checkpoint = write_checkpoint(tmp_path / "mine")
    file = catalog_file(tmp_path / "c.toml", mine=str(checkpoint))
    service = ModelService(load_catalog(file), device="cpu", preset="mine")
    assert service.presets == ("builtin", "klue", "kobert", "google", "mine")
    assert (await service.sentiment("나는")).model == "mine"
    await service.close()
    with pytest.raises(UnknownPreset):
        ModelService(load_catalog(), preset="nope")
