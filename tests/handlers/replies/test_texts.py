from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from string import Formatter

import pytest
from telegram.constants import CallbackQueryLimit

from handlers import utf16
from handlers.replies.counts import Count
from handlers.replies.texts import EN, KO, TEXTS, Texts
from models.results import LABELS

PLAIN = ("_toast", "_button", "_menu", "description", "language_name")


def every_text(texts: Texts) -> Iterator[tuple[str, str]]:
    for one in fields(texts):
        yield from flat(one.name, getattr(texts, one.name))


def flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flat(f"{name}.{key}", inner)
    elif is_dataclass(value):
        for one in fields(value):
            yield from flat(f"{name}.{one.name}", getattr(value, one.name))
    else:
        yield name, str(value)


def placeholders(text: str) -> set[str | None]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


KOREAN_TEXTS, ENGLISH_TEXTS = dict(every_text(KO)), dict(every_text(EN))


def test_both_languages_have_the_same_texts() -> None:
    assert KOREAN_TEXTS.keys() == ENGLISH_TEXTS.keys()


@pytest.mark.parametrize("name", ENGLISH_TEXTS)
def test_both_languages_fill_in_the_same_values(name: str) -> None:
    assert placeholders(KOREAN_TEXTS[name]) == placeholders(ENGLISH_TEXTS[name])


@pytest.mark.parametrize("name", ENGLISH_TEXTS)
def test_a_number_is_written_with_its_noun_in_one_and_in_many(name: str) -> None:
    for _, field, nouns, _ in Formatter().parse(ENGLISH_TEXTS[name]):
        if field is not None and nouns:
            one, many = nouns.split("|")
            assert one != many
            assert format(Count(1), nouns) == f"1 {one}"
            assert [format(Count(number), nouns) for number in (0, 2, 1_020)] == [
                f"0 {many}",
                f"2 {many}",
                f"1,020 {many}",
            ]
    assert not any(nouns for _, _, nouns, _ in Formatter().parse(KOREAN_TEXTS[name]))


@pytest.mark.parametrize("name", ENGLISH_TEXTS)
def test_no_number_stands_before_a_noun_in_many_alone(name: str) -> None:
    counted = r"\{\w+\} (?:more )?(?:[a-z-]+ )?(?:votes|people|texts|rows|labels|days|classes)\b"
    alone = re.findall(counted, ENGLISH_TEXTS[name])
    assert alone == []


@pytest.mark.parametrize("name", KOREAN_TEXTS)
def test_korean_is_korean_and_polite(name: str) -> None:
    text = KOREAN_TEXTS[name]
    if name.startswith(("menu.", "labels.", "task_name.", "description", "short_description", "verdict.")):
        assert re.search("[가-힣]", text)
    elif sentences := re.findall(r"[가-힣]+(?=[.?!])", re.sub(r"<code>.*?</code>", "", text)):
        assert all(word.endswith(("요", "다", "까요")) for word in sentences)


@pytest.mark.parametrize("texts", TEXTS.values())
def test_every_label_of_the_models_has_a_name(texts: Texts) -> None:
    for task, labels in LABELS.items():
        assert set(texts.labels[task]) == set(labels)


@pytest.mark.parametrize(("name", "text"), [*every_text(KO), *every_text(EN)])
def test_html_is_balanced_and_plain_texts_have_none(name: str, text: str) -> None:
    opened = re.findall(r"<(\w+)>", text)
    assert sorted(opened) == sorted(re.findall(r"</(\w+)>", text))
    if name.endswith(PLAIN) or "_toast." in name or name.startswith(("menu.", "labels.")):
        assert not opened
        assert "&" not in text


@pytest.mark.parametrize(("name", "text"), [*every_text(KO), *every_text(EN)])
def test_a_toast_fits_into_telegrams(name: str, text: str) -> None:
    if "_toast" in name:
        assert utf16.length(text) <= CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH


@pytest.mark.parametrize("texts", TEXTS.values())
def test_no_label_reads_like_the_button_that_confirms(texts: Texts) -> None:
    right = texts.right_button.split()[-1]
    labels = [name for task in ("sentiment", "nsp", "nli") for name in texts.labels[task].values()]
    assert [name for name in labels if right in name] == []
