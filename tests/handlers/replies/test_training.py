from __future__ import annotations

import re
from dataclasses import replace

import pytest
from telegram.constants import MessageLimit

from handlers import utf16
from handlers.replies.texts import LANGUAGES, TEXTS, Language
from handlers.replies.training import run_html
from storage.runs import Failure, RunState
from tests.runs import RUN

FAILED = replace(RUN, state=RunState.FAILED, error="sentiment-0001: <b>no</b> row; people must label more")


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_for_every_way_to_fail(language: Language) -> None:
    assert set(TEXTS[language].teaching.failures) == set(Failure)


@pytest.mark.parametrize("failure", Failure)
def test_why_a_training_failed_is_korean_but_for_details_that_are_marked_as_such(failure: Failure) -> None:
    shown = run_html(replace(FAILED, progress={"failure": failure.value}), "ko")
    assert "<code>sentiment-0001: &lt;b&gt;no" in shown or shown.count("\n") == 1
    korean = re.sub(r"<code>.*?</code>|/\w+|\.env", "", shown)
    assert re.findall(r"[A-Za-z]+", re.sub(r"</?b>", "", korean)) == []
    assert utf16.length(shown) <= MessageLimit.MAX_TEXT_LENGTH


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_can_do_something_about_needs_no_details(language: Language) -> None:
    failures = TEXTS[language].teaching.failures
    for failure in (Failure.NO_VOTES, Failure.MISSING_LABEL, Failure.TEXTS_DELETED):
        shown = run_html(replace(FAILED, progress={"failure": failure.value}), language)
        assert shown.endswith(failures[failure])
    shown = run_html(replace(FAILED, error="x" * 9_000), language)
    assert failures["unforeseen"] in shown
    assert utf16.length(shown) <= 1_000
