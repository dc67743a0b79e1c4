"""`kobert-bot ask`: the five tasks on the command line, by the service that answers in the chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bot.console import columns, opened
from bot.settings import Settings
from handlers.pairs import parts
from handlers.replies.counts import percents
from models.errors import Busy, EmptyText, ModelServiceError, NoBlank
from models.fingerprint import SHOWN_DIGITS
from models.results import LabelResult, MaskResult, Task, TokensResult
from models.service import ModelService
from storage.errors import StorageError

if TYPE_CHECKING:
    from storage.checkpoint_values import TrainedCheckpoint

IN_FLIGHT = 64
"""Lines of a file asked at once: enough to fill the model's batches, well below its queue."""

PAIR_TASKS = frozenset({Task.NSP, Task.NLI})

Result = MaskResult | LabelResult | TokensResult


class BadQuestion(Exception):
    """The texts do not fit the task; one line says how they would."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask: one text, or two."""

    text: str
    second: str | None = None


def question(task: Task, text: str, second: str | None) -> Question:
    """Make a question of what was typed; a single text is split as in the chat when the task needs two.

    Raises:
        BadQuestion: A second text is missing, or there is one too many.
    """
    if task in PAIR_TASKS and second is None:
        found = parts(text)
        if len(found) != 2:
            more = f" and found {len(found)}" if len(found) > 2 else ""
            raise BadQuestion(f"{task} compares two texts{more}: give TEXT and TEXT2, or 'TEXT | TEXT2'")
        return Question(*found)
    if task in (Task.MASK, Task.SENTIMENT) and second is not None:
        raise BadQuestion(f"{task} reads one text; put it in quotes")
    return Question(text, second)


def question_of_line(task: Task, line: str) -> Question:
    """Make a question of a line of a file: the whole line, or two texts with a tab between.

    Raises:
        BadQuestion: The line is blank, or the task needs two texts and there is no tab, or more than one.
    """
    if not line.strip():
        raise BadQuestion("the line is blank")
    first, tab, second = line.partition("\t")
    if task in PAIR_TASKS and not tab:
        raise BadQuestion("no tab between two texts")
    if task in PAIR_TASKS and "\t" in second:
        raise BadQuestion(f"two texts are compared and {line.count(chr(9)) + 1} found, by the tabs between")
    return Question(first, second) if tab and task in (*PAIR_TASKS, Task.TOKENS) else Question(line)


async def ask(service: ModelService, task: Task, asked: Question, preset: str | None) -> Result:
    """Ask one question.

    Raises:
        ModelServiceError: The service refuses it; the message is one line.
    """
    match task:
        case Task.MASK:
            return await service.mask(asked.text, preset=preset)
        case Task.SENTIMENT:
            return await service.sentiment(asked.text, preset=preset)
        case Task.NSP:
            return await service.nsp(asked.text, asked.second or "", preset=preset)
        case Task.NLI:
            return await service.nli(asked.text, asked.second or "", preset=preset)
        case Task.TOKENS:
            return await service.tokens(asked.text, asked.second, preset=preset)


async def trained_model(settings: Settings, task: Task, name: str | None) -> TrainedCheckpoint | None:
    """Find a trained model in the database.

    Args:
        settings: Where that is.
        task: What is asked.
        name: The model's; None for the champion.

    Returns:
        None if there is no champion, or no database at all.

    Raises:
        StorageError: There is none of that name, it was taught another task, TEACHING_FOLDER is not where it
            lies, or the database failed.
        SettingsError: There is no key for the database.
    """
    from storage.engine import exists  # noqa: PLC0415  # SQLAlchemy: half a second that --help needn't wait

    if name is None and not exists(settings.database_url):
        return None
    async with opened(settings) as store:
        if name is None:
            found = (await store.checkpoints.standing(task)).champion
        else:
            found = await store.checkpoints.get(name)
        if found is not None:
            await store.teaching.require(Path(found.path))
    if found is not None and found.task != task:
        raise StorageError(f"{name} was taught {found.task}, not {task}")
    return found


async def ask_lines(
    service: ModelService, task: Task, lines: Iterable[str], preset: str | None
) -> AsyncIterator[dict[str, object]]:
    """Ask a question per line, many at once; yields what to print, in the order of the lines.

    Each has its ``line``, from 1; one that cannot be answered has an ``error`` in place of the answer.

    Raises:
        ModelServiceError: No line can be answered: no such preset, a checkpoint out of reach …
    """

    async def answer(number: int, line: str) -> dict[str, object]:
        while True:
            try:
                found = await ask(service, task, question_of_line(task, line), preset)
                return {"line": number, **as_json(task, found)}
            except Busy as busy:  # a small queue: every line waits for its turn
                await asyncio.sleep(busy.retry_after)
            except (BadQuestion, EmptyText, NoBlank) as error:
                return {"line": number, "task": task, "error": str(error)}

    numbered = iter(enumerate(lines, start=1))
    while some := list(islice(numbered, IN_FLIGHT)):
        try:
            async with asyncio.TaskGroup() as group:
                answers = [group.create_task(answer(number, line)) for number, line in some]
        except (
            BaseExceptionGroup
        ) as failed:  # not `except*`: before Python 3.11.4 it wraps what is raised in it
            refused, others = failed.split(ModelServiceError)
            if refused is None or others is not None:
                raise
            raise refused.exceptions[0] from None
        for done in answers:
            yield done.result()


def as_json(task: Task, result: Result) -> dict[str, object]:
    """Return an answer as JSON-able values, by the names the documentation gives them."""
    body: dict[str, object] = {"task": task, "model": result.model, "version": result.version}
    match result:
        case LabelResult():
            body |= {"label": result.label, "scores": dict(result.scores), "guessed": result.guessed}
        case MaskResult():
            body |= {
                "text": result.text,
                "masks": [[asdict(word) for word in blank] for blank in result.masks],
            }
        case TokensResult():
            body |= {"tokens": [asdict(span) for span in result.tokens]}
            if result.other_model is not None:
                others = [asdict(span) for span in result.other_tokens]
                body |= {"other_model": result.other_model, "other_tokens": others}
    return body | {"truncated": result.truncated}


_BAR = 20


def as_text(result: Result) -> str:
    """Return an answer as lines for a terminal."""
    lines: list[str] = []
    match result:
        case LabelResult():
            lines += _bars(result.scores.items())
            if result.guessed:
                lines.append("(the model knows nothing in this text; this is only a guess)")
        case MaskResult():
            lines += [result.text]
            for number, blank in enumerate(result.masks, start=1):
                lines += [f"[MASK] {number}", *_bars((word.token, word.score) for word in blank)]
        case TokensResult():
            lines += [
                " ".join(span.token for span in result.tokens),
                " ".join(str(t.id) for t in result.tokens),
            ]
            if result.other_model is not None:
                other = " ".join(span.token for span in result.other_tokens)
                lines.append(f"{result.other_model}: {other}")
    if result.truncated:
        lines.append("(the text was longer than the model reads; a part of it was cut)")
    version = f" ({result.version[:SHOWN_DIGITS]})" if result.version else ""
    return "\n".join([*lines, f"— {result.model}{version}"])


def _bars(scores: Iterable[tuple[str, float]]) -> list[str]:
    rows = list(scores)
    widest = max((columns(name) for name, _ in rows), default=0)
    return [
        f"  {name}{' ' * (widest - columns(name))}  {_bar(score)} {percents(score, 1):>6}"
        for name, score in rows
    ]


def _bar(score: float) -> str:
    return f"{'█' * round(_BAR * score):·<{_BAR}}"
