"""From text files to a model that answers, by the commands a maintainer types."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from models.catalog import load_catalog
from models.service import ModelService
from tests.tiny import catalog_file
from training import corpus, evaluate, finetune, pretrain, tokenizer

MARKS = ("산에", "웃었다", "친구들이")  # unlike neighbours, so unlike first vectors
POSITIVE, NEGATIVE = ("웃었다", "먹었다"), ("울었다", "도와주었다")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pipeline")
    rng = np.random.default_rng(0)
    for name, size in (("train", 300), ("test", 60)):
        rows = ["id\tdocument\tlabel"]
        for n in range(size):
            words = (NEGATIVE, POSITIVE)[n % 2]
            rows.append(f"{n}\t{name} {n} 영화 {rng.choice(words)}\t{n % 2}")
        (out / f"nsmc_{name}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        pairs = ["premise\thypothesis\tlabel"]
        for n in range(size):
            mark = MARKS[n % 3]
            label = ("entailment", "neutral", "contradiction")[n % 3]
            pairs.append(f"{name} {n}\t{name} {n} {mark}\t{label}")
        (out / f"nli_{name}.tsv").write_text("\n".join(pairs) + "\n", encoding="utf-8")
    return out


def call(module_main: object, *arguments: str | Path) -> str:
    app = typer.Typer()
    app.command()(module_main)  # type: ignore[type-var]  # a function, as typer.run takes it
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


async def test_the_whole_way(folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrain, "LENGTHS", ((32, 1.0),))
    for name, value in (("LENGTH", 32), ("PAIRS", 128)):
        monkeypatch.setattr(evaluate, name, value)
    for name in ("SENTIMENT_TOKENS", "NLI_TOKENS", "REPLAY_TOKENS"):
        monkeypatch.setattr(finetune, name, 512)
    monkeypatch.setattr(pretrain, "TOKENS_PER_STEP", (256, 256))
    monkeypatch.setattr(finetune, "DROPOUT", 0.0)  # a few seconds must do
    # In a corpus this small all words have the same neighbours, and vectors made of those would all be alike.
    began: list[object] = []
    monkeypatch.setattr(pretrain, "initialise", lambda model, *_, **__: began.append(model))
    monkeypatch.setattr(corpus, "HELD_OUT_EVERY", 4)

    texts = {name: data / f"{name}.txt" for name in ("ko", "en", "reviews")}
    out = call(
        tokenizer.main,
        "--out",
        folder / "tok",
        "--korean",
        texts["ko"],
        "--english",
        texts["en"],
        "--vocab-size",
        "400",
        "--characters",
        "9999",
    )
    assert f"in {folder / 'tok'}" in out
    for name, text in texts.items():
        single = ["--single"] if name == "reviews" else []
        call(corpus.main, "--tokenizer", folder / "tok", "--out", folder / name, *single, text)

    corpora: list[str | Path] = [
        "--korean",
        folder / "ko",
        "--english",
        folder / "en",
        "--reviews",
        folder / "reviews",
    ]
    call(
        pretrain.main,
        "--tokenizer",
        folder / "tok",
        *corpora,
        "--out",
        folder / "pre",
        "--steps",
        "3",
        "--layers",
        "1",
        "--hidden",
        "64",
        "--heads",
        "2",
    )
    assert len(began) == 1
    out = call(
        finetune.main,
        *(
            "--model",
            folder / "pre" / "model",
            "--nsmc",
            folder / "nsmc_train.tsv",
            "--nli",
            folder / "nli_train.tsv",
        ),
        *("--held-out-nsmc", folder / "nsmc_test.tsv", "--held-out-nli", folder / "nli_test.tsv"),
        *corpora,
        *("--out", folder / "fine", "--steps", "300", "--lr", "0.003"),
    )
    assert "sentiment 240 + dev 60; NLI 240 + dev 60" in out

    given: list[object] = []
    monkeypatch.setattr(finetune, "give_matching_head", given.append)
    for steps in ("2", "3"):  # a second round, which is stopped and goes on with what it has learnt
        call(
            finetune.main,
            *("--model", folder / "fine" / "model", "--nsmc", folder / "nsmc_train.tsv"),
            *("--held-out-nsmc", folder / "nsmc_test.tsv", "--held-out-nli", folder / "nli_test.tsv"),
            *("--nli", folder / "nli_train.tsv", *corpora),
            *("--out", folder / "again", "--steps", steps, "--matching-head", "--seed", "1"),
        )
    assert len(given) == 1

    out = call(
        evaluate.main,
        *(
            "--model",
            folder / "fine" / "model",
            "--nsmc",
            folder / "nsmc_test.tsv",
            "--nli",
            folder / "nli_test.tsv",
        ),
        *("--documents", folder / "ko-heldout", "--json"),
    )
    figures = {figure["name"]: figure for figure in json.loads(out)}
    sentiment = figures["sentiment accuracy, nsmc_test.tsv"]
    assert sentiment["n"] == 60
    assert sentiment["value"] > 0.9, "the words tell the label"
    assert figures["nli accuracy, nli_test.tsv"]["value"] > 0.8
    for figure in figures.values():
        assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
    assert (
        figures["masked token top-1, ko-heldout"]["value"]
        <= figures["masked token top-5, ko-heldout"]["value"]
    )

    service = ModelService(
        load_catalog(catalog_file(folder / "catalog.toml", builtin=str(folder / "fine" / "model")))
    )
    try:
        assert (await service.sentiment("test 1 영화 웃었다")).label == "positive"
        assert (await service.sentiment("test 0 영화 울었다")).label == "negative"
        labels = [(await service.nli("test 3", f"test 3 {mark}")).label for mark in MARKS]
        assert labels == ["entailment", "neutral", "contradiction"]
    finally:
        await service.close()
