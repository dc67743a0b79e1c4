from __future__ import annotations

import re
from dataclasses import replace

import pytest
from telegram.constants import MessageLimit

from handlers import utf16
from handlers.replies.counts import Count
from handlers.replies.texts import LANGUAGES, TEXTS, Language
from handlers.replies.training import data_html, obstacle, run_html
from storage.agreed import TaskFigures
from storage.outlook import Outlook
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


FIGURES = TaskFigures(
    task="sentiment",
    texts=900,
    votes=3_000,
    blind=0,
    skips=0,
    voters=9,
    proved=9,
    teachers=9,
    busiest=0.2,
    queue=0,
    labels={"negative": 500, "positive": 500},
    imported=0,
    gold={"maintainer": 100, "voters": 30},
)
"""Of a task that lacks nothing."""


def offered(language: Language, *, gold: int, held_out: int, **known: int) -> str:
    """The offer of a training; words of texts may be looked for in it, before their first number."""
    rows = {
        "train": {"positive": 800},
        "dev": {},
        "heldout": {"positive": held_out},
        "gold": {"positive": gold},
    }
    outlook = Outlook(rows, **known)
    return data_html(FIGURES, None, language, why_not=None, tested=True, outlook=outlook)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_offer_promises_no_more_than_the_gate_will_count(language: Language) -> None:
    texts = TEXTS[language].teaching
    said = offered(language, gold=130, held_out=90, voted=30)
    assert said.endswith(texts.start_question)
    for wanting in (
        "few_labels",
        "few_voters",
        "few_gold",
        "few_given",
        "no_gain",
        "learnt_gold",
        "short_test",
    ):
        assert getattr(texts, wanting).partition("{")[0] not in said, wanting

    said = offered(language, gold=90, held_out=90, learnt=40, voted=30)
    assert texts.learnt_gold.format(learnt=Count(40)) in said
    assert texts.few_gold.format(missing=Count(10), least=Count(100)) in said
    assert f"{texts.data.splitlines()[4].format(gold=90)}\n" in said, "not all 130"
    said = offered(language, gold=90, held_out=0)
    assert texts.no_gain.format(missing=Count(10), least=Count(100)) in said
    assert texts.few_given.partition("{")[0] not in said, "that too few are there is said"
    assert texts.few_gold.format(missing=Count(10), least=Count(100)) not in said

    said = offered(language, gold=120, held_out=90, voted=21)
    assert texts.few_given.format(missing=Count(1), least=Count(100)) in said
    said = offered(language, gold=130, held_out=90, short=48)
    assert texts.short_test.format(texts=Count(48), least=Count(736)) in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_gold_that_measures_nothing_is_told_of_where_no_training_is_offered(language: Language) -> None:
    texts = TEXTS[language].teaching
    outlook = Outlook({"train": {"negative": 9, "positive": 9}, "dev": {}, "heldout": {}, "gold": {}}, 130)
    why_not = obstacle(FIGURES, language, given=(), outlook=outlook)
    assert why_not == texts.nothing_to_measure.format(labels=Count(18))
    said = data_html(FIGURES, None, language, why_not=why_not, tested=True, outlook=outlook)
    assert said.endswith(f"{why_not}\n{texts.learnt_gold.format(learnt=Count(130))}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_can_do_something_about_needs_no_details(language: Language) -> None:
    failures = TEXTS[language].teaching.failures
    for failure in (Failure.NO_VOTES, Failure.MISSING_LABEL, Failure.TEXTS_DELETED):
        shown = run_html(replace(FAILED, progress={"failure": failure.value}), language)
        assert shown.endswith(failures[failure])
    shown = run_html(replace(FAILED, error="x" * 9_000), language)
    assert failures["unforeseen"] in shown
    assert utf16.length(shown) <= 1_000
