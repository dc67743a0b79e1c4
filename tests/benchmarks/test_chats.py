"""People talk to the bot at once: what is lost, doubled or said to somebody else is counted."""

from __future__ import annotations

import pytest

from benchmarks.chats import markdown, measure, outcome
from benchmarks.chatting import Told, judged, question, word_of


def told(*answers: tuple[int, int, bool]) -> Told:
    return Told(list(answers), waits_ms=[10.0, 30.0, 20.0], seconds=2.0)


def test_everybody_is_answered_and_the_loop_is_in_time() -> None:
    found = outcome(
        told((0, 0, True), (0, 1, True), (1, 0, True), (1, 1, True)),
        [1.0] * 99 + [90.0],
        chats=2,
        questions=2,
    )
    assert (found.asked, found.answered, found.lost, found.misplaced) == (4, 4, 0, 0)
    assert (found.wait_p50_ms, found.lag_p99_ms) == (20.0, 1.0)
    assert found.passed
    assert "| answered | 4 |" in markdown(found)


@pytest.mark.parametrize(
    ("answers", "lost", "misplaced"),
    [
        ([(0, 0, True)], 1, 0),
        ([(0, 0, True), (0, 1, True), (0, 1, True)], 0, 2),
        ([(0, 0, True), (0, 1, True), (0, -1, False)], 0, 1),
        ([(0, 0, True), (0, 1, False)], 1, 1),
    ],
)
def test_what_went_wrong_is_seen(answers: list[tuple[int, int, bool]], lost: int, misplaced: int) -> None:
    found = outcome(told(*answers), [1.0], chats=1, questions=2)
    assert (found.lost, found.misplaced) == (lost, misplaced)
    assert not found.passed


def test_a_late_loop_fails() -> None:
    assert not outcome(told((0, 0, True)), [20.0] * 10, chats=1, questions=1).passed


def chat(name: str, *messages: tuple[str, str]) -> dict[str, object]:
    said = [
        {"from_bot": True, "text": text, "reply_to_message": {"text": replied}} for replied, text in messages
    ]
    return {"first_name": name, "messages": [{"from_bot": False, "text": "?"}, *said]}


def test_an_answer_is_judged_by_the_question_it_replies_to() -> None:
    tokens, sentiment = question(2, 0), question(0, 0)
    assert tokens.startswith("/tokens")
    assert sentiment.startswith("/sentiment")
    assert judged(chat("2", (tokens, f"[CLS] {word_of(2, 0)} 영화"))) == [(2, 0, True)]
    assert judged(chat("2", (tokens, f"[CLS] {word_of(2, 1)} 영화"))) == [(2, 0, False)]
    assert judged(chat("0", (sentiment, "Positive"))) == [(0, 0, True)]
    assert judged(chat("1", (sentiment, "Positive"))) == [(1, -1, False)]
    assert judged(chat("회원 1", ("/help", "…"))) == []


def test_each_chat_asks_every_command_about_texts_of_its_own() -> None:
    asked = [question(chat, number) for chat in range(50) for number in range(10)]
    assert len(set(asked)) == 500
    assert {one.split()[0] for one in asked} == {"/sentiment", "/mask", "/tokens", "/nsp", "/nli"}


async def test_three_people_talk_to_the_real_bot() -> None:
    found = await measure(3, 2)
    assert (found.asked, found.answered, found.lost, found.misplaced) == (6, 6, 0, 0)
