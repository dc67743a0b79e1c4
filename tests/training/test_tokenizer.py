from __future__ import annotations

from pathlib import Path

import pytest
from transformers import AutoTokenizer, BertTokenizerFast

from training import held_out
from training import tokenizer as module
from training.held_out import hashed
from training.textfiles import DataError
from training.tokenizer import sample, train_tokenizer, would_learn


@pytest.fixture
def saved(tokenizer: BertTokenizerFast, tmp_path: Path) -> BertTokenizerFast:
    """The tokenizer as `from_pretrained` gives it back."""
    tokenizer.save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert isinstance(loaded, BertTokenizerFast)
    return loaded


@pytest.mark.parametrize("text", ["좋았다😀", "좋았다😭😭", "좋았다❤️", "😀좋았다"])
def test_an_emoji_does_not_take_its_word_along(saved: BertTokenizerFast, text: str) -> None:
    pieces = saved.tokenize(text)
    assert "좋았다" in pieces
    assert "[UNK]" in pieces, "the emoji itself is not in the vocabulary"


def test_hangul_stays_whole_and_english_is_lower_cased(saved: BertTokenizerFast) -> None:
    assert saved.tokenize("고양이가 The CAT") == saved.tokenize("고양이가 the cat")
    assert "[UNK]" not in saved.tokenize("고양이가 the cat")
    assert "".join(saved.tokenize("고양이가")).replace("##", "") == "고양이가"


def test_a_long_laugh_is_read(saved: BertTokenizerFast) -> None:
    assert "[UNK]" not in saved.tokenize("다" * 200)
    assert saved.tokenize("다" * 251) == ["[UNK]"]


def test_texts_are_framed_and_pairs_are_segments(saved: BertTokenizerFast) -> None:
    encoded = saved("산에", "강에")
    assert saved.convert_ids_to_tokens(encoded["input_ids"]) == ["[CLS]", "산에", "[SEP]", "강에", "[SEP]"]
    assert encoded["token_type_ids"] == [0, 0, 0, 1, 1]
    assert saved.all_special_ids == [1, 3, 0, 2, 4]


def test_the_same_text_gives_the_same_pieces(data: Path) -> None:
    korean, english = [str(data / "ko.txt")], [str(data / "en.txt")]
    one, other, third = (
        train_tokenizer(korean, english, characters=9_999, vocab_size=400).get_vocab() for _ in range(3)
    )
    assert one == other == third


def test_without_text_there_is_nothing_to_learn(tmp_path: Path) -> None:
    file = tmp_path / "empty.txt"
    file.write_text("\n \n", encoding="utf-8")
    with pytest.raises(DataError, match=r"empty\.txt: there is no text in it"):
        train_tokenizer([str(file)], [], characters=9_999)


def test_what_would_be_learnt_is_told_of_what_is_there(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    korean, english = data / "ko.txt", data / "en.txt"
    sizes = [len(file.read_text("utf-8").replace("\n", "")) for file in (korean, english)]
    given = ([str(korean)], [str(english)])
    said = would_learn(*given, 30_000_000, 400)
    entries = len(train_tokenizer(*given, characters=30_000_000, vocab_size=400))
    whole = f"from {sizes[0]:,} characters of {korean}, {sizes[1]:,} characters of {english}: about "
    assert said.startswith(f"would learn {entries} entries {whole}")
    monkeypatch.setattr(module, "_TRIED", 100)
    assert would_learn(*given, 3_000, 400).startswith(
        f"would learn up to 400 entries from up to 3,000 characters of {korean}, up to 1,000 characters of "
        f"{english}: up to about "
    )


def test_nothing_is_learnt_from_public_test_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.txt"
    leaked, others = "1\t고양이가 산에 살았다.\t1\n", 9 * ["토끼는 강을 좋아했다."]
    file.write_text(leaked + "\n".join(others), encoding="utf-8")
    sets = {"some_test": frozenset({hashed("고양이가 산에 살았다") or 0})}
    monkeypatch.setattr(held_out, "public_sets", lambda: sets)
    said: list[str] = []
    assert list(sample([str(file)], 999, said.append)) == others
    assert said == [f"{file}: 1 lines with a text of some_test left out"]
    file.write_text(2 * leaked + "\n".join(others), encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.txt: 2 of 11 lines stand in some_test"):
        train_tokenizer([str(file)], [], characters=9_999)
