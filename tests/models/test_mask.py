from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.blanks import parse
from models.blocklist import Blocklist
from models.results import MaskResult
from models.tasks.mask import mask_job
from models.tokenizers import Tokenizer
from tests.tiny import VOCABULARY

IDS = {piece: index for index, piece in enumerate(VOCABULARY)}
NOTHING = Blocklist([])


def answer(
    tokenizer: Tokenizer,
    text: str,
    *ranked: str,
    top_k: int = 3,
    blocklist: Blocklist = NOTHING,
) -> MaskResult:
    """The result when every blank's likeliest entries are ``ranked``, each twice as likely as the next."""
    job = mask_job(parse(text), "tiny", top_k, blocklist)
    query = job.encode(tokenizer)
    logits = np.full(len(VOCABULARY), -20.0, np.float32)
    for rank, piece in enumerate(ranked):
        logits[IDS[piece]] = -rank * np.log(2.0)
    return job.decode(query, np.tile(logits, (len(query.positions), 1)), tokenizer)


def words(result: MaskResult, blank: int = 0) -> list[str]:
    return [candidate.token for candidate in result.masks[blank]]


def test_words_come_with_their_share_of_the_whole_vocabulary(wordpiece: Tokenizer) -> None:
    result = answer(wordpiece, "나는 [MASK]다", "[UNK]", "학교", "회사에")
    assert words(result)[:2] == ["학교", "회사에"]
    assert result.masks[0][0].score == pytest.approx(2 / 7, abs=1e-4)  # [UNK] has 4/7, and isn't offered
    assert result.text == "나는 [MASK]다"
    assert not result.truncated


def test_special_and_unused_tokens_are_never_offered(wordpiece: Tokenizer) -> None:
    ranked = ("[MASK]", "[PAD]", "[CLS]", "[SEP]", "[UNK]", "[unused0]", "[unused3]", "영화")
    assert words(answer(wordpiece, "[MASK]", *ranked))[0] == "영화"
    everything = answer(wordpiece, "[MASK]", top_k=len(VOCABULARY))
    assert not [word for word in words(everything) if word.startswith("[")]


def test_a_fragment_stays_only_where_no_whole_word_is_likelier(wordpiece: Tokenizer) -> None:
    assert words(answer(wordpiece, "축구[MASK]", "##는", "##도", "영화", "##다", "경기")) == [
        "##는",
        "##도",
        "영화",
    ]
    assert words(answer(wordpiece, "축구[MASK]", "영화", "##는", "##도", "경기", "놀이")) == [
        "영화",
        "경기",
        "놀이",
    ]


def test_punctuation_follows_the_same_rule(wordpiece: Tokenizer) -> None:
    assert words(answer(wordpiece, "좋다[MASK]", "!", "영화", "?", "경기", top_k=2)) == ["!", "영화"]
    assert words(answer(wordpiece, "좋다[MASK]", "영화", "!", "경기", top_k=2)) == ["영화", "경기"]


def test_after_a_space_only_whole_words_can_be_written(wordpiece: Tokenizer) -> None:
    for text in ("축구 [MASK]", "[MASK] 축구"):
        assert words(answer(wordpiece, text, ".", "##는", "영화", "##다", "경기", top_k=2)) == [
            "영화",
            "경기",
        ]


def test_a_blank_may_continue_another(wordpiece: Tokenizer) -> None:
    result = answer(wordpiece, "축구 [MASK][MASK]", "##는", "영화", top_k=1)
    assert [words(result, blank) for blank in range(2)] == [["영화"], ["##는"]]


def test_blocked_words_are_left_out_also_with_their_neighbours(wordpiece: Tokenizer) -> None:
    ranked = ("학교", "친구", "영화")
    assert words(answer(wordpiece, "[MASK]", *ranked, blocklist=Blocklist(["학교"])))[:2] == ["친구", "영화"]
    beside = Blocklist(["나쁜학교"])
    assert words(answer(wordpiece, "나쁜 [MASK]", *ranked, blocklist=beside))[0] == "학교"
    assert words(answer(wordpiece, "나쁜[MASK]", *ranked, blocklist=beside))[0] == "친구"


def test_an_english_text_is_never_offered_hangul(wordpiece: Tokenizer) -> None:
    ranked = ("학교", "##입니다", "pizza", "친구", "sky")
    assert words(answer(wordpiece, "soccer is a (빈칸).", *ranked, top_k=2)) == ["pizza", "sky"]
    assert words(answer(wordpiece, "soccer[MASK]", *ranked, top_k=2)) == ["pizza", "sky"]
    assert words(answer(wordpiece, "soccer 경기 [MASK]", *ranked)) == ["학교", "pizza", "친구"]
    assert words(answer(wordpiece, "[MASK]!", *ranked)) == ["학교", "pizza", "친구"]


def test_every_blank_has_its_candidates(wordpiece: Tokenizer) -> None:
    result = answer(wordpiece, "나는 ___ 그리고 (빈칸)", "학교")
    assert result.text == "나는 [MASK] 그리고 [MASK]"
    assert [words(result, blank)[0] for blank in range(2)] == ["학교", "학교"]


def test_a_blank_that_was_cut_away_has_no_candidates(wordpiece: Tokenizer) -> None:
    text = "a " * 100 + "[MASK] " + "a " * 100 + "[MASK] [MASK] " + "a " * 100
    result = answer(wordpiece, text, "학교")
    assert result.truncated
    assert [bool(mask) for mask in result.masks] == [False, True, True]
    assert result.text.count("[MASK]") == 3


def test_a_blank_in_the_cut_away_end_is_answered(wordpiece: Tokenizer) -> None:
    result = answer(wordpiece, "a " * 300 + "[MASK]", "pizza")
    assert result.truncated
    assert words(result)[0] == "pizza"


def test_no_candidates_at_all_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="top_k"):
        mask_job(parse("나는 [MASK]"), "tiny", 0, NOTHING)


@given(
    st.lists(st.sampled_from(["나는 ", "[MASK]", "___ ", " (빈칸)", "x", "a " * 40]), min_size=1, max_size=12)
)
def test_there_are_as_many_answers_as_blanks(wordpiece: Tokenizer, parts: list[str]) -> None:
    text = " ".join([*parts, "[MASK]"])
    result = answer(wordpiece, text, "학교", top_k=1)
    assert (
        len(result.masks)
        == result.text.count("[MASK]")
        == sum(p.strip() in {"[MASK]", "___", "(빈칸)"} for p in parts) + 1
    )
    assert any(result.masks)
