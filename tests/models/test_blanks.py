from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.blanks import has_blank, parse
from models.errors import EmptyText, NoBlank

WRITINGS = [
    "[MASK]",
    "[mask]",
    "[Mask]",
    "___",
    "_______",
    "(빈칸)",
    "(빈 칸)",
    "( 빈칸 )",
    "（빈칸）",
    "(blank)",
    "<mask>",
]


@pytest.mark.parametrize("blank", [*WRITINGS, unicodedata.normalize("NFD", "(빈칸)")])
def test_every_writing_of_a_blank_is_understood(blank: str) -> None:
    parsed = parse(f"축구는 {blank}다.")
    assert parsed.written() == "축구는 [MASK]다."


@pytest.mark.parametrize("text", ["축구는 재미있다", "snake_case and __init__", "mask", "빈칸", "[MASKS]"])
def test_no_blank(text: str) -> None:
    with pytest.raises(NoBlank):
        parse(text)


@example([unicodedata.normalize("NFD", "(빈칸)")])
@given(
    st.lists(
        st.sampled_from([*WRITINGS, "축구", " ", "(", "빈칸", ")", "_", "\u200b", "[MAS", "K]"]), max_size=5
    )
)
def test_a_blank_is_seen_where_one_is_found(parts: list[str]) -> None:
    text = "".join(["가", *parts])
    try:
        found = bool(parse(text).written())
    except NoBlank:
        found = False
    assert has_blank(text) is found


def test_nothing_is_empty_rather_than_without_blank() -> None:
    with pytest.raises(EmptyText):
        parse("  ")


def test_neighbours_are_the_touching_letters() -> None:
    parsed = parse("나는 축구[MASK]다. 그 ___ 개 [MASK][MASK]x")
    assert parsed.neighbours(0) == ("축구", "다.")
    assert parsed.neighbours(1) == ("", "")
    assert parsed.neighbours(2) == ("", "")
    assert parsed.neighbours(3) == ("", "x")


@given(
    st.lists(
        st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=8), min_size=2, max_size=6
    ),
    st.sampled_from(WRITINGS),
)
def test_the_parts_come_back(parts: list[str], blank: str) -> None:
    clean = [unicodedata.normalize("NFC", part) for part in parts]
    parsed = parse(blank.join(clean))
    assert parsed.count == len(parts) - 1
    assert parsed.parts == tuple(clean)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The capital of France is (빈칸).", "en"),
        ("축구는 정말 (blank)다", "ko"),
        ("축구는 정말 (빈칸)다", "ko"),
        ("(빈칸)", "ko"),
        ("[MASK]!", "en"),
    ],
)
def test_the_language_is_that_of_the_text_around_the_blanks(text: str, language: str) -> None:
    assert parse(text).language == language
