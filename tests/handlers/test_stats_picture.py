"""The picture of /stats, measured as it is drawn."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image

from handlers.replies.fonts import korean_font
from handlers.replies.pictures import TaskPicture, drawn, teaching_picture
from handlers.replies.texts import EN, KO, Texts

pytest.importorskip("matplotlib")
NONE = [0] * 14
DAYS = [date(2026, 11, 1) + timedelta(days=number) for number in range(14)]


@pytest.mark.parametrize("tasks", [("sentiment",), ("sentiment", "nli", "nsp", "mask")])
def test_what_the_colours_mean_covers_nothing_that_is_drawn(tasks: tuple[str, ...]) -> None:
    each_day = [7] * len(DAYS)
    figure = drawn(
        DAYS,
        [TaskPicture(task, each_day, [0.5] * len(DAYS), 0.4, queue=40, labels=70, gold=20) for task in tasks],
        EN,
    )
    figure.draw_without_rendering()
    with_legend = [axes for axes in figure.axes if axes.get_legend() is not None]
    assert len(with_legend) == 2
    for axes in with_legend:
        box = axes.get_legend().get_window_extent()
        assert not [bar for bar in axes.patches if box.overlaps(bar.get_window_extent())]
        [title] = [words for words in (axes.title, axes._left_title) if words.get_text()]
        assert not box.overlaps(title.get_window_extent())
        assert box.x0 >= 0


def words_in(figure: Any) -> str:  # noqa: ANN401
    """Everything that is written in it."""
    from matplotlib.text import Text  # noqa: PLC0415

    figure.draw_without_rendering()
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def taught(votes: list[int], accuracy: list[float | None]) -> list[TaskPicture]:
    return [TaskPicture("sentiment", votes, accuracy, None, queue=4, labels=0, gold=0)]


@pytest.mark.parametrize("texts", [EN, KO])
def test_it_is_in_one_language_and_says_when_nobody_voted(texts: Texts) -> None:
    font = korean_font() if texts is KO else None
    if texts is KO and font is None:
        pytest.skip("no Korean font is installed")
    own = texts.picture
    empty = words_in(drawn(DAYS, taught(NONE, [None] * 14), texts, font))
    for words in (own.votes, own.accuracy, own.agreement, own.texts, own.waiting, own.unknown):
        assert words in empty
    assert texts.task_name["sentiment"] in empty
    assert (empty.count(own.no_votes), empty.count(own.unknown)) == (1, 2)
    full = words_in(drawn(DAYS, taught([3] * 14, [0.5] * 14), texts, font))
    assert own.no_votes not in full
    blind = words_in(drawn(DAYS, taught([3] * 14, [None] * 14), texts, font))
    assert (own.no_votes in blind, blind.count(own.unknown)) == (False, 2)
    assert "100%" in full


@pytest.mark.parametrize(("font", "texts"), [(None, EN), ("NanumGothic", KO)])
def test_without_a_korean_font_its_words_are_english(
    monkeypatch: pytest.MonkeyPatch, font: str | None, texts: Texts
) -> None:
    said: list[tuple[Texts, str | None]] = []

    def remember(days: Any, tasks: Any, words: Texts, family: str | None) -> Any:  # noqa: ANN401
        said.append((words, family))
        return drawn(days, tasks, EN)

    monkeypatch.setattr("handlers.replies.pictures.drawn", remember)
    monkeypatch.setattr("handlers.replies.pictures.korean_font", lambda: font)
    with Image.open(io.BytesIO(teaching_picture(DAYS, taught([3] * 14, [0.5] * 14), "ko"))) as picture:
        assert picture.format == "PNG"
    assert said == [(texts, font)]
