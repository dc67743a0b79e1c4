"""The command line: ``kobert-bot run`` and ``ask``; the others have files of their own."""

from __future__ import annotations

import asyncio
import codecs
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.ask import BadQuestion, Question, as_json, as_text, ask, ask_lines, question, trained_model
from bot.console import fail, progress, settings_or_fail
from bot.downloads import DownloadDisplay
from bot.feedback_cli import app as feedback_app
from bot.logs import WithoutWords
from bot.models_cli import app as models_app
from bot.serving import let_answer
from bot.settings import Settings, SettingsError, pseudonym_key
from models.catalog import load_catalog
from models.errors import CheckpointMissing, ModelServiceError
from models.results import Task
from models.service import ModelService
from models.traces import in_short, without_words
from storage.errors import StorageError
from storage.verdicts import Verdict
from training.commands import app as train_app
from training.retraining.place import Teaching, TeachingPlace
from training.textfiles import looks_like

app = typer.Typer(
    help="A Telegram bot that answers in Korean and English with BERT and learns from its users.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(feedback_app, name="feedback")
app.add_typer(models_app, name="models")


def _lend_teaching(context: typer.Context) -> None:
    """Lend ``train`` what it knows nothing of: the settings, and how a verdict is put in words."""
    context.obj = Teaching(_teaching_place, _in_words)


app.add_typer(train_app, name="train", callback=_lend_teaching)


def _teaching_place() -> TeachingPlace:
    settings = settings_or_fail()
    try:
        key = pseudonym_key(settings)
    except SettingsError as error:
        fail(error)
    return TeachingPlace(
        settings.database_url,
        key,
        settings.teaching_folder,
        settings.preset,
        settings.catalog,
        settings.teaching_tests,
        settings.teaching_replays,
    )


def _in_words(verdict: Verdict) -> tuple[str, ...]:
    from handlers.replies.verdict import verdict_lines  # telegram, which not every command needs

    return verdict_lines(verdict, "en")


def main() -> None:
    """Run a command; what nobody foresaw ends it with types and places alone, as messages may hold a text."""
    if logging.lastResort is not None:  # where no log is set up, warnings go to stderr as they are
        logging.lastResort.setFormatter(WithoutWords())
    logging.getLogger("dotenv").setLevel(logging.ERROR)  # what it cannot parse, `settings_or_fail` tells
    try:
        app()
    except Exception as error:  # noqa: BLE001  # the last who can say it
        sys.exit(f"{without_words(error)}\nkobert-bot: {in_short(error)}")


@app.command()
def run() -> None:
    """Start the bot.

    With TELEGRAM_BOT_TOKEN in the environment or in .env it runs on Telegram; without one it opens a chat
    page on this machine and prints the address. Every setting is explained in .env.example. Ctrl-C stops it.
    """
    from bot.run import run as run_bot  # telegram and uvicorn: not for `ask` and --help

    settings = settings_or_fail()
    raise typer.Exit(run_bot(settings))


@app.command(name="ask")
def ask_command(
    task: Annotated[Task, typer.Argument(help="What to ask.")],
    text: Annotated[str | None, typer.Argument(help="The text; [MASK] or ___ for a blank.")] = None,
    text2: Annotated[str | None, typer.Argument(help="The second text: nsp, nli, tokens.")] = None,
    preset: Annotated[
        str | None,
        typer.Option(help="The catalogue's models answer (models/catalog.toml), none trained here."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="This trained model answers, by its name in `models list`.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help="Ask every line of a file, '-' for standard input; pairs have a tab. Prints JSON lines."
        ),
    ] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask the models without a chat: those that answer there, which may have been trained here.

    \b
    kobert-bot ask mask "축구는 정말 재미있는 [MASK]다."
    kobert-bot ask sentiment "이 영화 개꿀잼 ㅋㅋㅋ" --json
    kobert-bot ask nli "남자가 기타를 친다." "남자가 악기를 연주한다."
    kobert-bot ask nsp "비가 온다. | 우산을 챙겼다."
    kobert-bot ask sentiment --file reviews.txt > answers.jsonl
    """  # noqa: D301  # click's mark for "keep these lines" is a real backspace
    if (text is None) == (file is None):
        raise typer.BadParameter("give either TEXT or --file")
    if model is not None and (preset is not None or task is Task.TOKENS):
        raise typer.BadParameter("--model goes neither with --preset nor with tokens, which needs no model")
    settings = settings_or_fail()
    try:
        if file is not None:
            wrong = asyncio.run(_ask_file(settings, task, _lines(file), preset, model))
            if wrong:
                fail(f"{wrong} of the lines could not be answered; their objects have an 'error'")
        else:
            asyncio.run(_ask_once(settings, task, question(task, text or "", text2), preset, model, as_json_))
    except CheckpointMissing as error:
        fail(f"{error}; --preset asks the catalogue's models")
    except (BadQuestion, ModelServiceError, SettingsError) as error:
        fail(error)
    except StorageError as error:
        presets = ", ".join(load_catalog(settings.catalog).presets)
        hint = f"; --model is one of `kobert-bot models list`, --preset one of {presets}"
        fail(error if model is None else f"{error}{hint}")


@asynccontextmanager
async def _answering(
    settings: Settings, task: Task, preset: str | None, model: str | None
) -> AsyncIterator[ModelService]:
    """The service, in which the champion or the trained model that is named answers unless a preset is."""
    catalog = load_catalog(settings.catalog)
    service = ModelService(
        catalog,
        device=settings.device,
        precision=settings.precision,
        preset=settings.preset,
        queue_size=settings.queue_size,
        watch=DownloadDisplay(sys.stderr),
    )
    try:
        if preset is None and task is not Task.TOKENS:
            trained = await trained_model(settings, task, model)
            if trained is not None:
                await let_answer(service, catalog, settings.preset, task, trained)
        yield service
    finally:
        await service.close()


async def _ask_once(
    settings: Settings, task: Task, asked: Question, preset: str | None, model: str | None, as_json_: bool
) -> None:
    async with _answering(settings, task, preset, model) as service:
        result = await ask(service, task, asked, preset)
    typer.echo(json.dumps(as_json(task, result), ensure_ascii=False) if as_json_ else as_text(result))


async def _ask_file(
    settings: Settings, task: Task, lines: list[str], preset: str | None, model: str | None
) -> int:
    """Print an answer per line; returns how many have none."""
    wrong = 0
    async with _answering(settings, task, preset, model) as service:
        with progress(len(lines), str(task)) as bar:
            async for answer in ask_lines(service, task, lines, preset):
                typer.echo(json.dumps(answer, ensure_ascii=False))
                wrong += "error" in answer
                bar.update(1)
    return wrong


def _lines(file: Path) -> list[str]:
    """Read the lines of a file; only line feeds end one, as a text may hold any other separator."""
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    lines = raw.removeprefix(codecs.BOM_UTF8).removesuffix(b"\n").split(b"\n") if raw else []
    if not lines:
        fail(f"{file}: the file is empty")
    texts = []
    for number, line in enumerate(lines, start=1):
        try:
            texts.append(line.decode("utf-8").rstrip("\r"))
        except UnicodeDecodeError:
            fail(f"{file}: row {number} is not UTF-8{looks_like(line)}")
    return texts
