"""The picture of /stats, measured as it is drawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from handlers.replies.pictures import TaskPicture, drawn

pytest.importorskip("matplotlib")
DAYS = [date(2026, 11, 1) + timedelta(days=number) for number in range(14)]


@pytest.mark.parametrize("tasks", [("sentiment",), ("sentiment", "nli", "nsp", "mask")])
def test_what_the_colours_mean_covers_nothing_that_is_drawn(tasks: tuple[str, ...]) -> None:
    each_day = [7] * len(DAYS)
    figure = drawn(
        DAYS,
        [TaskPicture(task, each_day, [0.5] * len(DAYS), 0.4, queue=40, labels=70, gold=20) for task in tasks],
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
