"""Our pre-training and Hugging Face's Trainer read the same documents from the same weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import typer
from transformers import BertTokenizerFast
from typer.testing import CliRunner

from benchmarks import pretraining
from benchmarks.pretraining import Pretrained, beginning, main, markdown
from benchmarks.trainer import Pairs
from tests.training.conftest import as_file, korean_documents
from training import corpus, evaluate_text, pretrain
from training.corpus import Corpus, encode
from training.tokenizer import train_tokenizer

app = typer.Typer()
app.command()(main)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Documents, and all that belongs to pairs of 32 tokens of them."""
    monkeypatch.setattr(pretrain, "LENGTHS", ((32, 1.0),))
    monkeypatch.setattr(evaluate_text, "LENGTH", 32)
    monkeypatch.setattr(corpus, "HELD_OUT_EVERY", 4)
    for name, value in {
        "LONGEST": 32,
        "PAIRS": 32,
        "TOKENIZER": tmp_path / "tok",
        "CACHE": tmp_path / "text",
    }.items():
        monkeypatch.setattr(pretraining, name, value)
    found = as_file(tmp_path / "ko.txt", korean_documents())
    train_tokenizer([found], [], characters=9_999, vocab_size=300).save_pretrained(tmp_path / "tok")
    return found


def test_each_of_trainers_and_ours_have_their_line(file: str) -> None:
    rates = ["--trainer-lr", "1e-5", "--trainer-lr", "1e-3"]

    done = CliRunner().invoke(app, ["1x64", "--documents", file, "--steps", "3", "--tokens", "256", *rates])

    assert done.exit_code == 0, repr(done.exception)
    before, slow, fast, ours = (line.split(" | ") for line in done.stdout.splitlines()[2:6])
    assert before[:4] == ["| none", "0.0", "0.00 M", ""]
    assert slow[0] == "| Trainer, batches of 8, lr 1e-05"
    assert fast[0] == "| Trainer, batches of 8, lr 0.001"
    assert ours[0] == "| ours, steps of 256 tokens, lr 0.001"
    assert slow[2:4] != ours[2:4]
    assert "next sentence: " in done.stdout


def test_a_size_that_is_none_is_one_line(file: str) -> None:
    done = CliRunner().invoke(app, ["big", "--documents", file])

    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith("benchmarks.pretraining: ")


def _read(file: str, tokenizer: Path) -> tuple[Corpus, BertTokenizerFast]:
    cutter: BertTokenizerFast = BertTokenizerFast.from_pretrained(tokenizer)
    return encode([file], cutter)[0], cutter


def test_the_seam_of_a_pair_that_is_cut_stays(file: str, tmp_path: Path) -> None:
    text, cutter = _read(file, tmp_path / "tok")
    words = " ".join(map(str, text.ids.tolist()))
    follow = 0
    for example in Pairs(text, cutter, 32).examples:
        ids, types = example["input_ids"], example["token_type_ids"]
        assert len(ids) <= 32
        split = int(types.argmax())
        assert [int(ids[at]) for at in (0, split - 1, -1)] == [
            cutter.cls_token_id,
            cutter.sep_token_id,
            cutter.sep_token_id,
        ]
        if not example["next_sentence_label"]:
            both = torch.cat([ids[1 : split - 1], ids[split:-1]])
            assert " ".join(map(str, both.tolist())) in words
            follow += len(ids) == 32
    assert follow > 5  # were cut, or might have been


def test_the_beginning_is_whole_documents(file: str, tmp_path: Path) -> None:
    text, _ = _read(file, tmp_path / "tok")
    ends = text.sentences[text.documents]

    for tokens, count in ((1, 1), (ends[3] - 1, 2), (ends[3], 3), (10**9, len(ends) - 1)):
        found = beginning(text, int(tokens))
        assert len(found.documents) == count + 1
        assert found.ids.tolist() == text.ids[: ends[count]].tolist()
        assert int(found.sentences[found.documents[-1]]) == ends[count]


def test_the_ratios_are_to_the_most_accurate_of_trainer_s() -> None:
    def made(name: str, seconds: float, tokens: int, right: int) -> Pretrained:
        ranks, homes = np.where(np.arange(100) < right, 0, 9), np.arange(100)
        return Pretrained(name, seconds, tokens, ranks, homes, ranks < 1, homes)

    theirs = [made("a", 50, 999, 10), made("b", 60, 6_000, 20)]

    found = markdown(made("none", 0, 0, 1), theirs, made("ours", 20, 8_000, 23)).splitlines()

    assert found[-4] == "ours takes 1/3.0 of the time, 4.0 times the tokens/s"
    assert found[-3].startswith("top 1: +3.00 points (95 %: +0.00 to +")
    assert found[-1].endswith("; n = 100)")
