from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from storage.content import content_hash, fold, storable

SPACES = st.text(alphabet=" \t\n\r\u00a0\u2003\u3000", min_size=1, max_size=4)
WORDS = st.lists(
    st.text(alphabet="가각한국어aé\u0301\u1100\u1161b", min_size=1, max_size=6), min_size=1, max_size=5
)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert content_hash(fold(text)) == content_hash(text)


@given(st.text())
def test_texts_equal_in_nfc_are_equal(text: str) -> None:
    assert content_hash(unicodedata.normalize("NFD", text)) == content_hash(
        unicodedata.normalize("NFC", text)
    )


def test_decomposed_hangul_is_the_same_text() -> None:
    assert content_hash("\u1112\u1161\u11ab\u1100\u116e\u11a8") == content_hash("한국")


@given(WORDS, SPACES, SPACES)
def test_white_space_does_not_matter(words: list[str], between: str, around: str) -> None:
    assert content_hash(around + between.join(words) + around) == content_hash(" ".join(words))


@given(WORDS, WORDS)
def test_other_words_are_another_text(first: list[str], second: list[str]) -> None:
    same = fold(" ".join(first)) == fold(" ".join(second))
    assert (content_hash(" ".join(first)) == content_hash(" ".join(second))) is same


def test_where_a_pair_is_split_matters() -> None:
    hashes = {
        content_hash("a b"),
        content_hash("a b", ""),
        content_hash("", "a b"),
        content_hash("a", "b"),
        content_hash("a\nb"),
        content_hash("b", "a"),
    }
    assert len(hashes) == 5  # "a b" and "a\nb" are one text


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_becomes_one_that_utf8_holds(text: str) -> None:
    kept = storable(text)
    assert "\x00" not in kept
    assert kept.encode("utf-8").decode("utf-8") == kept
    assert storable(kept) == kept


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")))
def test_ordinary_text_is_kept_as_it_is(text: str) -> None:
    assert storable(text) == text
