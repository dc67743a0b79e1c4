from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.ask import (
    IN_FLIGHT,
    BadQuestion,
    Question,
    as_json,
    as_text,
    ask,
    ask_lines,
    question,
    question_of_line,
)
from models.results import Candidate, LabelResult, MaskResult, Task, TokenSpan, TokensResult
from models.service import ModelService
from tests.tiny import tiny_catalog

LABELS = LabelResult(Task.SENTIMENT, "m", "positive", {"negative": 0.25, "positive": 0.75})


@pytest.mark.parametrize("task", [Task.NSP, Task.NLI])
def test_a_pair_is_two_arguments_or_one_that_is_split(task: Task) -> None:
    assert question(task, "하나", "둘") == Question("하나", "둘")
    assert question(task, "하나 | 둘", None) == Question("하나", "둘")
    with pytest.raises(BadQuestion, match="compares two texts"):
        question(task, "하나", None)
    with pytest.raises(BadQuestion, match="compares two texts and found 3: give TEXT and TEXT2"):
        question(task, "하나 | 둘 | 셋", None)


def test_one_text_is_not_split() -> None:
    assert question(Task.SENTIMENT, "하나 | 둘", None) == Question("하나 | 둘")
    assert question(Task.TOKENS, "하나", "둘") == Question("하나", "둘")
    with pytest.raises(BadQuestion, match="sentiment reads one text; put it in quotes"):
        question(Task.SENTIMENT, "unquoted", "words")


def test_pairs_in_a_file_have_a_tab() -> None:
    assert question_of_line(Task.NLI, "하나\t둘") == Question("하나", "둘")
    assert question_of_line(Task.MASK, "tab\there") == Question("tab\there")
    with pytest.raises(BadQuestion, match="no tab"):
        question_of_line(Task.NLI, "하나 | 둘")
    with pytest.raises(BadQuestion, match="two texts are compared and 3 found"):
        question_of_line(Task.NLI, "하나\t둘\t셋")


def test_json_has_the_documented_names() -> None:
    assert as_json(Task.SENTIMENT, LABELS) == {
        "task": "sentiment",
        "model": "m",
        "version": "",
        "label": "positive",
        "scores": {"negative": 0.25, "positive": 0.75},
        "guessed": False,
        "truncated": False,
    }
    mask = MaskResult("m", "[MASK]다", ((Candidate("영화", 0.5), Candidate("##것", 0.1)),), truncated=True)
    assert as_json(Task.MASK, mask)["masks"] == [
        [{"token": "영화", "score": 0.5}, {"token": "##것", "score": 0.1}]
    ]
    assert as_json(Task.MASK, mask)["truncated"] is True
    cut = TokensResult("m", (TokenSpan("영화", 9, 0, 2),), "other", (TokenSpan("영", 3, 0, 1),))
    json = as_json(Task.TOKENS, cut)
    span = {"token": "영화", "id": 9, "start": 0, "end": 2, "segment": 0, "special": False}
    assert json["tokens"] == [span]
    assert json["other_model"] == "other"


def test_text_for_a_terminal_lines_up_and_names_the_model() -> None:
    assert as_text(LABELS).splitlines() == [
        f"  negative  {'█' * 5}{'·' * 15}  25.0%",
        f"  positive  {'█' * 15}{'·' * 5}  75.0%",
        "— m",
    ]
    assert as_text(replace(LABELS, guessed=True)).splitlines()[-2].endswith("this is only a guess)")
    mask = MaskResult("m", "a [MASK]", ((Candidate("영화", 0.5), Candidate("fun", 0.25)),), truncated=True)
    lines = as_text(mask).splitlines()
    assert lines[:2] == ["a [MASK]", "[MASK] 1"]
    assert lines[2].startswith("  영화  █")
    assert lines[3].startswith("  fun   █"), "Hangul takes two columns"
    assert "a part of it was cut" in lines[-2]


async def test_a_queue_smaller_than_a_file_loses_no_line(tmp_path: Path) -> None:
    service = ModelService(tiny_catalog(tmp_path), device="cpu", queue_size=2)
    try:
        await service.sentiment("영화")  # loaded: what follows waits for the queue alone
        answers = [each async for each in ask_lines(service, Task.SENTIMENT, ["영화 좋다"] * 20, None)]
    finally:
        await service.close()
    assert [answer.get("error") for answer in answers] == [None] * 20


async def test_a_file_is_answered_line_by_line_and_nothing_shifts(tmp_path: Path) -> None:
    service = ModelService(
        tiny_catalog(tmp_path), device="cpu", precision="fp32"
    )  # same alone and in a batch
    lines = [f"영화 {n} 좋다" for n in range(IN_FLIGHT + 5)]
    lines[3] = " "
    try:
        answers = [answer async for answer in ask_lines(service, Task.SENTIMENT, lines, None)]
        one = as_json(Task.SENTIMENT, await ask(service, Task.SENTIMENT, Question(lines[-1]), None))
    finally:
        await service.close()
    assert len(answers) == len(lines)
    assert answers[3] == {"task": "sentiment", "line": 4, "error": "the line is blank"}
    assert answers[-1]["label"] == one["label"]
    assert answers[-1]["scores"] == pytest.approx(one["scores"], abs=1e-5)
    assert sum("error" in answer for answer in answers) == 1
