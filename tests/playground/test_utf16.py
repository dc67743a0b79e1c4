"""Offsets in UTF-16 code units, against Python's own encoder."""

from hypothesis import given
from hypothesis import strategies as st

from bot.playground.entities import detect
from bot.playground.refusals import Json
from bot.playground.utf16 import cut, find, split, trim
from handlers.utf16 import length as units

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(text, text, text)
def test_a_piece_is_cut_out_by_offset_and_length(before: str, piece: str, after: str) -> None:
    assert cut(before + piece + after, units(before), units(piece)) == piece


@given(text, text.filter(bool), text)
def test_a_piece_is_found_where_it_is_nearest(before: str, piece: str, after: str) -> None:
    whole = before + piece + after
    assert find(whole, piece, units(before)) == units(before)
    offset = find(whole, piece)
    assert offset is not None
    assert cut(whole, offset, units(piece)) == piece


def test_what_is_not_there_is_not_found() -> None:
    assert find("abc", "d") is None


@given(text, st.integers(2, 9))
def test_a_split_text_is_whole_and_no_piece_too_long(value: str, limit: int) -> None:
    pieces = split(value, limit)
    assert "".join(pieces) == value
    assert all(units(piece) <= limit for piece in pieces)


@given(text, text.filter(lambda value: value.strip() != ""), text)
def test_an_entity_keeps_its_characters_when_the_text_is_trimmed(before: str, piece: str, after: str) -> None:
    whole = f"  \n{before}{piece}{after}\t "
    entity: Json = {"type": "bold", "offset": 3 + units(before), "length": units(piece)}
    trimmed, (moved,) = trim(whole, [entity])
    assert trimmed == whole.strip()
    assert cut(trimmed, moved["offset"], moved["length"]).strip() == piece.strip()


@given(text)
def test_a_command_after_any_text_is_where_it_is_said_to_be(before: str) -> None:
    value = f"{before} /mask@kobert_bot 오늘"
    found = [e for e in detect(value, []) if e["type"] == "bot_command"]
    assert cut(value, found[-1]["offset"], found[-1]["length"]) == "/mask@kobert_bot"
