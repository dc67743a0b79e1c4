from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import EmptyText
from models.text import clean, is_visible, language_of, require_visible

any_text = st.text(st.characters(exclude_categories=()), max_size=40)


def test_hangul_sent_in_pieces_is_composed_and_points_back() -> None:
    original = unicodedata.normalize("NFD", "한국 x")
    cleaned = clean(original)
    assert cleaned.text == "한국 x"
    assert cleaned.original_span(0, 1) == (0, 3)
    assert cleaned.original_span(1, 2) == (3, 6)
    assert cleaned.original_span(3, 4) == (7, 8)


def test_controls_and_lone_surrogates_become_harmless() -> None:
    assert clean("a\x00b\ud800c\nd").text == "a b\ufffdc d"


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\u200b\u200d", "\u3164", "\u2800", "\x00", "\ufe0f", "\u0301"]
)
def test_invisible_text_is_empty(text: str) -> None:
    with pytest.raises(EmptyText):
        require_visible(text)


@pytest.mark.parametrize("text", ["ㅋ", "😀", ".", "א", "가"])
def test_visible_text_is_not_empty(text: str) -> None:
    assert require_visible(text).text == text


@given(any_text)
def test_clean_text_is_encodable_and_keeps_its_order(text: str) -> None:
    cleaned = clean(text)
    cleaned.text.encode()
    assert len(cleaned.starts) == len(cleaned.ends) == len(cleaned.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(cleaned.starts, cleaned.ends, strict=True))
    assert list(cleaned.starts) == sorted(cleaned.starts)


@given(
    st.text(max_size=40).filter(lambda text: not any(unicodedata.category(c) in {"Cc", "Cs"} for c in text))
)
def test_cleaning_is_nfc_for_hangul_and_latin(text: str) -> None:
    hangul = "".join(c for c in text if "\uac00" <= c <= "\ud7a3" or c.isascii())
    assert clean(unicodedata.normalize("NFD", hangul)).text == unicodedata.normalize("NFC", hangul)


def test_any_hangul_makes_a_text_korean() -> None:
    assert language_of("hello") == "en"
    assert language_of("hello ㅋㅋ") == "ko"
    assert language_of("hello", "안녕") == "ko"
    assert language_of(unicodedata.normalize("NFD", "가")) == "ko"


def test_marks_alone_are_not_visible() -> None:
    assert not is_visible("\u0301\u200b ")
