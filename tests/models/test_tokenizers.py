from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from models.alignment import align
from models.errors import CheckpointUnavailable
from models.text import clean
from models.tokenizers import Tokenizer, load_tokenizer
from tests.tiny import KOREAN, write_byte_tokenizer, write_tokenizer


def test_the_shipped_kobert_tokenizer_has_kobert_s_ids(kobert: Tokenizer) -> None:
    # The example of https://github.com/SKTBrain/KoBERT and https://github.com/monologg/KoBERT-Transformers
    assert list(kobert.cut("한국어 모델을 공유합니다.").ids) == [4958, 6855, 2046, 7088, 1050, 7843, 54]
    assert len(kobert.vocabulary.pieces) == 8002


def test_kobert_frames_a_pair_with_segments(kobert: Tokenizer) -> None:
    encoding = kobert.encode("나는", "학교")
    pieces = [kobert.vocabulary.pieces[index] for index in encoding.ids]
    assert pieces == ["[CLS]", "▁나는", "[SEP]", "▁학교", "[SEP]"]
    assert encoding.segments == (0, 0, 0, 1, 1)
    assert encoding.texts == (None, 0, None, 1, None)


def test_alignment_survives_what_kobert_rewrites(kobert: Tokenizer) -> None:
    text = "1,000원  Café ㅋㅋ ``x'' 한국"
    pieces = kobert.cut(text)
    found = [text[start:end] for start, end in pieces.spans]
    assert found[-1] == "한국"
    assert "é" in "".join(found)
    assert "".join(found).replace(" ", "").startswith("1,000원Caf")


def test_characters_are_looked_for_only_when_asked(kobert: Tokenizer) -> None:
    assert kobert.encode("나는 학교", spans=False).spans == ((0, 0),) * 4
    assert kobert.encode("나는 학교", spans=False).ids == kobert.encode("나는 학교").ids
    assert kobert.encode("나는 학교").spans == ((0, 0), (0, 2), (3, 5), (0, 0))


def test_pieces_cut_inside_a_character_share_it() -> None:
    assert align("한국", ["▁ᄒ", "ᅡᆫ", "국"]) == [(0, 1), (0, 1), (1, 2)]


def check_spans(tokenizer: Tokenizer, text: str) -> None:
    cleaned = clean(text)
    pieces = tokenizer.cut(cleaned.text)
    last = 0
    for start, end in (cleaned.original_span(*span) for span in pieces.spans):
        assert 0 <= start <= end <= len(text)
        assert start >= last - 1 or start == end  # a character may be cut in two
        assert end >= last
        last = end


anything = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("가각ㅋ한국어축구는 abc,1[]_😀\u0301\u1100\u1161"),
    ),
    max_size=40,
)


@given(anything)
def test_spans_are_ordered_and_inside_the_text_wordpiece(wordpiece: Tokenizer, text: str) -> None:
    check_spans(wordpiece, text)


@given(anything)
def test_spans_are_ordered_and_inside_the_text_kobert(kobert: Tokenizer, text: str) -> None:
    check_spans(kobert, text)


@given(st.lists(st.sampled_from(KOREAN), min_size=1, max_size=12))
def test_spans_of_known_words_are_those_words(wordpiece: Tokenizer, words: list[str]) -> None:
    text = unicodedata.normalize("NFD", " ".join(words))
    cleaned = clean(text)
    spans = [cleaned.original_span(*span) for span in wordpiece.cut(cleaned.text).spans]
    assert [unicodedata.normalize("NFC", text[start:end]) for start, end in spans] == words


@pytest.mark.parametrize("kind", ["wordpiece", "bytes"])
@pytest.mark.parametrize(
    "texts", [("i went to school",), ("i went", "to bed this morning"), ("a " * 90,), ("a " * 90, "i " * 20)]
)
def test_encodings_are_those_of_transformers(tmp_path: Path, kind: str, texts: tuple[str, ...]) -> None:
    if kind == "bytes":
        write_byte_tokenizer(tmp_path)
    else:
        write_tokenizer(tmp_path)
    reference = AutoTokenizer.from_pretrained(tmp_path)(
        *texts, truncation="longest_first", max_length=64, return_token_type_ids=True
    )
    encoding = load_tokenizer(tmp_path, "auto").encode(*texts)
    assert list(encoding.ids) == reference["input_ids"]
    assert list(encoding.segments) == reference["token_type_ids"]
    assert encoding.truncated == (len(texts[0].split()) > 60)


def test_blanks_past_the_end_move_the_window(wordpiece: Tokenizer) -> None:
    encoding, positions, before = wordpiece.encode_blanks(
        "a " * 100 + "[MASK] " + "a " * 100 + "[MASK] [MASK]"
    )
    assert encoding.truncated
    assert len(encoding) == wordpiece.max_length
    assert len(positions) == 2
    assert before == 1
    assert all(encoding.ids[position] == wordpiece.mask_id for position in positions)


def test_a_broken_folder_is_one_line(tmp_path: Path) -> None:
    for kind in ("auto", "kobert"):
        with pytest.raises(CheckpointUnavailable, match="tokenizer in") as caught:
            load_tokenizer(tmp_path, kind)
        assert "\n" not in str(caught.value)


def test_a_tokenizer_in_python_alone_is_run_by_transformers(tmp_path: Path) -> None:
    """BERTweet's, for English tweets, has no fast form."""
    (tmp_path / "vocab.txt").write_text("i 9\nwent@@ 9\nwent 8\nhome 7\n")
    (tmp_path / "bpe.codes").write_text("h o 5\nm e</w> 4\nho me</w> 3\nw e 3\nn t</w> 3\nwe nt</w> 3\n")
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "BertweetTokenizer"}')
    tokenizer = load_tokenizer(tmp_path, "auto")
    reference = AutoTokenizer.from_pretrained(tmp_path)
    text = "i went home"
    encoding = tokenizer.encode(text)
    assert list(encoding.ids) == reference(text)["input_ids"]
    assert [text[start:end] for start, end in encoding.spans[1:-1]] == ["i", "went", "home"]
    assert tokenizer.encode(text, spans=False).spans[1:-1] == ((0, 0),) * 3
    pair = tokenizer.encode("i", "home")
    assert list(pair.ids) == reference("i", "home")["input_ids"]
    assert tokenizer.mask_id == reference.mask_token_id
    assert tokenizer.vocabulary.pieces[tokenizer.mask_id or 0] == "<mask>"
