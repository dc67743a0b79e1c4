"""Does a lower precision cost accuracy? The built-in model through the model service, in each precision.

    python -m benchmarks.accuracy --nsmc ratings_test.txt --nli klue_nli_dev.tsv
    python -m benchmarks.accuracy --nsmc ratings_test.txt --precision int8 --json

Files are NSMC's and KLUE-NLI's own TSVs, also packed as .xz or .gz. Each precision is set beside fp32:
accuracy, the difference in points, and how often the word that comes first for a blank is the same (one word,
chosen with a fixed seed, of each of the first texts of the NSMC file is hidden). The project's guard: within
0.3 points, and the same word for at least 99 % of the blanks. It ends with 1 if what the service chooses,
``auto``, breaks it, or one that was asked for by name.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, TypeVar

import typer
from tqdm import tqdm

from models.catalog import load_catalog
from models.errors import ModelServiceError
from models.results import LABELS, Task
from models.service import ModelService
from training.datasets import Example, read
from training.textfiles import DataError

BASELINE = "fp32"
CHOSEN = "auto"
PRECISIONS = ("bf16", "int8", CHOSEN)
MOST_LOST = 0.3
"""Points of accuracy."""
LEAST_SAME = 0.99
"""Share of blanks."""

_TOGETHER = 128
_QUEUE = 256
_HANGUL = re.compile("[가-힣]{2,}")

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Answers:
    """What one precision answered.

    Attributes:
        labels: Per data set, the label of every row.
        words: Per hidden word, what comes first for its blank; None if nothing was offered.
    """

    labels: dict[Task, list[str]]
    words: list[str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        precision: As set.
        measure: ``sentiment`` or ``nli`` (accuracy), or ``mask`` (share with fp32's word).
        count: Rows or blanks.
        value: In percent.
        points: Difference to fp32 in points; of ``mask`` to 100 %.
        kept: Whether the guard holds.
    """

    precision: str
    measure: Task
    count: int
    value: float
    points: float
    kept: bool


def hide_words(texts: Sequence[str], *, seed: int = 5) -> list[str]:
    """Hide one Hangul word of each text that has one."""
    rng = random.Random(seed)  # noqa: S311  # a choice of words, no secret
    hidden = []
    for text in texts:
        words = [] if "_" in text or "[" in text or "(" in text else list(_HANGUL.finditer(text))
        if words:
            chosen = rng.choice(words)
            hidden.append(f"{text[: chosen.start()]}[MASK]{text[chosen.end() :]}")
    return hidden


async def ask_all(
    items: Sequence[Item], ask: Callable[[Item], Awaitable[Answer]], done: Callable[[], object]
) -> list[Answer]:
    """Ask every item, many at a time, and give the answers back in order."""
    answers: dict[int, Answer] = {}
    waiting = iter(enumerate(items))

    async def client() -> None:
        for index, item in waiting:
            answers[index] = await ask(item)
            done()

    async with asyncio.TaskGroup() as group:
        for _ in range(_TOGETHER):
            group.create_task(client())
    return [answers[index] for index in range(len(items))]


async def answer(
    service: ModelService, data: dict[Task, list[Example]], blanked: Sequence[str], done: Callable[[], object]
) -> Answers:
    """Ask a service everything."""

    async def label(example: Example) -> str:
        if example.second is None:
            return (await service.sentiment(example.text)).label
        return (await service.nli(example.text, example.second)).label

    async def word(text: str) -> str | None:
        masks = (await service.mask(text, top_k=1)).masks
        return masks[0][0].token if masks and masks[0] else None

    labels = {task: await ask_all(examples, label, done) for task, examples in data.items()}
    return Answers(labels, await ask_all(blanked, word, done))


