"""No text is in two parts that may not share it, and what is left out is counted."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.agreed import LabelledText
from storage.content import content_hash
from tests.training.feedback.voters import texts
from training.feedback.drawing import draw
from training.feedback.parts import group_key, part_of
from training.feedback.public_texts import PublicTexts, read_public
from training.held_out import leak_key
from training.textfiles import DataError

FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")


def labelled(text: str, second: str | None = None, **changed: object) -> LabelledText:
    its: dict[str, object] = {"slot": 0, "label": "positive", "method": "majority", "confidence": 0.9}
    its |= {"voters": 3, "gold": False} | changed
    digest = content_hash(text, second)
    return LabelledText(1, text, second, digest, **its)  # type: ignore[arg-type] # by name


@given(st.text(min_size=1), st.sampled_from(FORMS), st.sampled_from([" ", "\t", "\n", "  "]))
def test_texts_that_a_reader_calls_the_same_are_in_one_part(
    text: str, form: Literal["NFC", "NFD"], space: str
) -> None:
    variant = space + unicodedata.normalize(form, text).replace(" ", space)
    assert part_of(variant) == part_of(text)


def test_parts_have_their_shares_and_another_salt_deals_anew() -> None:
    found = [part_of(text) for text in texts(4_000)]
    shares = {part: found.count(part) / len(found) for part in set(found)}
    assert shares == pytest.approx({"train": 0.8, "dev": 0.1, "heldout": 0.1}, abs=0.02)
    assert found != [part_of(text, "another") for text in texts(4_000)]


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1), st.booleans()), max_size=30))
def test_no_first_text_is_in_two_parts_that_may_not_share_it(pairs: list[tuple[str, str, bool]]) -> None:
    drawn = draw(
        labelled(premise, hypothesis, gold=gold, label="neutral") for premise, hypothesis, gold in pairs
    )
    keys = {part: {group_key(row.text_a) for row in rows} for part, rows in drawn.parts.items()}
    learnt = keys["train"] | keys["dev"]
    assert not learnt & keys["gold"]
    assert not learnt & keys["heldout"]
    assert not keys["train"] & keys["dev"]
    assert sum(map(len, drawn.parts.values())) + sum(drawn.left_out.values()) == len(pairs)


def test_premises_keep_their_hypotheses_together() -> None:
    pairs = [labelled(premise, f"가설 {number}") for premise in texts(20) for number in range(5)]
    drawn = draw(pairs)
    parts = {
        premise: {part for part, rows in drawn.parts.items() for row in rows if row.text_a == premise}
        for premise in texts(20)
    }
    assert {len(where) for where in parts.values()} == {1}


def test_what_is_not_sure_enough_is_left_out_and_counted() -> None:
    drawn = draw([labelled("확실한 이야기"), labelled("애매한 이야기", confidence=0.6)])
    assert [row.text_a for rows in drawn.parts.values() for row in rows] == ["확실한 이야기"]
    assert drawn.left_out == {"less sure than 0.7": 1}
    assert draw([labelled("애매한 이야기", confidence=0.6)], min_confidence=0.6).left_out == {}
    known = draw([labelled("아는 이야기", confidence=0.1, gold=True)])
    assert len(known.parts["gold"]) == 1, "what is known needs nobody's confidence"


def test_what_stands_in_public_sets_is_left_out_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "공개 시험에 나온 글입니다"
    monkeypatch.setattr(
        "training.feedback.public_texts.standing_in",
        lambda found: "nsmc_test" if any(leak_key(text) == leak_key(secret) for text in found) else None,
    )
    (tmp_path / "test.tsv").write_text("id\tdocument\tlabel\n1\t우리만의 시험 글!\t1\n", encoding="utf-8")
    (tmp_path / "dev.json").write_text(json.dumps([{"premise": "전제입니다", "x": ["가설입니다"]}]), "utf-8")
    public = read_public([str(tmp_path / "test.tsv"), str(tmp_path / "dev.json")])
    found = draw(
        [
            labelled("공개 시험에, 나온 글입니다!"),
            labelled("우리만의 시험글"),
            labelled("다른 전제", "가설 입니다"),
            labelled("우리만의 시험 글", gold=True),
            labelled("배울 글입니다"),
        ],
        public=public,
    )
    assert [row.text_a for rows in found.parts.values() for row in rows] == ["배울 글입니다"]
    assert found.left_out == {"stands in nsmc_test": 1, "stands in test.tsv": 2, "stands in dev.json": 1}


def test_the_hashes_that_ship_are_asked() -> None:
    assert PublicTexts().holds(["아무도 안 쓴 글 " * 3]) is None


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        ("가나다".encode("cp949"), "a.tsv", "row 1 is not UTF-8; it looks like CP949"),
        (b"\n\n", "a.txt", "there is no text in it"),
        (b"{", "a.json", "row 1 is not JSON"),
        (b'{"a": "b"}\n{', "a.jsonl", "row 2 is not JSON"),
    ],
)
def test_a_file_to_exclude_that_cannot_be_used_is_one_line(
    tmp_path: Path, content: bytes, name: str, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_public([str(tmp_path / name)])
