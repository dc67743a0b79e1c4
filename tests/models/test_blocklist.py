from __future__ import annotations

import unicodedata

import pytest

from models.blocklist import Blocklist, load_blocklist

BLOCKLIST = load_blocklist()


@pytest.mark.parametrize(
    "word", ["병신", "개새끼", "Fucking", "NIGGER", "faggots", unicodedata.normalize("NFD", "병신")]
)
def test_a_slur_is_blocked_however_it_is_written(word: str) -> None:
    assert BLOCKLIST.blocks(word)


@pytest.mark.parametrize(
    "word", ["class", "cocktail", "Japan", "spice", "미니미", "한남동", "사람", "씹다", "therapist"]
)
def test_a_decent_word_is_not(word: str) -> None:
    assert not BLOCKLIST.blocks(word)


def test_a_slur_may_not_be_completed_by_its_neighbours() -> None:
    assert not BLOCKLIST.blocks("신")
    assert BLOCKLIST.blocks("신", left="병")
    assert BLOCKLIST.blocks("병", right="신이다")
    assert BLOCKLIST.blocks("ck", left="fu")
    assert not BLOCKLIST.blocks("신", left="귀")


def test_a_slur_that_stood_there_already_does_not_block_what_follows() -> None:
    assert not BLOCKLIST.blocks("이다", left="병신")


def test_a_slur_before_the_blank_does_not_hide_one_that_crosses_into_it() -> None:
    assert Blocklist(["가나", "나다"]).blocks("다", left="가나")
