"""Fifty people talk to the bot at once, through the server of its own page; count what comes back, and where.

    python -m benchmarks.chats
    python -m benchmarks.chats --chats 50 --questions 10

Server and bot share one event loop, as in ``kobert-bot run`` without a token. The people are another process
and have a chat each, in which they ask the built-in model something new as soon as they have their answer.
The bot keeps Telegram's limits, thirty messages a second in all and one in a chat, which pace the whole.

It fails, with exit code 1, unless each question had one answer, in its own chat, about its own text, and the
loop was late by less than 20 ms at the 99th percentile.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.chatting import Told
from benchmarks.clients import tick
from benchmarks.figures import percentile
from bot.application import ALLOWED_UPDATES, build_application
from bot.playground import serve
from handlers.context import Services
from models.catalog import load_catalog
from models.service import ModelService
from storage.store import Store

MOST_LAG_MS = 20.0
_TOKEN = "1:benchmark"  # noqa: S105  # of a server that only this program reaches


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        chats: How many.
        asked: Questions in all.
        answered: Those with one answer, in their chat, about their text.
        lost: Those without any.
        misplaced: Answers about another text, or beyond one for each question.
        seconds: From the first question to the last answer.
        wait_p50_ms: Median time until an answer, Telegram's limits included.
        wait_p95_ms: 95th percentile of it.
        lag_p99_ms: 99th percentile of how late the event loop of bot and server was.
    """

    chats: int
    asked: int
    answered: int
    lost: int
    misplaced: int
    seconds: float
    wait_p50_ms: float
    wait_p95_ms: float
    lag_p99_ms: float

    @property
    def passed(self) -> bool:
        """Whether nothing was lost or misplaced and the loop was in time."""
        return self.answered == self.asked and not self.misplaced and self.lag_p99_ms < MOST_LAG_MS


def outcome(told: Told, lags_ms: list[float], *, chats: int, questions: int) -> Outcome:
    """Judge what the people were told: each of them asks ``questions`` numbered texts.

    Args:
        told: What the process of the people saw.
        lags_ms: How late the event loop was, per tick.
        chats: How many people there were.
        questions: How many questions each of them had.
    """
    wanted = {(chat, number) for chat in range(chats) for number in range(questions)}
    about = Counter((chat, number) for chat, number, right in told.answers if right)
    answered = sum(about[one] == 1 for one in wanted)
    return Outcome(
        chats,
        len(wanted),
        answered,
        sum(about[one] == 0 for one in wanted),
        len(told.answers) - answered,
        told.seconds,
        percentile(told.waits_ms, 0.5),
        percentile(told.waits_ms, 0.95),
        percentile(lags_ms, 0.99),
    )


async def measure(chats: int, questions: int) -> Outcome:
    """Start everything, let the people talk, judge."""
    lags: list[float] = []
    async with _bot() as url, asyncio.TaskGroup() as group:
        ticker = group.create_task(tick(lags))
        arguments = [url, str(chats), str(questions)]
        people = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.chatting", *arguments, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await people.communicate()
        ticker.cancel()
    if people.returncode:
        raise RuntimeError(f"the people left with exit code {people.returncode}")
    raw: dict[str, Any] = json.loads(said)
    answers = [(int(chat), int(number), bool(right)) for chat, number, right in raw["answers"]]
    told = Told(answers, raw["waits_ms"], raw["seconds"])
    return outcome(told, lags, chats=chats, questions=questions)


@contextlib.asynccontextmanager
async def _bot() -> AsyncIterator[str]:
    """Run the bot with the built-in model on a page of its own; yields the server's URL."""
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{Path(folder) / 'bot.db'}", pepper=b"benchmark")
        model = ModelService(load_catalog())
        await model.start()
        async with serve(host="127.0.0.1", port=0, token=_TOKEN) as url:
            application = build_application(Services(model, store), token=_TOKEN, api_url=url)
            if application.updater is None:
                raise RuntimeError("the application was built without an updater")
            async with application:
                await application.start()
                await application.updater.start_polling(allowed_updates=ALLOWED_UPDATES)
                yield url
                await application.updater.stop()
                await application.stop()
        await model.close()
        await store.close()


def markdown(found: Outcome) -> str:
    """The figures as a Markdown table."""
    lines = ["| figure | value |", "| --- | --- |"]
    for name, value in asdict(found).items():
        lines.append(f"| {name} | {value:,.1f} |" if isinstance(value, float) else f"| {name} | {value:,} |")
    return "\n".join(lines)


def main(
    chats: Annotated[int, typer.Option(min=1, help="People, each in a chat of their own.")] = 50,
    questions: Annotated[int, typer.Option(min=1, help="Questions of each.")] = 10,
) -> None:
    """Print what came of it; exit with 1 when something was lost, misplaced or late."""
    found = asyncio.run(measure(chats, questions))
    print(markdown(found))
    if not found.passed:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