def compare(
    precision: str, answers: Answers, baseline: Answers, data: dict[Task, list[Example]]
) -> list[Row]:
    """The lines of one precision."""
    rows = []
    for task, examples in data.items():
        right, exact = (
            100
            * sum(label == LABELS[task][example.label] for label, example in zip(told, examples, strict=True))
            / len(examples)
            for told in (answers.labels[task], baseline.labels[task])
        )
        rows.append(Row(precision, task, len(examples), right, right - exact, right >= exact - MOST_LOST))
    if any(baseline.words):
        pairs = zip(answers.words, baseline.words, strict=True)
        offered = [one == other for one, other in pairs if other is not None]
        share = sum(offered) / len(offered)
        rows.append(
            Row(
                precision,
                Task.MASK,
                len(offered),
                100 * share,
                100 * (share - 1),
                share >= LEAST_SAME,
            )
        )
    return rows


async def measure(
    precisions: Sequence[str], data: dict[Task, list[Example]], blanked: Sequence[str]
) -> tuple[list[Row], dict[str, str]]:
    """Ask the built-in model in each precision, one after the other.

    Returns:
        The table, and of each precision that this machine hasn't got the reason.
    """
    each_asks = sum(map(len, data.values())) + len(blanked)
    baseline: Answers | None = None
    rows: list[Row] = []
    missing: dict[str, str] = {}
    with tqdm(total=each_asks * (len(precisions) + 1), unit="text") as progress:
        for precision in (BASELINE, *precisions):
            progress.set_postfix_str(precision)
            service = ModelService(load_catalog(), device="cpu", precision=precision, queue_size=_QUEUE)
            answers: Answers | None = None
            try:
                await service.start()
                answers = await answer(service, data, blanked, progress.update)
            except* ModelServiceError as errors:
                missing[precision] = str(errors.exceptions[0])
            finally:
                await service.close()
            if answers is not None:
                baseline = baseline or answers
                rows += compare(precision, answers, baseline, data)
    return rows, missing


def table(rows: Sequence[Row], missing: dict[str, str]) -> str:
    """As Markdown."""
    lines = ["| precision | measure | rows | % | points to fp32 | guard |", "|" + " --- |" * 6]
    for row in rows:
        name = "mask, same word" if row.measure is Task.MASK else f"{row.measure}, accuracy"
        guard = "kept" if row.kept else "broken"
        lines.append(
            f"| {row.precision} | {name} | {row.count:,} | {row.value:.2f} | {row.points:+.2f} | {guard} |"
        )
    lines += [f"| {precision} | not measured: {reason} | | | | |" for precision, reason in missing.items()]
    return "\n".join(lines)


def main(
    nsmc: Annotated[str | None, typer.Option(help="NSMC's test file.")] = None,
    nli: Annotated[str | None, typer.Option(help="KLUE-NLI's dev file.")] = None,
    precision: Annotated[list[str] | None, typer.Option(help="Beside fp32; all by default.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows per file.")] = None,
    blanks: Annotated[int, typer.Option(min=0, help="Texts of NSMC to hide a word of.")] = 2000,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Compare precisions of the built-in model on labelled data."""
    try:
        data: dict[Task, list[Example]] = {}
        if nsmc is not None:
            data[Task.SENTIMENT] = read("sentiment", nsmc).examples[:limit]
        if nli is not None:
            data[Task.NLI] = read("nli", nli).examples[:limit]
    except DataError as error:
        raise typer.BadParameter(str(error)) from None
    if not data:
        raise typer.BadParameter("give --nsmc or --nli, or both")
    blanked = hide_words([example.text for example in data.get(Task.SENTIMENT, [])[:blanks]])
    rows, missing = asyncio.run(measure(precision or PRECISIONS, data, blanked))
    if as_json:
        print(
            json.dumps({"rows": [asdict(row) for row in rows], "not_measured": missing}, ensure_ascii=False)
        )
    else:
        print(table(rows, missing))
    deciding = precision or [CHOSEN]
    if not all(row.kept for row in rows if row.precision in deciding):
        raise typer.Exit(1)


app = typer.Typer(add_completion=False, rich_markup_mode=None)
app.command(help=(__doc__ or "").replace("\n\n    ", "\n\n\b\n    "))(main)  # examples keep their lines


if __name__ == "__main__":
    app()
