"""How the teaching goes as one picture. Its words are English where the machine has no Korean font."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from typing import Any

from handlers.replies.fonts import korean_font
from handlers.replies.picture_texts import PictureTexts
from handlers.replies.texts import TEXTS, Language, Texts

_COLOURS = {
    "sentiment": "#2a6f97",
    "nli": "#c8553d",
    "nsp": "#588157",
    "mask": "#8a6fb0",
    "tokens": "#7f7f7f",
}
_DPI = 110
_ON_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}  # read on any colour
_MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TaskPicture:
    """What is drawn of one task.

    Attributes:
        task: Which.
        votes: Per day.
        accuracy: Per day the share of answers that were called right, 0…1; None where nobody said.
        alpha: Agreement of the voters; None where it is not known.
        queue: Texts that wait for labels.
        labels: Texts that have them.
        gold: Labels that are known.
    """

    task: str
    votes: Sequence[int]
    accuracy: Sequence[float | None]
    alpha: float | None
    queue: int
    labels: int
    gold: int


def can_draw() -> bool:
    """Whether what draws is installed: it comes with the extra ``train``."""
    return find_spec("matplotlib") is not None


def teaching_picture(days: Sequence[date], tasks: Sequence[TaskPicture], language: Language) -> bytes:
    """Draw votes per day, accuracy as users see it, agreement, and what waits for labels.

    It takes a second and may run in any thread: nothing of pyplot is used.

    Args:
        days: From the first to the last, without gaps.
        tasks: What is drawn of each.
        language: Of the words, if there is a font for it.

    Returns:
        A PNG.
    """
    font = korean_font() if language == "ko" else None
    stream = io.BytesIO()
    drawn(days, tasks, TEXTS["en" if font is None else "ko"], font).savefig(stream, format="png")
    return stream.getvalue()


def drawn(days: Sequence[date], tasks: Sequence[TaskPicture], texts: Texts, font: str | None = None) -> Any:  # noqa: ANN401  # matplotlib has no types
    """The same as a figure of matplotlib, in the given words and font."""
    from matplotlib.figure import Figure  # noqa: PLC0415  # a second, and not installed everywhere
    from matplotlib.text import Text  # noqa: PLC0415
    from matplotlib.ticker import PercentFormatter  # noqa: PLC0415

    figure = Figure(figsize=(11.5, 6.4), dpi=_DPI, layout="constrained")
    (votes, accuracy), (agreement, queue) = figure.subplots(2, 2)
    own = texts.picture
    names = [texts.task_name[each.task] for each in tasks]
    colours = [_COLOURS.get(each.task, "#444444") for each in tasks]
    bottom = [0] * len(days)
    for each, name, colour in zip(tasks, names, colours, strict=True):
        votes.bar(days, each.votes, bottom=bottom, color=colour, label=name, width=0.9)
        bottom = [one + other for one, other in zip(bottom, each.votes, strict=True)]
        seen = [
            (day, 100 * share) for day, share in zip(days, each.accuracy, strict=True) if share is not None
        ]
        if seen:
            accuracy.plot(*zip(*seen, strict=True), "o-", color=colour, ms=4)
    _frame(votes, own.votes, days)
    votes.yaxis.get_major_locator().set_params(integer=True)
    _frame(accuracy, own.accuracy, days)
    accuracy.set_ylim(0, 104)
    accuracy.yaxis.set_major_formatter(PercentFormatter(decimals=0))
    # Blind votes call no answer right or wrong, so there may be votes and no accuracy.
    missing = {
        votes: own.no_votes if not any(bottom) else "",
        accuracy: own.unknown if not accuracy.lines else "",
    }
    for axes, words in missing.items():
        if words:
            axes.set_yticks([])
            axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", color="#666666")
    _legend(votes)
    alphas = [each.alpha for each in tasks]
    agreement.barh(names, [alpha or 0.0 for alpha in alphas], color=colours)
    agreement.set_xlim(min(0.0, *(alpha or 0.0 for alpha in alphas)), 1)
    agreement.axvline(0.667, color="#999999", lw=0.8, ls="--")
    for row, alpha in enumerate(alphas):
        words = own.unknown if alpha is None else f"{alpha:.2f}"
        agreement.text(0.02, row, words, va="center", fontsize=9, bbox=_ON_PAPER)
    _plain(agreement, own.agreement)
    _stacked(queue, names, tasks, own)
    _plain(queue, own.texts)
    queue.xaxis.get_major_locator().set_params(integer=True)
    if font is not None:
        for written in figure.findobj(Text):
            written.set_fontfamily([font, "DejaVu Sans"])
    return figure


def _stacked(axes: Any, names: Sequence[str], tasks: Sequence[TaskPicture], own: PictureTexts) -> None:  # noqa: ANN401
    left = [0] * len(tasks)
    parts: Mapping[str, tuple[list[int], str]] = {
        own.labelled: ([each.labels for each in tasks], "#588157"),
        own.gold: ([each.gold for each in tasks], "#d4a017"),
        own.waiting: ([each.queue for each in tasks], "#c9c9c9"),
    }
    for name, (widths, colour) in parts.items():
        axes.barh(names, widths, left=left, color=colour, label=name)
        left = [one + other for one, other in zip(left, widths, strict=True)]
    _legend(axes)


def _legend(axes: Any) -> None:  # noqa: ANN401
    """Tell what the colours mean, above what is drawn, so that it covers nothing."""
    axes.legend(
        frameon=False,
        fontsize=8,
        ncols=4,
        columnspacing=1.0,
        handlelength=1.0,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        borderaxespad=0,
    )


def _frame(axes: Any, title: str, days: Sequence[date]) -> None:  # noqa: ANN401
    _plain(axes, title)
    every = max(1, len(days) // 5)
    axes.set_xticks(days[::every], [f"{day:%m-%d}" for day in days[::every]])
    axes.set_xlim(days[0] - _MARGIN, days[-1] + _MARGIN)


def _plain(axes: Any, title: str) -> None:  # noqa: ANN401
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(b=False)
    axes.tick_params(labelsize=8)
