from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import utf16
from handlers.replies.answers import bar_line, label_answer, mask_answer, percent, tokens_answer
from handlers.replies.texts import EN, KO, Texts
from models.results import Candidate, LabelResult, MaskResult, Task, TokenSpan, TokensResult

WORDS = st.text(min_size=1, max_size=40)
SCORES = st.floats(0, 1)


def visible(html: str) -> str:
    return unescape(re.sub(r"</?(?:b|i|pre|code)>", "", html))


def test_a_label_answer_reads_well_on_a_phone() -> None:
    result = LabelResult(Task.SENTIMENT, "builtin", "positive", {"negative": 0.068, "positive": 0.932})
    assert label_answer(result, EN).splitlines() == [
        "<b>Positive</b> 93%",
        "",
        "▓▓▓▓▓▓▓▓▓░ 93% Positive",
        "▓░░░░░░░░░ 7% Negative",
        "",
        "Model: <i>builtin</i>",
    ]
    told = label_answer(replace(result, model="sentiment-0003<", version="a1b2c3d4e5f6"), EN)
    assert told.splitlines()[-1] == "Model: <i>sentiment-0003&lt;</i> (a1b2c3)"


@pytest.mark.parametrize("texts", [KO, EN])
def test_a_guess_says_so(texts: Texts) -> None:
    scores = {"negative": 0.4, "positive": 0.6}
    guess = LabelResult(Task.SENTIMENT, "builtin", "positive", scores, guessed=True)
    assert label_answer(guess, texts).splitlines()[-1] == texts.guessed


def test_a_mask_answer_fills_the_blank_and_ranks_the_words() -> None:
    blank = (Candidate("서울", 0.62), Candidate("부산", 0.2), Candidate("##시", 0.001))
    result = MaskResult("klue", "한국의 수도는 [MASK]이다.", (blank,), truncated=True)
    assert mask_answer(result, KO).splitlines() == [
        "한국의 수도는 <b>서울</b>이다.",
        "",
        "▓▓▓▓▓▓░░░░ 62% 서울",
        "▓▓░░░░░░░░ 20% 부산",
        "░░░░░░░░░░ &lt;1% ##시",
        "",
        "모델: <i>klue</i>",
        "✂️ 글이 길어서 끝부분은 읽지 못했어요.",
    ]


def test_several_blanks_get_a_line_each() -> None:
    blank = (Candidate("a", 0.5), Candidate("b", 0.3), Candidate("c", 0.1), Candidate("d", 0.05))
    lines = mask_answer(MaskResult("builtin", "[MASK] [MASK]", (blank, blank)), EN).splitlines()
    assert lines[0] == "<b>a</b> <b>a</b>"
    assert lines[2:4] == ["① a 50% · b 30% · c 10%", "② a 50% · b 30% · c 10%"]


def test_tokens_show_ids_places_and_another_tokenizers_cut() -> None:
    spans = (
        TokenSpan("[CLS]", 2, 0, 0, special=True),
        TokenSpan("안녕", 517, 0, 2),
        TokenSpan("##하", 88, 2, 3),
        TokenSpan("[SEP]", 3, 0, 0, special=True),
        TokenSpan("a<b", 9, 0, 3, segment=1),
    )
    other = (TokenSpan("▁안녕하", 4, 0, 3),)
    result = TokensResult("builtin", spans, "kobert", other, version="0123456789ab")
    assert tokens_answer(result, EN).splitlines() == [
        "<b>Pieces: 3</b>, marks such as [CLS] not counted",
        "<code>[CLS] 안녕 ##하 [SEP] a&lt;b</code>",
        "",
        "For comparison, the tokenizer of <b>kobert</b> cuts it into 1:",
        "<code>▁안녕하</code>",
        "",
        "<pre>     2       –  [CLS]",
        "   517     0–2  안녕",
        "    88     2–3  ##하",
        "     3       –  [SEP]",
        "     9·    0–3  a&lt;b</pre>",
        "",
        EN.second_note,
        "Model: <i>builtin</i> (tokenizer version 012345)",
    ]


@pytest.mark.parametrize("texts", [KO, EN])
def test_a_long_table_is_cut_with_a_clear_line(texts: Texts) -> None:
    spans = tuple(TokenSpan("😀<&" * 3, 99_999, place, place + 1) for place in range(512))
    answer = tokens_answer(TokensResult("builtin", spans, "other", spans), texts)
    shown = answer.count("99999")
    assert 20 < shown < 512
    assert f"{texts.more_lines.format(count=512 - shown)}</pre>" in answer
    assert utf16.length(answer) <= 4096


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "&lt;1%"),
        (0.004, "&lt;1%"),
        (0.006, "1%"),
        (0.5, "50%"),
        (0.99, "99%"),
        (0.9999, "&gt;99%"),
    ],
)
def test_percent_never_says_a_false_0_or_100(probability: float, words: str) -> None:
    assert percent(probability) == words


@pytest.mark.parametrize("letter", ["&", "😀", "가"])
def test_even_mark_up_heavy_texts_are_sendable(letter: str) -> None:
    spans = (TokenSpan(letter * 4096, 1, 0, 4096),) * 300
    assert utf16.length(tokens_answer(TokensResult("m", spans, "other", spans), EN)) <= 4096
    blank = (Candidate(letter * 99, 0.1),) * 5
    assert utf16.length(mask_answer(MaskResult("m", letter * 4096, (blank,) * 30), EN)) <= 4096


@given(SCORES)
def test_a_bar_has_ten_cells(probability: float) -> None:
    bar = bar_line("x", probability).split()[0]
    assert len(bar) == 10
    assert bar == "▓" * round(probability * 10) + "░" * (10 - round(probability * 10))


@given(
    text=st.text(max_size=4096),
    blanks=st.lists(st.lists(st.builds(Candidate, WORDS, SCORES), max_size=5).map(tuple), max_size=30).map(
        tuple
    ),
)
def test_a_mask_answer_is_always_sendable(text: str, blanks: tuple[tuple[Candidate, ...], ...]) -> None:
    answer = mask_answer(MaskResult("m", text + "[MASK]" * len(blanks), blanks, truncated=True), EN)
    assert utf16.length(answer) <= 4096
    assert "<" not in re.sub(r"</?(?:b|i)>", "", answer)  # nothing of the user's is mark-up


@given(
    st.lists(
        st.builds(TokenSpan, WORDS, st.integers(0, 10**6), st.integers(0, 4096), st.integers(0, 4096)),
        max_size=300,
    ).map(tuple)
)
def test_a_tokens_answer_is_always_sendable(spans: tuple[TokenSpan, ...]) -> None:
    answer = tokens_answer(TokensResult("m", spans, "other", spans), KO)
    assert utf16.length(answer) <= 4096
    assert "<" not in re.sub(r"</?(?:b|i|pre|code)>", "", answer)
    assert visible(answer)
