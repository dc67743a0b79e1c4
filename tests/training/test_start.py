from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from transformers import BertForMaskedLM, BertTokenizerFast

from training.pretrain import new_model
from training.start import TRAINED, load_start, load_tokenizer
from training.textfiles import DataError


def saved(folder: Path, tokenizer: BertTokenizerFast, trained: list[str] | None = None) -> Path:
    model = new_model(tokenizer, layers=1, hidden=16, heads=1)
    if trained is not None:
        setattr(model.config, TRAINED, trained)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_folder_that_looks_like_a_hub_id_is_a_folder(
    tmp_path: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path / "some" / "model", tokenizer)
    monkeypatch.chdir(tmp_path)
    assert load_start("some/model", dropout=0.0).model.config.hidden_size == 16


def test_heads_that_a_checkpoint_lacks_or_that_never_learnt_are_known(
    tmp_path: Path, tokenizer: BertTokenizerFast
) -> None:
    assert load_start("builtin", dropout=0.0).trained == {"mask", "nsp", "sentiment", "nli"}
    written = load_start(str(saved(tmp_path / "ours", tokenizer, ["mask", "nsp"])), dropout=0.0)
    assert written.trained == {"mask", "nsp"}
    written.require(["mask"], "ours")
    with pytest.raises(DataError, match="ours never learnt nli: train finetune teaches it"):
        written.require(["mask", "nli"], "ours")
    config = new_model(tokenizer, layers=1, hidden=16, heads=1).config
    BertForMaskedLM(config).save_pretrained(tmp_path / "theirs")
    tokenizer.save_pretrained(tmp_path / "theirs")
    assert load_start(str(tmp_path / "theirs"), dropout=0.0).trained == {"mask"}


def test_a_tokenizer_without_a_limit_has_its_model_s(tmp_path: Path, tokenizer: BertTokenizerFast) -> None:
    (vocabulary,) = tokenizer.save_vocabulary(str(tmp_path))
    BertTokenizerFast(vocab_file=vocabulary).save_pretrained(tmp_path)
    model = new_model(load_tokenizer(tmp_path), layers=1, hidden=16, heads=1)
    assert model.config.max_position_embeddings == 512
    model.save_pretrained(tmp_path)
    assert load_start(str(tmp_path), dropout=0.0).tokenizer.model_max_length == 512


@pytest.mark.parametrize(("asked", "dropout"), [(None, 0.3), (0.2, 0.2)])
def test_a_trunk_keeps_its_own_dropout_unless_another_is_asked_for(
    tmp_path: Path, tokenizer: BertTokenizerFast, asked: float | None, dropout: float
) -> None:
    model = new_model(tokenizer, layers=1, hidden=16, heads=1)
    model.config.hidden_dropout_prob = model.config.attention_probs_dropout_prob = 0.3
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    trunk: Any = load_start(str(tmp_path), dropout=asked).model.bert
    layer = trunk.encoder.layer[0]
    assert [each.p for each in (trunk.embeddings.dropout, layer.output.dropout)] == [dropout, dropout]
    assert layer.attention.self.dropout.p == dropout
